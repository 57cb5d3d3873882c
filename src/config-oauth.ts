/** The `oauth` of a mail server: a known provider or a token server, and where its secrets are. */
import type { OauthConfig } from './config.ts'
import type { Finisher, KeyPath } from './config-finisher.ts'
import type { ServerTree } from './config-schema.ts'
import { isLoopback } from './config-values.ts'
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
    )
  }
  if (tree.token_url !== undefined && !isPrivateUrl(tree.token_url)) {
    finisher.problem(
      [...at, 'token_url'],
      `${label}.token_url would send secrets in the clear; use https`,
    )
  }
  const secretFile = tree.client_secret_file
  return {
    provider: tree.provider,
    clientId: tree.client_id,
    clientSecret:
      secretFile === undefined
        ? null
        : finisher.secret([...at, 'client_secret_file'], `${label}.client_secret_file`, secretFile),
    refreshTokenFile: finisher.resolve(tree.refresh_token_file),
    tokenUrl: tree.token_url ?? null,
  }
}

/** Encrypted, or to this machine. */
function isPrivateUrl(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
