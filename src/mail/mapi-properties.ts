/** MAPI properties as TNEF carries them ([MS-OXTNEF] §2.1.3.4): only those that hold bytes or text. */

export interface MapiValue {
  readonly bytes: Buffer
  /** UTF-16LE text; otherwise bytes, or text in the code page of the message. */
  readonly unicode: boolean
}

/** By property id, the first value of each; named properties are skipped. */
export type MapiProperties = ReadonlyMap<number, MapiValue>

const PROPERTIES_MAX = 2_000
const MULTIPLE = 0x1000
const UNICODE = 0x1f
const OBJECT = 0x0d
/** String8, Unicode, Object, Binary: each with its own length. */
const WITH_LENGTH = new Set([0x1e, UNICODE, OBJECT, 0x102])
/** Bytes of the other types, padded to four. */
const FIXED_BYTES = new Map([
  [0x02, 4],
  [0x03, 4],
  [0x04, 4],
  [0x05, 8],
  [0x06, 8],
  [0x07, 8],
  [0x0a, 4],
  [0x0b, 4],
  [0x14, 8],
  [0x40, 8],
  [0x48, 16],
])
/** An object's bytes begin with the id of its interface. */
const INTERFACE_BYTES = 16
const FIRST_NAMED = 0x8000

/** Reads as far as the bytes make sense. */
export function readMapiProperties(data: Buffer): MapiProperties {
  const found = new Map<number, MapiValue>()
  const reader = new Reader(data)
  const count = Math.min(reader.number(), PROPERTIES_MAX)
  for (let index = 0; index < count && !reader.failed; index++) readProperty(reader, found)
  return found
}

function readProperty(reader: Reader, found: Map<number, MapiValue>): void {
  const tag = reader.number()
  const id = tag >>> 16
  const type = tag & 0xffff & ~MULTIPLE
  if (id >= FIRST_NAMED) skipName(reader)
  if (!WITH_LENGTH.has(type)) {
    const size = FIXED_BYTES.get(type)
    const values = (tag & MULTIPLE) === 0 ? 1 : reader.number()
    if (size === undefined) reader.fail()
    else reader.take(size * values)
    return
  }
  const values = reader.number()
  for (let index = 0; index < values && !reader.failed; index++) {
    const bytes = reader.padded(reader.number())
    if (reader.failed || found.has(id) || id >= FIRST_NAMED) continue
    found.set(id, {
      bytes: type === OBJECT ? bytes.subarray(INTERFACE_BYTES) : bytes,
      unicode: type === UNICODE,
    })
  }
}

function skipName(reader: Reader): void {
  reader.take(16)
  const isText = reader.number() === 1
  if (isText) reader.padded(reader.number())
  else reader.number()
}

/** Reads forward and never beyond the end. */
class Reader {
  failed = false
  readonly #data: Buffer
  #at = 0

  constructor(data: Buffer) {
    this.#data = data
  }

  fail(): void {
    this.failed = true
  }

  number(): number {
    const bytes = this.take(4)
    return bytes.length === 4 ? bytes.readUInt32LE(0) : 0
  }

  /** `length` bytes that are followed by padding to a multiple of four. */
  padded(length: number): Buffer {
    const bytes = this.take(length)
    this.#at = Math.min(this.#data.length, this.#at + ((4 - (length % 4)) % 4))
    return bytes
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#data.length) {
      this.failed = true
      return Buffer.alloc(0)
    }
    this.#at += length
    return this.#data.subarray(this.#at - length, this.#at)
  }
}
