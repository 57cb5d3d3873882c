/**
 * The session cookie (RFC 6265), and what protects requests that carry it: a browser sends it
 * along whoever made the page.
 */
import type { IncomingMessage } from 'node:http'
import { SESSION_MS } from '../desk/log-in.ts'
import { AppError } from '../errors.ts'

/** `__Host-`: only we set it, for this host alone, over TLS. */
const nameFor = (publicUrl: string): string =>
  isTls(publicUrl) ? '__Host-postroom_session' : 'postroom_session'

const isTls = (publicUrl: string): boolean => publicUrl.startsWith('https:')

/** Null: none. */
export function sessionCookie({ headers }: IncomingMessage, publicUrl: string): string | null {
  const name = `${nameFor(publicUrl)}=`
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(name))?.slice(name.length)
  return value === undefined || value === '' ? null : value
}

/** @param secret null: the browser forgets it. */
export function setCookie(publicUrl: string, secret: string | null): Record<string, string> {
  const age = secret === null ? 0 : SESSION_MS / 1000
  const secure = isTls(publicUrl) ? '; Secure' : ''
  const value = `${nameFor(publicUrl)}=${secret ?? ''}`
  return {
    'Set-Cookie': `${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`,
  }
}

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
