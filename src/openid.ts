/**
 * Logging in with an OpenID provider (OpenID Connect Core 1.0), by the authorization code flow with
 * PKCE (RFC 7636); openid-client's only door. What the provider says of a person comes out of here
 * checked: its signature, that it is for us, and that it answers what this browser asked.
 */
import * as client from 'openid-client'
import type { OidcConfig } from './config.ts'
import { messageOf } from './errors.ts'
import { isLoopback } from './config-values.ts'
import { type Address, domainOf, parseAddress } from './mail/address.ts'

/** What the browser keeps while its owner is with the provider. */
export interface Asked {
  readonly state: string
  readonly nonce: string
  /** Proves that who brings the code is who asked for it. */
  readonly verifier: string
}

/** Who the provider says it is. */
export interface Identity {
  readonly issuer: string
  /** Never given to anybody else by this issuer; an address may be. */
  readonly subject: string
  readonly email: Address | null
  /** Does the provider vouch for the address? */
  readonly emailProven: boolean
  readonly name: string | null
}

/** Why nobody came of it, in words an operator can act on. */
export class OpenidProblem extends Error {
  override readonly name = 'OpenidProblem'
  /** `declined`: by the person, or by the provider; `failed`: it is not reached, or not believed. */
  readonly problem: 'declined' | 'failed'

  constructor(problem: OpenidProblem['problem'], sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.problem = problem
  }
}

export interface OpenidProvider {
  /** Where to send the browser, and what it keeps. @throws OpenidProblem */
  begin(): Promise<{ readonly url: string; readonly asked: Asked }>
  /**
   * Who came back.
   *
   * @param query of the request that the provider sent the browser back with
   * @throws OpenidProblem
   */
  finish(query: URLSearchParams, asked: Asked): Promise<Identity>
}

const ANSWER_S = 10
const SCOPE = 'openid email profile'
const NAME_LENGTH_MAX = 200

/** @param callback the URL that the provider sends browsers back to; it must be registered there */
export function openidProvider(config: OidcConfig, callback: string): OpenidProvider {
  let found: Promise<client.Configuration> | null = null
  const configuration = (): Promise<client.Configuration> => {
    found ??= discover(config).catch((err: unknown) => {
      // Asked again the next time somebody wants in.
      found = null
      throw err
    })
    return found
  }
  return {
    async begin() {
      const asked: Asked = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = authorizationUrl(await configuration(), {
        redirect_uri: callback,
        scope: SCOPE,
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, asked }
    },
    async finish(query, asked) {
      const at = await configuration()
      const current = new URL(`${callback}?${query.toString()}`)
      const tokens = await client
        .authorizationCodeGrant(at, current, {
          expectedState: asked.state,
          expectedNonce: asked.nonce,
          pkceCodeVerifier: asked.verifier,
          idTokenExpected: true,
        })
        .catch(rethrown)
      const claims = tokens.claims()
      if (claims === undefined) throw new OpenidProblem('failed', 'the provider sent no ID token')
      const { iss, sub } = claims
      // Many providers tell the address only when asked again (Core 5.4).
      const told =
        claims['email'] === undefined && at.serverMetadata().userinfo_endpoint !== undefined
          ? await client.fetchUserInfo(at, tokens.access_token, sub).catch(rethrown)
          : claims
      return identityOf({ ...told, iss, sub }, config)
    },
  }
}

/** @throws OpenidProblem when the provider does not say where people log in */
function authorizationUrl(at: client.Configuration, query: Record<string, string>): URL {
  try {
    return client.buildAuthorizationUrl(at, query)
  } catch (err) {
    return rethrown(err)
  }
}

/** Where the provider does what (OpenID Connect Discovery 1.0). */
async function discover({
  issuer,
  clientId,
  clientSecret,
}: OidcConfig): Promise<client.Configuration> {
  const url = new URL(issuer)
  const auth =
    clientSecret === null ? client.None() : client.ClientSecretPost(clientSecret.reveal())
  // In the clear only to this machine: the configuration refuses all else.
  const insecure = url.protocol === 'http:' && isLoopback(url.hostname)
  const execute = [
    // Or it would take the word of whoever answers at the provider's address.
    client.enableNonRepudiationChecks,
    ...(insecure ? [client.allowInsecureRequests] : []),
  ]
  try {
    return await client.discovery(url, clientId, undefined, auth, { timeout: ANSWER_S, execute })
  } catch (err) {
    throw new OpenidProblem('failed', `${issuer} cannot be asked: ${messageOf(err)}`, {
      cause: err,
    })
  }
}

/** @throws OpenidProblem always */
function rethrown(err: unknown): never {
  // RFC 6749 §4.1.2.1: the person said no, or the provider would not ask him.
  if (err instanceof client.AuthorizationResponseError) {
    throw new OpenidProblem('declined', `the provider says ${err.error}`, { cause: err })
  }
  const said = err instanceof client.ResponseBodyError ? `the provider says ${err.error}` : null
  throw new OpenidProblem('failed', said ?? messageOf(err), { cause: err })
}

/** Claims of OpenID Connect Core 5.1. */
function identityOf(
  claims: Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string },
  { domains, trustEmail }: OidcConfig,
): Identity {
  const { email: text, email_verified: verified, name } = claims
  const email = typeof text === 'string' ? parseAddress(text) : null
  const ours = email !== null && (domains === null || domains.includes(domainOf(email)))
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email,
    emailProven: ours && (verified === true || (trustEmail && verified === undefined)),
    name: typeof name === 'string' ? nameOf(name) : null,
  }
}

/** A name of one line. */
function nameOf(text: string): string | null {
  const name = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, NAME_LENGTH_MAX)
  return name === '' ? null : name
}
