/** The `oauth` of a mail server and the `oidc` of the desk: who gives tokens, and where secrets are. */
import { domainToASCII } from 'node:url'
import type { OauthConfig, OidcConfig } from './config.ts'
import type { Finisher } from './config-finisher.ts'
import type { KeyPath } from './config-problems.ts'
import type { ConfigTree, ServerTree } from './config-schema.ts'
import { isLoopback } from './config-values.ts'
import type { Secret } from './secret.ts'
import { OAUTH_PROVIDERS } from './oauth.ts'

export function finishOauth(
  server: ServerTree,
  at: KeyPath,
  finisher: Finisher,
): OauthConfig | null {
  const { oauth: tree } = server
  if (tree === undefined) return null
  const label = `inboxes[${String(at[1])}].${String(at[2])}.oauth`
  if (server.password !== undefined || server.password_file !== undefined) {
    finisher.problem(at, `${label} and a password are both set; keep one`)
  }
  if (tree.token_url === undefined && !(tree.provider in OAUTH_PROVIDERS)) {
    const known = Object.keys(OAUTH_PROVIDERS).join(', ')
    finisher.problem(
      [...at, 'provider'],
      `${label}.provider "${tree.provider}" is not one of ${known}; for another one set token_url`,
      [[...at, 'token_url']],
    )
  }
  if (tree.token_url !== undefined && !isPrivateUrl(tree.token_url)) {
    finisher.problem(
      [...at, 'token_url'],
      `${label}.token_url would send secrets in the clear; use https`,
    )
  }
  return {
    provider: tree.provider,
    clientId: tree.client_id,
    clientSecret: clientSecretOf(
      tree,
      [...at, 'client_secret_file'],
      `${label}.client_secret_file`,
      finisher,
    ),
    refreshTokenFile: finisher.resolve(tree.refresh_token_file),
    tokenUrl: tree.token_url ?? null,
  }
}

export function finishOidc({ oidc: tree }: ConfigTree, finisher: Finisher): OidcConfig | null {
  if (tree === undefined) return null
  if (!isPrivateUrl(tree.issuer)) {
    finisher.problem(
      ['oidc', 'issuer'],
      'oidc.issuer would tell in the clear who logs in; use https',
    )
  }
  return {
    name: tree.name,
    issuer: tree.issuer,
    clientId: tree.client_id,
    clientSecret: clientSecretOf(
      tree,
      ['oidc', 'client_secret_file'],
      'oidc.client_secret_file',
      finisher,
    ),
    domains: tree.domains?.map(domainToASCII) ?? null,
    trustEmail: tree.trust_email,
  }
}

/** Null: none is named, or (a problem) it cannot be read. */
const clientSecretOf = (
  { client_secret_file: file }: { client_secret_file?: string | undefined },
  at: KeyPath,
  label: string,
  finisher: Finisher,
): Secret | null => (file === undefined ? null : finisher.secret(at, label, file))

/** Encrypted, or to this machine. */
function isPrivateUrl(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
