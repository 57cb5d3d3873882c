/**
 * Access tokens for mail servers that take no passwords (RFC 6749 §6, RFC 7628): a refresh token,
 * which an operator got once, is exchanged for short-lived ones before they run out.
 *
 * A provider may give a new refresh token with each exchange, and then takes the old one no more:
 * it is stored before it is used. A token that was withdrawn is never tried again, for only a
 * person can get another one: the file is looked at instead.
 */
import { readFileSync } from 'node:fs'
import type { OauthConfig } from './config.ts'
import { messageOf } from './errors.ts'
import { replaceFile } from './replace-file.ts'

/** Where well-known providers exchange tokens, and what we need to be allowed to do. */
export const OAUTH_PROVIDERS: Readonly<Record<string, { tokenUrl: string; scope: string | null }>> =
  {
    google: { tokenUrl: 'https://oauth2.googleapis.com/token', scope: null },
    microsoft: {
      tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      scope:
        'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
    },
  }

/** Renewed when this share of its life is over. */
const RENEW_AFTER = 0.8
/** Of a provider that does not say how long (RFC 6749 §5.1 only recommends it). */
const LIFE_S = 3_600
const ASK_MS = 30_000
const ANSWER_BYTES_MAX = 64 * 1024

/** Why there is no access token, in words an operator can act on. */
export class OauthProblem extends Error {
  override readonly name = 'OauthProblem'
  /** `needs_reauth`: only a person can help; `unreachable`: another try may. */
  readonly problem: 'needs_reauth' | 'unreachable'

  constructor(problem: OauthProblem['problem'], sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.problem = problem
  }
}

export interface AccessTokens {
  /** One that is good for now. @throws OauthProblem */
  current(): Promise<string>
  /** The mail server refused this one: the next is a new one. */
  refused(token: string): void
}

interface Given {
  readonly token: string
  readonly renewAtMs: number
  readonly endsAtMs: number
}

/** One for each refresh token: two that exchange the same one would take it from each other. */
const all = new Map<string, OauthTokens>()

export function tokensFor(config: OauthConfig): AccessTokens {
  const known = all.get(config.refreshTokenFile)
  if (known !== undefined) return known
  const tokens = new OauthTokens(config)
  all.set(config.refreshTokenFile, tokens)
  return tokens
}

export class OauthTokens implements AccessTokens {
  readonly #config: OauthConfig
  readonly #nowMs: () => number
  #given: Given | null = null
  #asking: Promise<string> | null = null
  /** A refresh token that is not tried again, and what is told instead. */
  #withdrawn: { readonly token: string; readonly problem: OauthProblem } | null = null
  /**
   * One that could not be written down, and what the file had in its place: it lives as long as
   * we do, or until somebody writes a newer one.
   */
  #unwritten: { readonly token: string; readonly insteadOf: string } | null = null

  constructor(config: OauthConfig, nowMs: () => number = Date.now) {
    this.#config = config
    this.#nowMs = nowMs
  }

  async current(): Promise<string> {
    const given = this.#given
    if (given !== null && this.#nowMs() < given.renewAtMs) return given.token
    this.#asking ??= this.#renew().finally(() => {
      this.#asking = null
    })
    try {
      return await this.#asking
    } catch (err) {
      // The provider may be away for a while: what is not over yet still opens the door.
      const stillGood = given !== null && given === this.#given && this.#nowMs() < given.endsAtMs
      if (stillGood && err instanceof OauthProblem && err.problem === 'unreachable') {
        return given.token
      }
      throw err
    }
  }

  refused(token: string): void {
    if (this.#given?.token === token) this.#given = null
  }

  async #renew(): Promise<string> {
    const { refreshToken, written } = this.#refreshToken()
    if (refreshToken === this.#withdrawn?.token) throw this.#withdrawn.problem
    const answer = await this.#ask(refreshToken)
    if (answer.refreshToken !== null && answer.refreshToken !== refreshToken) {
      this.#write(answer.refreshToken, written)
    }
    const nowMs = this.#nowMs()
    this.#given = {
      token: answer.accessToken,
      renewAtMs: nowMs + answer.lifeS * 1_000 * RENEW_AFTER,
      endsAtMs: nowMs + answer.lifeS * 1_000,
    }
    return answer.accessToken
  }

  /** Another daemon, or a person, may have written a newer one: that is the one to use. */
  #refreshToken(): { refreshToken: string; written: string } {
    const unwritten = this.#unwritten
    const written = this.#written(unwritten?.insteadOf ?? null)
    if (unwritten?.insteadOf === written) return { refreshToken: unwritten.token, written }
    this.#unwritten = null
    return { refreshToken: written, written }
  }

  /** What the file has, read each time; `otherwise` where it has nothing. */
  #written(otherwise: string | null): string {
    const { refreshTokenFile } = this.#config
    try {
      const token = readFileSync(refreshTokenFile, 'utf8').trim() || otherwise
      if (token !== null && token !== '') return token
    } catch (cause) {
      if (otherwise !== null) return otherwise
      const why = `${refreshTokenFile} cannot be read: ${messageOf(cause)}. Put a refresh token there.`
      throw new OauthProblem('needs_reauth', why, { cause })
    }
    throw new OauthProblem(
      'needs_reauth',
      `${refreshTokenFile} is empty. Put a refresh token there.`,
    )
  }

  /** Before it is used: the old one may be worth nothing any more. */
  #write(refreshToken: string, insteadOf: string): void {
    try {
      replaceFile(this.#config.refreshTokenFile, `${refreshToken}\n`)
      this.#unwritten = null
    } catch {
      // Better a token until the next start than none: `postroom check` says that it cannot be kept.
      this.#unwritten = { token: refreshToken, insteadOf }
    }
  }

  async #ask(refreshToken: string): Promise<Answer> {
    const { provider } = this.#config
    const { url, form } = requestOf(this.#config, refreshToken)
    let response: Response
    let text: string
    try {
      response = await fetch(url, {
        method: 'POST',
        body: form,
        headers: { Accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(ASK_MS),
      })
      text = await beginningOf(response)
    } catch (cause) {
      const why = `The token server of ${provider} (${url}) cannot be reached: ${reasonOf(cause)}.`
      throw new OauthProblem('unreachable', why, { cause })
    }
    const answer = answerIn(text)
    if (response.ok && answer !== null) return answer
    const { error, description } = errorIn(text)
    // RFC 6749 §5.2: the grant is over, or we are nobody there; both stay so.
    if (error === 'invalid_grant') {
      // Whatever stands in the file is no worse.
      this.#unwritten = null
      throw this.#withdraw(refreshToken, this.#grantIsOver(description))
    }
    if (error === 'invalid_client' || error === 'unauthorized_client') {
      const why = `${provider} does not know oauth.client_id, or its secret: ${description}. Correct them and restart.`
      throw this.#withdraw(refreshToken, new OauthProblem('needs_reauth', why))
    }
    const what = error === '' ? `answered ${response.status}` : `${error} ${description}`.trim()
    throw new OauthProblem('unreachable', `The token server of ${provider} (${url}): ${what}.`)
  }

  #withdraw(token: string, problem: OauthProblem): OauthProblem {
    this.#withdrawn = { token, problem }
    return problem
  }

  #grantIsOver(said: string): OauthProblem {
    const { provider, refreshTokenFile } = this.#config
    const quoted = said === '' ? '' : ` (${said})`
    return new OauthProblem(
      'needs_reauth',
      `${provider} takes the refresh token no more${quoted}. Authorise the mailbox again and put the new refresh token into ${refreshTokenFile}; it is used within seconds.`,
    )
  }
}

interface Answer {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly lifeS: number
}

function requestOf(
  config: OauthConfig,
  refreshToken: string,
): { url: string; form: URLSearchParams } {
  const preset = OAUTH_PROVIDERS[config.provider]
  const url = config.tokenUrl ?? preset?.tokenUrl ?? ''
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: config.clientId,
  })
  if (config.clientSecret !== null) form.set('client_secret', config.clientSecret.reveal())
  if (preset?.scope !== null && preset !== undefined) form.set('scope', preset.scope)
  return { url, form }
}

/** Nobody's tokens are longer; what follows is not read. */
async function beginningOf(response: Response): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    pieces.push(Buffer.from(piece))
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) break
  }
  return Buffer.concat(pieces).toString('utf8', 0, ANSWER_BYTES_MAX)
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** RFC 6749 §5.1. */
function answerIn(text: string): Answer | null {
  const { access_token: accessToken, refresh_token: given, expires_in: life } = objectIn(text)
  // A token travels in a command line of its own: nothing that could end it.
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) return null
  const lifeS = Number(life)
  return {
    accessToken,
    refreshToken: typeof given === 'string' && given.trim() !== '' ? given.trim() : null,
    lifeS: Number.isFinite(lifeS) && lifeS > 0 ? lifeS : LIFE_S,
  }
}

const SAID_LENGTH_MAX = 200

function errorIn(text: string): { error: string; description: string } {
  const { error, error_description: description } = objectIn(text)
  const plain = (value: unknown): string =>
    typeof value === 'string'
      ? value
          .replace(/\p{Cc}+/gu, ' ')
          .slice(0, SAID_LENGTH_MAX)
          .trim()
      : ''
  return { error: plain(error), description: plain(description) }
}

/** fetch() hides the reason in the cause. */
const reasonOf = (err: unknown): string =>
  err instanceof Error && err.cause !== undefined ? messageOf(err.cause) : messageOf(err)
