/** The bytes of one message: in memory or in a file, read without loading a large file whole. */
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { LIMITS } from './limits.ts'

export interface Source {
  readonly size: number
  /** The beginning, at most {@link LIMITS.headBytesMax} bytes; all of it when `whole`. */
  readonly head: Buffer
  readonly whole: boolean
  /** All bytes from `start` on. */
  rest(start: number): Readable | Buffer
  /** The bytes from `start` on, at most `length`. */
  slice(start: number, length: number): Buffer
  readonly file: string | null
}

export function openSource(source: Uint8Array | { readonly file: string }): Source {
  return 'file' in source ? fromFile(source.file) : fromBytes(normalised(source))
}

function fromBytes(bytes: Buffer): Source {
  return {
    size: bytes.length,
    head: bytes.subarray(0, LIMITS.headBytesMax),
    whole: bytes.length <= LIMITS.headBytesMax,
    rest: (start) => bytes.subarray(start),
    slice: (start, length) => bytes.subarray(start, start + length),
    file: null,
  }
}

function fromFile(file: string): Source {
  const { size } = statSync(file)
  const head = readPart(file, 0, LIMITS.headBytesMax)
  if (size <= LIMITS.headBytesMax) return { ...fromBytes(normalised(readFileSync(file))), file }
  return {
    size,
    head,
    whole: false,
    rest: (start) => createReadStream(file, { start }),
    slice: (start, length) => readPart(file, start, length),
    file,
  }
}

function readPart(file: string, start: number, length: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, start))
  } finally {
    closeSync(descriptor)
  }
}

/** Classic Mac line ends: a message without any LF is read as if its CRs were LFs. */
function normalised(source: Uint8Array): Buffer {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  if (bytes.includes(0x0a) || !bytes.includes(0x0d)) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll('\r', '\n'), 'latin1')
}
