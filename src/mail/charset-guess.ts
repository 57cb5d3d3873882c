/**
 * Which charset bytes are in when their label says nothing, or cannot be true. Only what can be
 * told with confidence: UTF-8 and ISO-2022-JP show themselves by their structure, Cyrillic by its
 * density of letters beyond ASCII; all else is read as windows-1252, the commonest.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { HIGH_HALVES } from './charset-tables.ts'
import { decodeIso2022Jp } from './iso-2022-jp.ts'

/** Bytes looked at to recognise Cyrillic. */
const SAMPLE_BYTES = 4_000
const LETTERS_MIN = 8

/** The text of bytes without a believable label. */
export function guessText(bytes: Uint8Array): string {
  const buffer = bufferOf(bytes)
  if (buffer.includes('\x1b$B') || buffer.includes('\x1b$@')) return decodeIso2022Jp(bytes)
  const utf8 = strictText('utf-8', bytes)
  if (utf8 !== null) return utf8
  const damaged = damagedUtf8(bytes)
  if (damaged !== null) return damaged
  const cyrillic = cyrillicCharset(buffer)
  return cyrillic === null ? windows1252(bytes) : decode(cyrillic, bytes)
}

/** Whole sequences for each broken one that make bytes UTF-8 that was cut or hurt on its way. */
const WHOLE_PER_BROKEN = 5

/** Null when that is unlikely: in other charsets whole sequences are a rare chance. */
function damagedUtf8(bytes: Uint8Array): string | null {
  const { text, whole, broken } = lenientUtf8(bytes)
  return whole >= WHOLE_PER_BROKEN * broken ? text : null
}

/** Read as UTF-8 whatever it is, and how much beyond ASCII was whole. */
export function lenientUtf8(bytes: Uint8Array): { text: string; whole: number; broken: number } {
  const text = decode('utf-8', bytes)
  return {
    text,
    whole: text.match(/[\u0080-\ufffc]/g)?.length ?? 0,
    broken: text.match(/\ufffd/g)?.length ?? 0,
  }
}

/** Null when `bytes` are not valid in that charset. */
export function strictText(charset: 'utf-8' | 'gbk', bytes: Uint8Array): string | null {
  // Asked first, because the error costs more than the decoding.
  if (charset === 'utf-8' && !isUtf8(bytes)) return null
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return null // not in it: the caller has another idea
  }
}

/** Sequences of UTF-8 beyond ASCII; 0 when `bytes` are not UTF-8, or ASCII only. */
export function utf8Sequences(bytes: Uint8Array): number {
  if (isAscii(bytes)) return 0
  const text = strictText('utf-8', bytes)
  return text?.match(/[^\0-\x7f]/g)?.length ?? 0
}

/**
 * Western text has a letter beyond ASCII now and then, Cyrillic has nothing else. Lower-case
 * letters, the most of any text, are in the upper rows of windows-1251 and the lower ones of KOI8-R.
 * Text that is valid GBK throughout is Chinese rather: Cyrillic words are of odd length, too.
 */
function cyrillicCharset(buffer: Buffer): 'windows-1251' | 'koi8-r' | null {
  const sample = buffer.subarray(0, SAMPLE_BYTES)
  let ascii = 0
  let lowRows = 0
  let highRows = 0
  for (const byte of sample) {
    if (byte >= 0xe0) highRows++
    else if (byte >= 0xc0) lowRows++
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ascii++
  }
  const letters = lowRows + highRows
  if (letters < LETTERS_MIN || letters < 2 * ascii) return null
  if (strictText('gbk', sample) !== null) return null
  return highRows > lowRows ? 'windows-1251' : 'koi8-r'
}

/** Every byte has a character, so this never fails. */
export function windows1252(bytes: Uint8Array): string {
  return byTable(bytes, HIGH_HALVES.windows1252)
}

/** Single-byte charsets by the upper half of their table. */
export function byTable(bytes: Uint8Array, high: string): string {
  return bufferOf(bytes)
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (character) => high[character.charCodeAt(0) - 0x80] ?? character)
}

function decode(charset: string, bytes: Uint8Array): string {
  return new TextDecoder(charset).decode(bytes)
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
