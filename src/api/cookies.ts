/**
 * Our cookies (RFC 6265), and what protects requests that carry them: a
 * browser sends them along whoever made the page.
 */
import type { IncomingMessage } from 'node:http'
import { SESSION_MS } from '../desk/log-in.ts'
import { AppError } from '../errors.ts'

const SESSION = 'postroom_session'
/** What a browser keeps between two steps of logging in. */
const LOGIN = 'postroom_login'
const LOGIN_S = 10 * 60

/** Null: none. */
export const sessionCookie = (message: IncomingMessage, publicUrl: string): string | null =>
  cookieOf(message, SESSION, publicUrl)

/** @param secret null: the browser forgets it. */
export const setCookie = (publicUrl: string, secret: string | null): Record<string, string> =>
  cookie(publicUrl, SESSION, { value: secret, ageS: SESSION_MS / 1000 })

/** Null: none. */
export const loginCookie = (message: IncomingMessage, publicUrl: string): string | null =>
  cookieOf(message, LOGIN, publicUrl)

/** @param value of letters, digits, `_`, `-` and `.` */
export const setLoginCookie = (publicUrl: string, value: string): Record<string, string> =>
  cookie(publicUrl, LOGIN, { value, ageS: LOGIN_S })

function cookieOf({ headers }: IncomingMessage, name: string, publicUrl: string): string | null {
  const begin = `${nameFor(name, publicUrl)}=`
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(begin))?.slice(begin.length)
  return value === undefined || value === '' ? null : value
}

function cookie(
  publicUrl: string,
  name: string,
  { value, ageS }: { value: string | null; ageS: number },
): Record<string, string> {
  const age = value === null ? 0 : ageS
  const secure = isTls(publicUrl) ? '; Secure' : ''
  const pair = `${nameFor(name, publicUrl)}=${value ?? ''}`
  return { 'Set-Cookie': `${pair}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}` }
}

/** `__Host-`: only we set it, for this host alone, over TLS. */
const nameFor = (name: string, publicUrl: string): string =>
  isTls(publicUrl) ? `__Host-${name}` : name

const isTls = (publicUrl: string): boolean => publicUrl.startsWith('https:')

/**
 * Refuses what another site's page sent. A browser says so; a program that says nothing has no
 * cookies but its own.
 *
 * @throws AppError 403 `csrf`.
 */
export function refuseForeign(message: IncomingMessage, publicUrl: string): void {
  const { headers, method = '' } = message
  if (method === 'GET' || method === 'HEAD') return
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  const { origin } = headers
  if (site === undefined && (origin === undefined || isOurs(origin, message, publicUrl))) return
  throw new AppError('forbidden', 'csrf', 'This request comes from a page of another site.')
}

/** Ours by the configuration, or by the name this very request was sent to. */
function isOurs(origin: string, { headers }: IncomingMessage, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return origin === new URL(publicUrl).origin || host === headers.host
}
