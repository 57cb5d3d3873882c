/** What a failed connection to an inbox means: how long to wait, and what to tell people. */
import { messageOf } from '../errors.ts'
import { OauthProblem } from '../oauth.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { RebuiltFolder } from './fetch-rebuilt.ts'
import { Throttled } from './fetch-throttled.ts'

/** `reauth`: no login is tried until a person has given us another token. */
export type FailureKind =
  | 'network'
  | 'tls'
  | 'login'
  | 'folder'
  | 'reauth'
  | 'throttled'
  | 'storage'

export interface FetchFailure {
  readonly kind: FailureKind
  /** For people: what is wrong and what to do. */
  readonly sentence: string
  /** How long the server asks us to wait; not said: it does not ask. */
  readonly askedMs?: number
}

interface Clue {
  readonly code: string
  readonly authenticationFailed: boolean
  readonly responseCode: string
  /** `NO` or `BAD`, when the server answered a command so. */
  readonly status: string
  readonly text: string
}

/** Response codes (RFC 5530 §3) and words that say "not now" although the login failed. */
const NOT_NOW = /^(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|THROTTLED)$/
const NOT_NOW_WORDS = /too many|try again|temporar|unavailable|simultaneous|overload/i
const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME|ERR_TLS|ERR_SSL|EPROTO/

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function clueOf(err: unknown): Clue {
  const fields: Record<string, unknown> = typeof err === 'object' && err !== null ? { ...err } : {}
  return {
    code: textOf(fields['code']),
    authenticationFailed: fields['authenticationFailed'] === true,
    responseCode: textOf(fields['serverResponseCode']),
    status: textOf(fields['responseStatus']),
    text: textOfFailure(textOf(fields['responseText']), messageOf(err)),
  }
}

/** The server's words and the library's; its "Command failed" adds nothing to them. */
function textOfFailure(server: string, library: string): string {
  const parts = server !== '' && library === 'Command failed' ? [server] : [server, library]
  const text = parts.filter((part) => part !== '').join(': ')
  return text.trim().replace(/\.$/, '')
}

const said = ({ text }: Clue): string => (text === '' ? '' : ` (${text.slice(0, 200)})`)

/** Did the server say no to who we are, rather than to everybody for now? */
export function isRefusedLogin(err: unknown): boolean {
  return clueOf(err).authenticationFailed
}

/** `where`: host:port and folder, for the sentence. */
export function failureOf(err: unknown, where: { server: string; folder: string }): FetchFailure {
  if (err instanceof OauthProblem) {
    const kind = err.problem === 'needs_reauth' ? 'reauth' : 'network'
    return { kind, sentence: err.message }
  }
  const { server } = where
  if (err instanceof Throttled) {
    const sentence = `${server} is asked too much: ${err.message}. We wait, five minutes at most.`
    return { kind: 'throttled', sentence, askedMs: err.waitMs }
  }
  if (err instanceof NotStored) {
    const sentence = `Mail of ${server} cannot be stored: ${err.message}. Check the data directory, its mount and its rights.`
    return { kind: 'storage', sentence }
  }
  if (err instanceof RebuiltFolder) {
    const { folder } = where
    const sentence = `${server} made the folder "${folder}" anew, and ${err.unknown} of its ${err.total} messages are unknown here, so nothing is taken from it. Say what they are: postroom reconcile --inbox NAME --unknown take, import or skip.`
    return { kind: 'folder', sentence }
  }
  const clue = clueOf(err)
  const wait = NOT_NOW.test(clue.responseCode) || NOT_NOW_WORDS.test(clue.text)
  if (clue.authenticationFailed && !wait) {
    return {
      kind: 'login',
      sentence: `${server} refused the login: ${clue.text}. Check imap.user and the password; some providers want an app password.`,
    }
  }
  // A web server, for one, or nobody; and before TLS, of which imapflow speaks then.
  if (clue.code === 'GREETING_TIMEOUT' || clue.text === 'Unexpected close') {
    return {
      kind: 'network',
      sentence: `${server} does not greet. Is it an IMAP server? Check imap.port, and imap.tls: implicit on 993, starttls on 143.`,
    }
  }
  if (TLS_CODES.test(clue.code) || /certificate|tls|ssl/i.test(clue.text)) {
    return {
      kind: 'tls',
      sentence: `The certificate or TLS of ${server} was not accepted: ${clue.text}. If it is your own authority, name it in imap.tls_ca_file; check imap.host and imap.tls.`,
    }
  }
  if (/NONEXISTENT|TRYCREATE/.test(clue.responseCode) || err instanceof FolderMissing) {
    return {
      kind: 'folder',
      sentence: `${server} has no folder "${where.folder}" for this user${said(clue)}. Create it or change imap.folder.`,
    }
  }
  if (clue.code === 'ENOTFOUND' || clue.code === 'EAI_AGAIN') {
    return { kind: 'network', sentence: `The host of ${server} is not known. Check imap.host.` }
  }
  if (clue.code === 'ECONNREFUSED') {
    return {
      kind: 'network',
      sentence: `Nothing answers at ${server}. Check imap.host and imap.port, and whether the server runs.`,
    }
  }
  return {
    kind: 'network',
    sentence: `${server} cannot be used: ${clue.text || clue.code}.`,
  }
}

/** The system refused our own storage something: no right, no directory, no mount. */
export class NotStored extends Error {
  override readonly name = 'NotStored'
}

/** What storing failed with. The same codes may come from the server's line, so they are told apart here. */
export function storingFailure(err: unknown): unknown {
  const isRefused = err instanceof Error && 'syscall' in err && !isDatabaseDown(err)
  return isRefused ? new NotStored(err.message, { cause: err }) : err
}

/** The server said NO to opening the folder; not every server says that it is missing. */
export class FolderMissing extends Error {
  override readonly name = 'FolderMissing'
}

/** What opening the folder failed with: the server's NO is about the folder, all else is not. */
export function openingFailure(err: unknown): unknown {
  const clue = clueOf(err)
  if (clue.status !== 'NO' || NOT_NOW.test(clue.responseCode) || NOT_NOW_WORDS.test(clue.text))
    return err
  return new FolderMissing(clue.text, { cause: err })
}

const FIRST_MS = 1_000
const NETWORK_MAX_MS = 5 * 60_000
const FOLDER_MS = 5 * 60_000
/** Three logins in ten minutes, then one in thirty: never enough to get locked out. */
const LOGIN_MS = [60_000, 240_000, 300_000]
const LOGIN_MAX_MS = 30 * 60_000
const REAUTH_MS = 10_000
/** Whatever the server asks for: weeks of silence may be a slip of its tongue. */
const ASKED_MAX_MS = 5 * 60_000

/** Milliseconds until the next attempt after this failure, the `count`th in a row. */
export function waitAfter(failure: FetchFailure, count: number, random: number): number {
  const { kind, askedMs } = failure
  const ownMs = retryDelayMs(kind, count, random)
  return askedMs === undefined ? ownMs : Math.min(ASKED_MAX_MS, Math.max(askedMs, ownMs))
}

/** Milliseconds until the next attempt; `count`: failures in a row, from 1; `random` in [0, 1). */
export function retryDelayMs(kind: FailureKind, count: number, random: number): number {
  const jitter = 0.8 + 0.4 * random
  if (kind === 'login') return Math.round((LOGIN_MS[count - 1] ?? LOGIN_MAX_MS) * jitter)
  // Looking at a file costs nobody anything.
  if (kind === 'reauth') return Math.round(REAUTH_MS * jitter)
  if (kind === 'folder') return Math.round(Math.min(FOLDER_MS, FIRST_MS * 4 ** count) * jitter)
  return Math.round(Math.min(NETWORK_MAX_MS, FIRST_MS * 2 ** (count - 1)) * jitter)
}
