/** Small value languages of the configuration: durations, rates, host:port and server URLs. */
import { isIP } from 'node:net'
import { parseAddress } from './mail/address.ts'
import { z } from 'zod'

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of `30s`, `10min`, `2h`, `7d`; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})\s?(s|min|h|d)$/.exec(text.trim())
  const unit = UNIT_MS[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

/** At most `count` times within any `windowMs`. */
export interface Rate {
  readonly count: number
  readonly windowMs: number
}

/** Reads `10/3h`, `60/min`, `600/10min`; null when it is none of these. */
export function parseRate(text: string): Rate | null {
  const match = /^(\d{1,9})\/(\d{1,6})?\s?(s|min|h|d)$/.exec(text.trim())
  const unit = UNIT_MS[match?.[3] ?? '']
  if (match === null || unit === undefined) return null
  const windowMs = Number(match[2] ?? 1) * unit
  return windowMs === 0 ? null : { count: Number(match[1]), windowMs }
}

const reject = (message: string) => ({ error: message })

/** A duration in milliseconds. */
export const duration = z.string().transform((text, ctx) => {
  const ms = parseDuration(text)
  if (ms !== null) return ms
  ctx.addIssue({
    code: 'custom',
    message: 'is not a duration; write for example 30s, 10min, 2h or 7d',
  })
  return z.NEVER
})

/** A rate, or null for `unlimited`. */
export const rate = z.string().transform((text, ctx): Rate | null => {
  if (text === 'unlimited') return null
  const parsed = parseRate(text)
  if (parsed !== null) return parsed
  ctx.addIssue({
    code: 'custom',
    message: 'is not a rate; write for example 10/3h, 60/min or unlimited',
  })
  return z.NEVER
})

/** A language tag, canonical: `pt-BR`. */
export const languageTag = z.string().transform((text, ctx) => {
  try {
    const [tag] = Intl.getCanonicalLocales(text)
    if (tag !== undefined) return tag
  } catch {
    // Told below.
  }
  ctx.addIssue({ code: 'custom', message: 'is not a language; write for example en, de or pt-BR' })
  return z.NEVER
})

/** A time zone by its IANA name. */
export const timeZone = z.string().transform((text, ctx) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    const message = 'is not a time zone; write for example Europe/Berlin or UTC'
    ctx.addIssue({ code: 'custom', message })
    return z.NEVER
  }
})

/** An email address, lower-cased. */
export const address = z.string().transform((text, ctx) => {
  const parsed = parseAddress(text)
  if (parsed !== null) return parsed
  ctx.addIssue({ code: 'custom', message: 'is not an email address' })
  return z.NEVER
})

/** An address, or a network: how many of its first bits count. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const width = [0, 0, 0, 0, 32, 0, 128][isIP(address)] ?? 0
  // fe80::1%eth0: which link that is, is nobody else's business.
  if (width === 0 || address.includes('%') || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width)
}

/** An address or a network (`10.0.0.0/8`). */
export const network = z
  .string()
  .refine(
    isNetwork,
    'is not an address or a network; write for example 127.0.0.1 or 10.0.0.0/8 (names are not looked up)',
  )

/** An address, a network or a host name. */
export const networkOrHost = z.string().refine((text) => {
  const bare = text.replace(/^\[|\]$/g, '')
  return isNetwork(bare) || /^(?=.*[a-z])[a-z0-9_.-]{1,253}$/i.test(text)
}, 'is not an address, a network or a host name; write for example 10.0.0.0/8 or chat.internal')

const NOT_LISTEN = 'is not host:port; write for example 127.0.0.1:8025'

/** `host:port`; port 0 lets the system choose. */
export const listenAddress = z.string({ error: NOT_LISTEN }).transform((text, ctx) => {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/]+):(\d{1,5})$/i.exec(text.trim())
  const port = Number(match?.[2])
  if (match !== null && port <= 65_535) {
    return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port }
  }
  ctx.addIssue({ code: 'custom', message: NOT_LISTEN })
  return z.NEVER
})

/** A whole number of a TCP port. */
export const port = z
  .number(reject('is not a port number; write a whole number from 1 to 65535'))
  .int('is not a whole number')
  .min(1, 'is not a port number; write a whole number from 1 to 65535')
  .max(65_535, 'is not a port number; write a whole number from 1 to 65535')

export interface ServerUrl {
  readonly host: string
  readonly port: number
  readonly tls: 'implicit' | 'starttls'
  readonly user: string | null
  readonly password: string | null
  /** Path without its slash, decoded; the IMAP folder. */
  readonly path: string
}

const DEFAULT_PORT: Readonly<Record<string, number>> = {
  imaps: 993,
  imap: 143,
  smtps: 465,
  smtp: 587,
}

/** Reads `imaps://user:pass@host:993/INBOX` and its relatives; null when it is no such URL. */
export function parseServerUrl(text: string, scheme: 'imap' | 'smtp'): ServerUrl | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const protocol = url.protocol.slice(0, -1)
  const defaultPort = DEFAULT_PORT[protocol]
  if (defaultPort === undefined || !protocol.startsWith(scheme) || url.hostname === '') return null
  const decoded = (part: string) => (part === '' ? null : decodedPart(part))
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    tls: protocol.endsWith('s') ? 'implicit' : 'starttls',
    user: decoded(url.username),
    password: decoded(url.password),
    path: decodedPart(url.pathname.slice(1)),
  }
}

/** `p%2Fw` is `p/w`; in `50%off` the % is only a %. */
function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Is this host the machine itself? Plain text is allowed only there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
