/**
 * Content transfer encodings (RFC 2045 §6), undone piece by piece: a part may be larger than memory.
 *
 * Tolerant on purpose: what is damaged is decoded as far as it goes and reported, what is not
 * encoded at all although it says so comes through as it is.
 */
import { UuDecoder } from './uuencode.ts'

export interface TransferDecoder {
  /** The decoded bytes of what is known so far; the rest comes with the next piece or the end. */
  write(chunk: Buffer): Buffer
  end(): Buffer
  /** True when the content was not what its encoding promises. */
  readonly damaged: boolean
}

const NOTHING = Buffer.alloc(0)
/** Beginning of a content that is looked at to see whether it is base64 at all. */
const SAMPLE_LENGTH = 1_000
/** A line this long without an end is decoded where it stands. */
const LINE_LENGTH_MAX = 64 * 1024

/** `encoding` is the header value, lower-case without comments; unknown ones mean: as it is. */
export function transferDecoder(encoding: string): TransferDecoder {
  const name = encoding.replace(/["'\s]/g, '')
  if (/^base-?64/.test(name)) return new Base64Decoder()
  if (/^(?:quoted-?printable|qp$)/.test(name)) return new QuotedPrintableDecoder()
  // Never registered, used all the same by programs older than MIME.
  if (/^(?:x-)?uu(?:e$|encode)/.test(name)) return new UuDecoder()
  return new Identity()
}

/** The whole of `bytes` decoded at once. */
export function undoTransfer(bytes: Buffer, encoding: string): { bytes: Buffer; damaged: boolean } {
  const decoder = transferDecoder(encoding)
  const decoded = Buffer.concat([decoder.write(bytes), decoder.end()])
  return { bytes: decoded, damaged: decoder.damaged }
}

class Identity implements TransferDecoder {
  readonly damaged = false
  write(chunk: Buffer): Buffer {
    return chunk
  }
  end(): Buffer {
    return NOTHING
  }
}

/** RFC 2045 §6.8. Characters outside of the alphabet are ignored, as it demands. */
class Base64Decoder implements TransferDecoder {
  damaged = false
  /** Characters of a group of four that is not complete yet. */
  #group = ''
  /** Nothing but padding and white space since the last padding. */
  #padded = false
  /** What follows is no base64. */
  #over = false
  #plain: boolean | null = null
  /** Held back until there is enough to see what it is. */
  #held: Buffer[] = []
  #heldLength = 0

  write(chunk: Buffer): Buffer {
    if (this.#plain !== null) return this.#decode(chunk)
    this.#held.push(chunk)
    this.#heldLength += chunk.length
    return this.#heldLength < SAMPLE_LENGTH ? NOTHING : this.#start()
  }

  end(): Buffer {
    const first = this.#plain === null ? this.#start() : NOTHING
    const rest = this.#finishGroup()
    return first.length === 0 ? rest : Buffer.concat([first, rest])
  }

  #start(): Buffer {
    const bytes = this.#held.length === 1 ? (this.#held[0] ?? NOTHING) : Buffer.concat(this.#held)
    this.#held = []
    this.#plain = isPlainText(bytes.toString('latin1', 0, SAMPLE_LENGTH))
    if (this.#plain) this.damaged = true
    return this.#decode(bytes)
  }

  #decode(chunk: Buffer): Buffer {
    if (this.#plain === true) return chunk
    if (this.#over) return NOTHING
    const text = chunk.toString('latin1')
    return this.#padded || text.includes('=') ? this.#stretches(text) : this.#whole(text)
  }

  /** The complete groups of `text`. */
  #whole(text: string): Buffer {
    return this.#clean(text) ?? this.#sorted(text)
  }

  /** What programs write: nothing but the alphabet in lines. Null: something else is in it. */
  #clean(text: string): Buffer | null {
    const characters = this.#group + text.replaceAll('\r\n', '').replaceAll('\n', '')
    // Node reads these two as well (RFC 4648 §5); RFC 2045 does not.
    if (characters.includes('-') || characters.includes('_')) return null
    const whole = characters.length - (characters.length % 4)
    const rest = characters.slice(whole)
    const bytes = Buffer.from(characters.slice(0, whole), 'base64')
    // Whatever is not of the alphabet makes no bytes.
    if (bytes.length * 4 !== whole * 3 || /[^A-Za-z0-9+/]/.test(rest)) return null
    this.#group = rest
    return bytes
  }

  #sorted(text: string): Buffer {
    const characters = this.#group + this.#alphabetOf(text)
    const whole = characters.length - (characters.length % 4)
    this.#group = characters.slice(whole)
    return Buffer.from(characters.slice(0, whole), 'base64')
  }

  #alphabetOf(text: string): string {
    const dense = text.replace(/[\r\n]+/g, '')
    if (!/[^A-Za-z0-9+/]/.test(dense)) return dense
    if (/[^A-Za-z0-9+/\s]/.test(dense)) this.damaged = true
    return dense.replace(/[^A-Za-z0-9+/]+/g, '')
  }

  /**
   * Padding ends a stretch. Programs that encode in pieces go on after it; what a mailing list
   * wrote below the content is no part of it.
   */
  #stretches(text: string): Buffer {
    const decoded: Buffer[] = []
    text.split('=').forEach((stretch, index) => {
      if (index > 0) {
        decoded.push(this.#finishGroup())
        this.#padded = true
      }
      if (this.#over || stretch.trim() === '') return
      if (this.#padded && isForeign(stretch)) {
        this.#over = true
        this.damaged = true
        return
      }
      this.#padded = false
      decoded.push(this.#whole(stretch))
    })
    return Buffer.concat(decoded)
  }

  #finishGroup(): Buffer {
    const group = this.#group
    this.#group = ''
    // Six bits are no byte: something is missing.
    if (group.length % 4 === 1) this.damaged = true
    return Buffer.from(group, 'base64')
  }
}

/** Does the first line hold what base64 never does? */
function isForeign(text: string): boolean {
  const line = text.trimStart().slice(0, 200).split(/\r?\n/, 1)[0] ?? ''
  return /[^A-Za-z0-9+/=]/.test(line.trimEnd())
}

/** Sentences have spaces and punctuation where base64 has neither; the first line tells. */
function isPlainText(sample: string): boolean {
  const line = sample.trim().split(/\r?\n/, 1)[0] ?? ''
  const foreign = line.match(/[^A-Za-z0-9+/=]/g)?.length ?? 0
  return foreign * 10 > line.length
}

const EQUALS = 0x3d
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** RFC 2045 §6.7. Malformed escapes stay as they are. */
class QuotedPrintableDecoder implements TransferDecoder {
  readonly damaged = false
  /** The line that is not complete yet. */
  #line: Buffer = NOTHING

  write(chunk: Buffer): Buffer {
    const bytes = this.#line.length === 0 ? chunk : Buffer.concat([this.#line, chunk])
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    const cut = bytes.length - end > LINE_LENGTH_MAX ? beforeEscape(bytes) : end
    this.#line = bytes.subarray(cut)
    return decodeLines(bytes.subarray(0, cut))
  }

  end(): Buffer {
    const rest = decodeLines(this.#line)
    this.#line = NOTHING
    return rest
  }
}

/** Where `bytes` can be cut without cutting an escape. */
function beforeEscape(bytes: Buffer): number {
  const escape = bytes.lastIndexOf(EQUALS)
  return escape >= bytes.length - 3 ? escape : bytes.length
}

function decodeLines(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length)
  let length = 0
  /** Behind the last byte of this line that is no white space, or that was escaped. */
  let solid = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === LINE_FEED) {
      const carriageReturn = bytes[at - 1] === CARRIAGE_RETURN
      // RFC 2045 §6.7 rule 3: white space at the end of a line was added on the way.
      length = solid
      if (carriageReturn) out[length++] = CARRIAGE_RETURN
      out[length++] = LINE_FEED
      solid = length
      continue
    }
    if (byte === EQUALS) {
      const next = endOfSoftBreak(bytes, at + 1)
      if (next !== -1) {
        at = next - 1
        solid = length
        continue
      }
      const value = escaped(bytes, at)
      if (value !== -1) {
        out[length++] = value
        solid = length
        at += 2
        continue
      }
    }
    out[length++] = byte
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) solid = length
  }
  return out.subarray(0, length)
}

/** Past the line end that an equals sign before `at` hides, or -1. */
function endOfSoftBreak(bytes: Buffer, start: number): number {
  let at = start
  while (at < bytes.length && at - start < 1_000 && isBlank(bytes[at] ?? 0)) at++
  if (at >= bytes.length) return at
  return bytes[at] === LINE_FEED ? at + 1 : -1
}

const isBlank = (byte: number): boolean =>
  byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN

function escaped(bytes: Buffer, at: number): number {
  const high = hex(bytes[at + 1] ?? 0)
  const low = hex(bytes[at + 2] ?? 0)
  return high === -1 || low === -1 ? -1 : high * 16 + low
}

function hex(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
