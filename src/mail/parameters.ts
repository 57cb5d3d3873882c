/**
 * Header values with parameters: Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183),
 * with RFC 2231 continuations and charsets, and encoded words where they do not belong.
 */
import { decodeBytes } from './charset.ts'
import { decodeWords } from './encoded-word.ts'

export interface ParameterisedValue {
  /** Lower-case value before the first semicolon, comments removed. */
  readonly value: string
  /** Decoded parameters by lower-case name; the first of a repeated one wins. */
  readonly params: ReadonlyMap<string, string>
}

/** SECURITY: a header with 100,000 parameters must not cost anything. */
const PARAMETERS_MAX = 100
const VALUE_LENGTH_MAX = 32_000

/** Reads one such header value. Anything unreadable is left out, never guessed. */
export function parseParameters(header: string | null): ParameterisedValue {
  const [first = '', ...rest] = splitOutside((header ?? '').slice(0, VALUE_LENGTH_MAX), ';')
  const raw = new Map<string, string>()
  for (const item of rest.slice(0, PARAMETERS_MAX)) {
    take(raw, item)
  }
  const [value = '', ...loose] = stripComments(first).trim().split(/\s+/)
  // `text/plain charset=x` forgot its semicolon.
  for (const item of loose.slice(0, PARAMETERS_MAX)) take(raw, item)
  return { value: value.toLowerCase(), params: decodeAll(raw) }
}

function take(raw: Map<string, string>, item: string): void {
  const equals = item.indexOf('=')
  if (equals <= 0) return
  const name = item.slice(0, equals).trim().toLowerCase()
  if (!raw.has(name)) raw.set(name, unquote(item.slice(equals + 1).trim()))
}

/** Splits at `separator` outside of quoted strings; a quote that never ends is no quote. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\' && quoted) at++
    else if (character === '"') quoted = !quoted && text.includes('"', at + 1)
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

/** RFC 5322 §3.2.2 comments; nested ones are rare here and lose only their tail. */
export function stripComments(text: string): string {
  return text.includes('(') ? text.replace(/\([^()]*\)/g, ' ') : text
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return stripComments(text).trim()
  const body = text.slice(1)
  let end = 0
  while (end < body.length && body[end] !== '"') end += body[end] === '\\' ? 2 : 1
  // A Windows path in quotes is no escape sequence.
  return body.slice(0, end).replace(/\\(["\\])/g, '$1')
}

/** RFC 2231 §3 and §4: `name*0*=utf-8''a%20b; name*1=c` is one value. */
function decodeAll(raw: ReadonlyMap<string, string>): Map<string, string> {
  const params = new Map<string, string>()
  const sections = new Map<string, { index: number; encoded: boolean; text: string }[]>()
  for (const [name, text] of raw) {
    const extended = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(name)
    if (extended === null) {
      params.set(name, decodeWords(text))
      continue
    }
    const [, base = '', index, star] = extended
    const list = sections.get(base) ?? []
    list.push({ index: Number(index ?? 0), encoded: index === undefined || star === '*', text })
    sections.set(base, list)
  }
  for (const [base, list] of sections) params.set(base, joinSections(list))
  return params
}

function joinSections(list: { index: number; encoded: boolean; text: string }[]): string {
  const ordered = list.toSorted((a, b) => a.index - b.index)
  const head = /^([^']*)'[^']*'/.exec(ordered[0]?.encoded ? (ordered[0]?.text ?? '') : '')
  const charset = head?.[1] ?? null
  const bytes = ordered.map(({ encoded, text }, index) => {
    const body = index === 0 && head !== null ? text.slice(head[0].length) : text
    return encoded ? percentDecode(body) : Buffer.from(body, 'utf8')
  })
  const joined = decodeBytes(Buffer.concat(bytes), charset).text
  return head === null ? decodeWords(joined) : joined
}

function percentDecode(text: string): Buffer {
  const latin1 = Buffer.from(text, 'utf8').toString('latin1')
  const decoded = latin1.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(decoded, 'latin1')
}
