/**
 * TNEF, the content of winmail.dat ([MS-OXTNEF]): Outlook's own wrapping of a message's files and
 * formatted text when it believes that its reader is Outlook, too.
 */
import { decodeBytes } from './charset.ts'
import { readMapiProperties } from './mapi-properties.ts'
import type { MapiProperties } from './mapi-properties.ts'

export interface TnefFile {
  readonly filename: string | null
  /** As declared inside, lower-case; null when nothing is said. */
  readonly contentType: string | null
  readonly contentId: string | null
  readonly bytes: Buffer
}

export interface Tnef {
  readonly files: readonly TnefFile[]
  /** The message's text, when it is in there as text. */
  readonly text: string | null
  /** The message's HTML as bytes; its charset is in its own meta element or `charset`. */
  readonly html: Buffer | null
  /** Of `html` and of names: a Windows code page, e.g. `windows-1252`. */
  readonly charset: string
  /** False when the end is missing or a length cannot be right. */
  readonly complete: boolean
}

const SIGNATURE = 0x223e9f78
/** [MS-OXTNEF] §2.1.3.3: level, id, length, data, checksum. */
const HEAD_BYTES = 9
const CHECKSUM_BYTES = 2
const FILES_MAX = 200

const BODY = 0x0002800c
const CODE_PAGE = 0x00069007
const MESSAGE_PROPERTIES = 0x00069003
const FILE_BEGINS = 0x00069002
const FILE_DATA = 0x0006800f
const FILE_TITLE = 0x00018010
const FILE_PROPERTIES = 0x00069005

/** MAPI property ids ([MS-OXPROPS]). */
const PROPERTY = {
  body: 0x1000,
  bodyHtml: 0x1013,
  displayName: 0x3001,
  attachData: 0x3701,
  attachFilename: 0x3704,
  attachLongFilename: 0x3707,
  attachMimeTag: 0x370e,
  attachContentId: 0x3712,
} as const

interface Attribute {
  readonly id: number
  readonly data: Buffer
}

interface OpenFile {
  title: Buffer | null
  data: Buffer | null
  properties: MapiProperties | null
}

/** Opens it; null when it is no TNEF. The files share the memory of `bytes`. */
export function readTnef(bytes: Buffer): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null
  const { attributes, complete } = attributesOf(bytes)
  const charset = charsetOf(attributes)
  const files: OpenFile[] = []
  let body: Buffer | null = null
  let properties: MapiProperties = new Map()
  for (const { id, data } of attributes) {
    const file = files.at(-1)
    if (id === BODY) body ??= data
    else if (id === MESSAGE_PROPERTIES) properties = readMapiProperties(data)
    else if (id === FILE_BEGINS) {
      if (files.length === FILES_MAX) break
      files.push({ title: null, data: null, properties: null })
    } else if (file !== undefined) takeOf(file, id, data)
  }
  const text = textOf(properties.get(PROPERTY.body), charset)
  return {
    files: files.flatMap((file) => fileOf(file, charset) ?? []),
    text: text ?? (body === null ? null : withoutEnd(decodeBytes(body, charset).text)),
    html: properties.get(PROPERTY.bodyHtml)?.bytes ?? null,
    charset,
    complete: complete && files.length < FILES_MAX,
  }
}

function takeOf(file: OpenFile, id: number, data: Buffer): void {
  if (id === FILE_DATA) file.data = data
  else if (id === FILE_TITLE) file.title = data
  else if (id === FILE_PROPERTIES) file.properties = readMapiProperties(data)
}

function attributesOf(bytes: Buffer): { attributes: Attribute[]; complete: boolean } {
  const attributes: Attribute[] = []
  let at = 6
  while (at + HEAD_BYTES <= bytes.length) {
    const id = bytes.readUInt32LE(at + 1)
    const length = bytes.readUInt32LE(at + 5)
    const start = at + HEAD_BYTES
    if (start + length > bytes.length) {
      // Cut off: what there is of it is better than nothing.
      attributes.push({ id, data: bytes.subarray(start) })
      return { attributes, complete: false }
    }
    attributes.push({ id, data: bytes.subarray(start, start + length) })
    at = start + length + CHECKSUM_BYTES
  }
  return { attributes, complete: at >= bytes.length }
}

function charsetOf(attributes: readonly Attribute[]): string {
  const data = attributes.find(({ id }) => id === CODE_PAGE)?.data
  const page = data === undefined || data.length < 4 ? 1252 : data.readUInt32LE(0)
  if (page === 65001) return 'utf-8'
  return [932, 936, 949, 950].includes(page) ? `cp${page}` : `windows-${page}`
}

function fileOf(file: OpenFile, charset: string): TnefFile | null {
  const properties = file.properties ?? new Map<number, never>()
  const text = (id: number): string | null => textOf(properties.get(id), charset)
  const bytes = file.data ?? properties.get(PROPERTY.attachData)?.bytes ?? null
  if (bytes === null) return null
  const title = file.title === null ? null : withoutEnd(decodeBytes(file.title, charset).text)
  return {
    filename:
      text(PROPERTY.attachLongFilename) ??
      text(PROPERTY.attachFilename) ??
      title ??
      text(PROPERTY.displayName),
    contentType: text(PROPERTY.attachMimeTag)?.toLowerCase() ?? null,
    contentId: text(PROPERTY.attachContentId),
    bytes,
  }
}

function textOf(
  value: { bytes: Buffer; unicode: boolean } | undefined,
  charset: string,
): string | null {
  if (value === undefined) return null
  const text = withoutEnd(decodeBytes(value.bytes, value.unicode ? 'utf-16le' : charset).text)
  return text === '' ? null : text
}

/** Strings end with NUL. */
function withoutEnd(text: string): string {
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}
