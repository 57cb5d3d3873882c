/**
 * Authentication-Results (RFC 8601): what our own mail server found out about the sender.
 *
 * Anyone can write this header. Believed is only a field with exactly the configured authserv-id
 * that stands where our own server puts it: above the Received line of the border, where no
 * sender can reach (RFC 8601 §5 and §7.1). Without a configured id nobody is believed.
 */
import { domainOf } from './address.ts'
import { headerOf } from './message.ts'
import type { Header, Message } from './message.ts'
import { splitOutside } from './parameters.ts'
import type { Authentication } from './verdict.ts'

export interface MethodResult {
  readonly method: string
  readonly result: string
  /** `ptype.property` in lower case, e.g. `header.d`, `smtp.mailfrom`. */
  readonly properties: ReadonlyMap<string, string>
}

export interface AuthenticationResults {
  readonly authservId: string
  readonly results: readonly MethodResult[]
}

const VALUE_LENGTH_MAX = 20_000
const RESULTS_MAX = 50

/** RFC 8601 §2.2, comments and quoted strings included; null when there is no authserv-id. */
export function parseAuthenticationResults(value: string): AuthenticationResults | null {
  const [head = '', ...rest] = splitOutside(withoutComments(value.slice(0, VALUE_LENGTH_MAX)), ';')
  const authservId = unquote(head.trim().split(/\s+/)[0] ?? '')
  if (authservId === '' || authservId.includes('=')) return null
  const results = rest.slice(0, RESULTS_MAX).flatMap((part) => {
    const result = parseResult(part)
    return result === null ? [] : [result]
  })
  return { authservId, results }
}

function parseResult(part: string): MethodResult | null {
  const words = splitOutside(part.trim().replace(/\s+/g, ' ').replace(/ ?= ?/g, '='), ' ')
  const [first = '', ...others] = words
  const found = /^([a-z][a-z0-9-]{0,30})(?:\/\d{1,3})?=([a-z]{1,20})$/i.exec(first)
  if (found === null) return null
  const properties = new Map<string, string>()
  for (const word of others) {
    const equals = word.indexOf('=')
    const name = word.slice(0, equals).toLowerCase()
    if (equals > 0 && !properties.has(name)) properties.set(name, unquote(word.slice(equals + 1)))
  }
  return {
    method: (found[1] ?? '').toLowerCase(),
    result: (found[2] ?? '').toLowerCase(),
    properties,
  }
}

/** RFC 5322 §3.2.2, nested comments included; an open comment hides the rest. */
function withoutComments(text: string): string {
  let out = ''
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') {
      if (depth === 0) out += text.slice(at, at + 2)
      at++
    } else if (character === '"' && depth === 0) {
      quoted = !quoted
      out += character
    } else if (character === '(' && !quoted) {
      depth++
    } else if (character === ')' && !quoted && depth > 0) {
      depth--
      out += ' '
    } else if (depth === 0) {
      out += character
    }
  }
  return out
}

const unquote = (text: string): string => text.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1')

/**
 * Servers that write their field below their own Received line and document that they remove
 * foreign fields with their id, so that the topmost one is theirs wherever it stands.
 */
const WRITES_BELOW_RECEIVED = new Set(['mx.google.com'])

/** The evidence about the From address; all null when nobody trusted says anything. */
export function authenticationOf(
  message: Pick<Message, 'headers' | 'fromAddresses'>,
  authservId: string | null,
): Authentication {
  const none: Authentication = { spf: null, dkim: null, dmarc: null, aligned: false, source: null }
  if (authservId === null || authservId === '') return none
  const results = trustedResults(message.headers, authservId)
  if (results === null) return none
  const first = (method: string): string | null => {
    const all = results.filter((result) => result.method === method)
    return (all.find(({ result }) => result === 'pass') ?? all[0])?.result ?? null
  }
  const [from, ...others] = message.fromAddresses
  const domain = from === undefined || others.length > 0 ? null : domainOf(from)
  return {
    spf: first('spf'),
    dkim: first('dkim'),
    // One verdict per message: the topmost one, never the friendliest.
    dmarc: results.find(({ method }) => method === 'dmarc')?.result ?? null,
    aligned: domain !== null && isAligned(results, domain),
    source: authservId,
  }
}

/** The fields of our server, top first; null when it wrote none. */
function trustedResults(
  headers: readonly Header[],
  authservId: string,
): readonly MethodResult[] | null {
  const below = WRITES_BELOW_RECEIVED.has(authservId)
  const found: MethodResult[][] = []
  let delimited = false
  for (const { name, value } of headers) {
    if (name === 'received' && !isInternalHop(value) && (!below || found.length > 0)) {
      delimited = true
      break
    }
    if (name !== 'authentication-results') continue
    const parsed = parseAuthenticationResults(value)
    if (parsed?.authservId === authservId) found.push([...parsed.results])
  }
  if (found.length === 0) return null
  // Filters of one server each write a field. Without a Received line below there is no telling
  // where ours end, so only the topmost counts.
  return delimited && !below ? found.flat() : (found[0] ?? null)
}

/** Whatever looks like an IP address: qmail writes the sender's without brackets. */
const IP = /\[(?:IPv6:)?[0-9a-f:.]{2,45}\]|(?:\d{1,3}\.){3}\d{1,3}/gi
const PRIVATE_IP =
  /^\[?(?:IPv6:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1\]|f[cd][0-9a-f]{2}:)/i

/**
 * A Received line of our own inside: local delivery (LMTP, RFC 2033), no sending host, or private
 * addresses only. One of them may be a stranger's HELO (`from [127.0.0.1] (unknown [203.0.113.5])`),
 * so a single public one makes it a border.
 */
function isInternalHop(received: string): boolean {
  const text = received.slice(0, 2_000)
  if (!/^\s*from\s/i.test(text)) return true
  const by = text.search(/\sby\s/i)
  if (by === -1) return false
  if (/\swith\s+(?:utf8)?lmtps?a?\b/i.test(text.slice(by))) return true
  const addresses = text.slice(0, by).match(IP) ?? []
  return addresses.length > 0 && addresses.every((address) => PRIVATE_IP.test(address))
}

/** DMARC's verdict counts first (RFC 7489 §3.1); without one, a pass for the same organisation. */
function isAligned(results: readonly MethodResult[], domain: string): boolean {
  const dmarc = results.find(({ method }) => method === 'dmarc')
  if (dmarc !== undefined && dmarc.result !== 'none') {
    const about = dmarc.properties.get('header.from')
    return dmarc.result === 'pass' && (about === undefined || covers(about, domain))
  }
  return results.some(({ method, result, properties }) => {
    if (result !== 'pass') return false
    if (method === 'dkim')
      return covers(properties.get('header.d') ?? properties.get('header.i') ?? '', domain)
    return (
      method === 'spf' &&
      covers(properties.get('smtp.mailfrom') ?? properties.get('smtp.envelope-from') ?? '', domain)
    )
  })
}

/**
 * Is `domain` the verified one, or below it? The other direction would need the list of public
 * suffixes: whoever owns x.example must not speak for example.
 */
function covers(verified: string, domain: string): boolean {
  const host = verified.slice(verified.lastIndexOf('@') + 1).toLowerCase()
  return host.includes('.') && (domain === host || domain.endsWith(`.${host}`))
}

/** Where the names stand that SPF looked up: the envelope's before the greeting's (RFC 7208 §2). */
const SPF_ABOUT = ['smtp.mailfrom', 'smtp.envelope-from', 'smtp.helo'] as const

/**
 * Did SPF pass for the organisation of From? It passes for whatever domain a sender puts on the
 * envelope, so that alone says nothing. Either name may be below the other (relaxed, RFC 7489
 * §3.1.2). A server that does not say which domain it looked at is taken at its word.
 */
export function spfSpeaksForFrom(
  message: Pick<Message, 'headers' | 'fromAddresses'>,
  authservId: string | null,
): boolean {
  const [from, ...others] = message.fromAddresses
  if (authservId === null || from === undefined || others.length > 0) return false
  const domain = domainOf(from)
  return (trustedResults(message.headers, authservId) ?? []).some(
    ({ method, result, properties }) => {
      if (method !== 'spf' || result !== 'pass') return false
      const about = SPF_ABOUT.map((name) => properties.get(name)).find(
        (value) => value !== undefined,
      )
      return about === undefined || isRelated(about, domain)
    },
  )
}

function isRelated(about: string, domain: string): boolean {
  // RFC 5321 §4.1.2: the path as it was given, `<` and `>` included.
  const host = about
    .slice(about.lastIndexOf('@') + 1)
    .replace(/\.?>?$/, '')
    .toLowerCase()
  return covers(host, domain) || host.endsWith(`.${domain}`)
}

/** Is there any Authentication-Results at all? For explaining why nobody was believed. */
export const hasAuthenticationResults = (message: Pick<Message, 'headers'>): boolean =>
  headerOf(message, 'authentication-results') !== null
