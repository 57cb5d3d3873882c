/**
 * The header block of a message or MIME part (RFC 5322 §2.2), read by a tolerant line scan: it
 * accepts what broken writers produce and says what it skipped.
 */
import { decodeBytes } from './charset.ts'
import { storable } from './clean-text.ts'
import type { Header } from './message.ts'

export interface HeaderBlock {
  readonly headers: readonly Header[]
  /** Where the body starts, in bytes from the beginning of `bytes`. */
  readonly bodyStart: number
  readonly problems: readonly string[]
}

export interface HeaderLimits {
  /** Header fields kept. */
  readonly linesMax: number
  /** Characters kept of one value. */
  readonly valueLengthMax: number
}

const NAME = /^([!-9;-~]{1,200})[ \t]*:/
/** A separator of mbox files, which some tools leave in front of (or inside) the headers. */
const MBOX_FROM = /^>?From /

/**
 * Reads the block at the start of `bytes`. Blank lines and mbox separators before the first
 * header are skipped. A line that is no header ends the block when none follows it (a writer
 * that forgot the blank line), else it is skipped.
 */
export function scanHeaderBlock(bytes: Buffer, limits: HeaderLimits): HeaderBlock {
  const scan = new Scan(limits)
  let at = skipBlankLines(bytes)
  if (!looksLikeHeader(lineAt(bytes, at).text)) at = 0
  while (at < bytes.length) {
    const line = lineAt(bytes, at)
    if (line.text === '') return scan.result(bytes, line.next)
    const taken = scan.take(line.text)
    if (!taken && !headerFollows(bytes, line.next)) {
      scan.problems.push(scan.count === 0 ? 'no headers' : 'no empty line between headers and body')
      return scan.result(bytes, at)
    }
    if (!taken) scan.skipped++
    at = line.next
  }
  return scan.result(bytes, bytes.length)
}

class Scan {
  readonly problems: string[] = []
  count = 0
  /** Lines that are no headers, with headers below them. */
  skipped = 0
  readonly #fields: Field[] = []
  readonly #limits: HeaderLimits
  #cut = 0

  constructor(limits: HeaderLimits) {
    this.#limits = limits
  }

  /** False when the line is no part of a header block. */
  take(text: string): boolean {
    const last = this.#fields.at(-1)
    if (/^[ \t]/.test(text) && this.count > 0) {
      if (last !== undefined) this.#append(last, text)
      return true
    }
    const name = NAME.exec(text)
    if (name === null) {
      return MBOX_FROM.test(text)
    }
    this.count++
    if (this.count > this.#limits.linesMax) return true
    const field = { name: (name[1] ?? '').toLowerCase(), lines: [], length: 0 }
    this.#fields.push(field)
    this.#append(field, text.slice(name[0].length))
    return true
  }

  #append(field: Field, text: string): void {
    const room = this.#limits.valueLengthMax - field.length
    if (text.length > room && room >= 0) this.#cut++
    if (room > 0) field.lines.push(text.slice(0, room))
    field.length += text.length
  }

  result(bytes: Buffer, bodyStart: number): HeaderBlock {
    const { linesMax } = this.#limits
    if (this.count > linesMax) this.problems.push(`${this.count} headers, only ${linesMax} kept`)
    if (this.#cut > 0) this.problems.push(`${this.#cut} overlong header values cut`)
    if (this.skipped > 0 && this.count > 0)
      this.problems.push('lines among the headers that are none')
    const charset = charsetIn(this.#fields, bytes.subarray(bodyStart, bodyStart + 4_000))
    return { headers: decodeFields(this.#fields, charset), bodyStart, problems: this.problems }
  }
}

interface Field {
  readonly name: string
  readonly lines: string[]
  length: number
}

/** The charset of the message, or of its first part: what the writer of raw headers used. */
function charsetIn(fields: readonly Field[], body: Buffer): string | null {
  const type = fields.find((field) => field.name === 'content-type')?.lines.join('') ?? ''
  const declared = CHARSET.exec(type.slice(0, 2_000)) ?? CHARSET.exec(body.toString('latin1'))
  return declared?.[1] ?? null
}

const CHARSET = /charset\s{0,5}=\s{0,5}"?([\w.:-]{1,40})/i

/** Raw 8-bit bytes are not allowed (RFC 5322 §2.2) but common: UTF-8, else the body's charset. */
function decodeFields(fields: readonly Field[], charset: string | null): Header[] {
  return fields.map(({ name, lines }) => {
    // Unfolding removes the line end only (RFC 5322 §2.2.3); the white space stays.
    const value = storable(visibly(name, lines.join(''))).trim()
    return {
      name,
      value:
        /[\x80-\xff]/.test(value) || value.includes('\x1b$') ? decodeRaw(value, charset) : value,
    }
  })
}

const ADDRESSES: ReadonlySet<string> = new Set(['from', 'sender', 'reply-to', 'to', 'cc'])

/**
 * An address with a NUL is another one than the same without it, and no usable one: the DEL, which
 * both databases take, stands for it.
 */
const visibly = (name: string, value: string): string =>
  ADDRESSES.has(name) ? value.replaceAll('\0', '\x7f') : value

function decodeRaw(value: string, charset: string | null): string {
  const bytes = Buffer.from(value, 'latin1')
  const asUtf8 = decodeBytes(bytes, 'utf-8')
  return storable(
    asUtf8.problem === null && !value.includes('\x1b$')
      ? asUtf8.text
      : decodeBytes(bytes, notUtf8(charset)).text,
  )
}

const notUtf8 = (charset: string | null): string | null =>
  charset !== null && /^utf-?8$/i.test(charset) ? null : charset

const looksLikeHeader = (text: string): boolean => NAME.test(text) || MBOX_FROM.test(text)

/** Names that no first lines of a body begin with by chance. */
const WELL_KNOWN =
  /^(?:from|to|cc|subject|date|message-id|mime-version|content-type|received|return-path|delivered-to|dkim-signature)[ \t]*:/i

/** Garbage among headers is a few lines; a body does not continue with headers. */
function headerFollows(bytes: Buffer, start: number): boolean {
  let at = start
  for (let seen = 0; seen < 15 && at < bytes.length; seen++) {
    const line = lineAt(bytes, at)
    if (line.text === '') return false
    if (seen < 3 ? NAME.test(line.text) : WELL_KNOWN.test(line.text)) return true
    at = line.next
  }
  return false
}

function skipBlankLines(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length && at < 1_000 && isLineSpace(bytes[at])) at++
  // Back to the beginning of the line: its leading white space may matter.
  while (at > 0 && bytes[at - 1] !== 0x0a && bytes[at - 1] !== 0x0d) at--
  return at
}

const isLineSpace = (byte: number | undefined): boolean =>
  byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09

/** One line as Latin-1 without its line end (LF, CRLF, CR CR LF). */
function lineAt(bytes: Buffer, start: number): { text: string; next: number } {
  const found = bytes.indexOf(0x0a, start)
  const end = found === -1 ? bytes.length : found
  let stop = end
  while (stop > start && bytes[stop - 1] === 0x0d) stop--
  return {
    text: bytes.toString('latin1', start, stop),
    next: found === -1 ? bytes.length : end + 1,
  }
}
