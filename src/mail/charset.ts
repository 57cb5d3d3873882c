/**
 * Bytes to text for the charsets mail uses (RFC 2046 §4.1.2). The platform's decoder knows the
 * WHATWG ones; the table adds the names and the few encodings it lacks. Decoding never fails:
 * an unknown or wrong charset is guessed and the guess reported.
 */
import { isAscii } from 'node:buffer'
import {
  byTable,
  guessText,
  lenientUtf8,
  strictText,
  utf8Sequences,
  windows1252,
} from './charset-guess.ts'
import { HIGH_HALVES } from './charset-tables.ts'
import { decodeIso2022Jp } from './iso-2022-jp.ts'
import { decodeUtf7 } from './utf7.ts'

export interface Decoded {
  readonly text: string
  /** A sentence for people when the label was not to be believed, else null. */
  readonly problem: string | null
}

/** Labels seen in mail that the WHATWG list does not have. */
const ALIASES = new Map(
  Object.entries({
    ansi: 'windows-1252',
    'cp-850': 'cp850',
    cp1250: 'windows-1250',
    cp1251: 'windows-1251',
    cp1252: 'windows-1252',
    cp874: 'windows-874',
    cp932: 'shift_jis',
    ms932: 'shift_jis',
    'windows-932': 'shift_jis',
    cp936: 'gbk',
    'windows-936': 'gbk',
    cp949: 'euc-kr',
    ms949: 'euc-kr',
    cp950: 'big5',
    'windows-950': 'big5',
    ibm437: 'cp437',
    ibm850: 'cp850',
    'iso-2022-jp-1': 'iso-2022-jp',
    'iso-2022-jp-2': 'iso-2022-jp',
    'iso-2022-jp-3': 'iso-2022-jp',
    'iso-2022-jp-2004': 'iso-2022-jp',
    'iso-2022-jp-ms': 'iso-2022-jp',
    cp50220: 'iso-2022-jp',
    cp50221: 'iso-2022-jp',
    jis: 'iso-2022-jp',
    eucjp: 'euc-jp',
    'eucjp-ms': 'euc-jp',
    euckr: 'euc-kr',
    koi8r: 'koi8-r',
    'unicode-1-1-utf-7': 'utf-7',
    utf7: 'utf-7',
    'utf-7-imap': 'utf-7',
    'utf-8-mac': 'utf-8',
    utf8mb4: 'utf-8',
    cp65001: 'utf-8',
    'x-mac-roman': 'macintosh',
  }),
)

/** Labels that say nothing: writers use them for whatever they have. */
const VAGUE = new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  'default',
  'binary',
  '8bit',
  '7bit',
  '_iso-8859-1',
])

/** Decodes `bytes`; `label` is the charset parameter as written, or null. */
export function decodeBytes(bytes: Uint8Array, label: string | null): Decoded {
  const name = normalise(label)
  if (isPlainAscii(bytes, name)) return { text: decodeAscii(bytes), problem: null }
  const marked = decodeByMark(bytes)
  if (marked !== null) return { text: marked, problem: null }
  if (VAGUE.has(name)) return { text: guessText(bytes), problem: null }
  if (name === 'utf-8') return decodeUtf8(bytes)
  if (isMislabelledUtf8(bytes, name)) return relabelled(bytes, name)
  const decode = SPECIAL.get(name)
  if (decode !== undefined) return { text: decode(bytes), problem: null }
  const decoder = decoderFor(name)
  if (decoder === null) {
    return { text: guessText(bytes), problem: `unknown charset "${name.slice(0, 40)}", guessed` }
  }
  const text = name === 'iso-2022-jp' ? decodeIso2022Jp(bytes) : decoder.decode(bytes)
  // A multi-byte charset that does not fit, and UTF-8 that does.
  if (text.includes('\ufffd') && utf8Sequences(bytes) > 0) return relabelled(bytes, name)
  return { text, problem: null }
}

const relabelled = (bytes: Uint8Array, name: string): Decoded => ({
  text: decode('utf-8', bytes),
  problem: `text is UTF-8, not the ${name} it claims to be`,
})

function normalise(label: string | null): string {
  const name = (label ?? '')
    .toLowerCase()
    .replace(/["'\s]/g, '')
    .replace(/^charset=/, '')
    .replace(/^x-(?=cp|sjis|euc|gbk|big5)/, '')
    .slice(0, 60)
  const dashed = name
    .replace(/^(iso)[_-]?(8859)[_-]?(\d+)(?:-[a-z]+)?$/, '$1-$2-$3')
    .replace(/^windows(\d+)$/, 'windows-$1')
  if (name === 'utf8') return 'utf-8'
  return ALIASES.get(dashed) ?? dashed
}

/** Encodings the platform does not have. */
const SPECIAL = new Map<string, (bytes: Uint8Array) => string>(
  Object.entries({
    'utf-7': decodeUtf7,
    'utf-16': decodeUtf16,
    'utf-32': (bytes) => decodeUtf32(bytes, { bigEndian: true }),
    'utf-32be': (bytes) => decodeUtf32(bytes, { bigEndian: true }),
    'utf-32le': (bytes) => decodeUtf32(bytes, { bigEndian: false }),
    'iso-2022-kr': (bytes) => decodeShifted(bytes, { decoder: 'euc-kr', on: [0x0e], off: [0x0f] }),
    'iso-2022-cn': (bytes) => decodeShifted(bytes, { decoder: 'gbk', on: [0x0e], off: [0x0f] }),
    'hz-gb-2312': (bytes) =>
      decodeShifted(bytes, { decoder: 'gbk', on: [0x7e, 0x7b], off: [0x7e, 0x7d] }),
    cp437: (bytes) => byTable(bytes, HIGH_HALVES.cp437),
    cp850: (bytes) => byTable(bytes, HIGH_HALVES.cp850),
    'windows-1252': (bytes) => windows1252(bytes),
    'iso-8859-1': (bytes) => windows1252(bytes),
    latin1: (bytes) => windows1252(bytes),
  }),
)

/** Byte order marks win over any label (RFC 3629 §6, RFC 2781 §3.2). */
function decodeByMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return decode('utf-8', bytes)
  if (a === 0xff && b === 0xfe) return decode('utf-16le', bytes)
  if (a === 0xfe && b === 0xff) return decode('utf-16be', bytes)
  return null
}

function decodeUtf8(bytes: Uint8Array): Decoded {
  const strict = strictText('utf-8', bytes)
  if (strict !== null) return { text: strict, problem: null }
  const { text: lenient, whole, broken } = lenientUtf8(bytes)
  // More broken than whole: the label is wrong rather than the bytes damaged.
  const text = whole >= broken ? lenient : guessText(bytes)
  return { text, problem: 'text is not the UTF-8 it claims to be' }
}

/** Most text is: these charsets agree about it, and no decoder is needed. */
function isPlainAscii(bytes: Uint8Array, name: string): boolean {
  const agrees = name === 'utf-8' || VAGUE.has(name) || SINGLE_BYTE.test(name)
  return agrees && isAscii(bytes) && !bytes.includes(ESCAPE)
}

const ESCAPE = 0x1b

function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

const WESTERN = /^(?:windows-1252|iso-8859-15?|latin1)$/
const SINGLE_BYTE = /^(?:windows-125\d|iso-8859-\d{1,2}|latin1|koi8-[ru]|macintosh|cp\d{3})$/

const MULTI_BYTE = /^(?:gbk|gb2312|gb18030|big5|shift_jis|euc-(?:kr|jp))$/

/**
 * Bytes that are UTF-8 throughout are UTF-8, whatever the label: that does not happen by chance to
 * more than a few characters of another charset, and Western text has few beyond ASCII.
 */
function isMislabelledUtf8(bytes: Uint8Array, name: string): boolean {
  if (SINGLE_BYTE.test(name)) return utf8Sequences(bytes) >= (WESTERN.test(name) ? 1 : 2)
  return MULTI_BYTE.test(name) && utf8Sequences(bytes) >= 5
}

function decode(name: string, bytes: Uint8Array): string {
  return new TextDecoder(name).decode(bytes)
}

function decoderFor(name: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(name)
  } catch {
    return null // a name the platform does not know
  }
}

/** RFC 2781 §4.3 says big-endian without a mark; most writers mean little-endian. Zero bytes tell. */
function decodeUtf16(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 2000)
  const zeroFirst = sample.filter((byte, index) => byte === 0 && index % 2 === 0).length
  const zeroSecond = sample.filter((byte, index) => byte === 0 && index % 2 === 1).length
  return decode(zeroFirst > zeroSecond ? 'utf-16be' : 'utf-16le', bytes)
}

function decodeUtf32(bytes: Uint8Array, { bigEndian }: { bigEndian: boolean }): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const characters: string[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, !bigEndian)
    characters.push(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')
  }
  return characters.join('')
}

/** ESC $ ) C of ISO-2022-KR and ESC $ ) A (E, G) of ISO-2022-CN are no text. */
const ANNOUNCERS = /\p{Cc}\$\)[ACEG]/gu

interface Shift {
  readonly decoder: string
  readonly on: readonly number[]
  readonly off: readonly number[]
}

/** ISO-2022-KR and HZ: 7-bit text whose shifted stretches are an 8-bit set without its high bit. */
function decodeShifted(bytes: Uint8Array, { decoder, on, off }: Shift): string {
  const out = new Uint8Array(bytes.length)
  let length = 0
  let shifted = false
  for (let at = 0; at < bytes.length; at++) {
    const mark = shifted ? off : on
    if (mark.every((byte, index) => bytes[at + index] === byte)) {
      shifted = !shifted
      at += mark.length - 1
      continue
    }
    const byte = bytes[at] ?? 0
    // RFC 1557, RFC 1922, RFC 1843: no line begins shifted.
    if (byte === 0x0a) shifted = false
    out[length++] = shifted && byte > 0x20 ? byte | 0x80 : byte
  }
  return decode(decoder, out.subarray(0, length)).replace(ANNOUNCERS, '')
}
