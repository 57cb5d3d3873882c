/** Collects the decoded bytes of one MIME leaf: in memory while small, else in a scratch file. */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from './limits.ts'

export interface LeafContent {
  readonly size: number
  /** Null of a text that is in memory as a whole: few of them are attached after all. */
  readonly sha256: string | null
  readonly content: Uint8Array | { readonly file: string }
  /** False when bytes beyond a limit were counted but not kept. */
  readonly complete: boolean
}

/** What all leaves of one message share. */
export interface Budget {
  readonly scratchDir: string
  /** Beginning of the names of scratch files: several budgets may share the folder. */
  readonly prefix: string
  textBytes: number
  memoryBytes: number
  files: number
}

export function newBudget(scratchDir: string, prefix = 'part'): Budget {
  return {
    scratchDir,
    prefix,
    textBytes: LIMITS.textBytesMax,
    memoryBytes: LIMITS.contentInMemoryTotalMax,
    files: 0,
  }
}

/** `text`: to be rendered, stays in memory. `file`: an attachment. `none`: only counted. */
export type Keep = 'text' | 'file' | 'none'

export class ContentSink {
  readonly #budget: Budget
  readonly #keep: Keep
  /** Of a text, not before a part of it is dropped. */
  #hash: Hash | null
  #chunks: Uint8Array[] = []
  #size = 0
  #complete = true
  #file: { path: string; descriptor: number } | null = null

  constructor(keep: Keep, budget: Budget) {
    this.#keep = keep
    this.#budget = budget
    this.#hash = keep === 'text' ? null : createHash('sha256')
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#size += chunk.length
    this.#hash?.update(chunk)
    if (this.#keep === 'text') this.#keepText(chunk)
    else if (this.#keep === 'file') this.#keepBytes(chunk)
    else this.#complete = false
  }

  finish(): LeafContent {
    if (this.#file !== null) closeSync(this.#file.descriptor)
    return {
      size: this.#size,
      sha256: this.#hash?.digest('hex') ?? null,
      content: this.#file === null ? Buffer.concat(this.#chunks) : { file: this.#file.path },
      complete: this.#complete,
    }
  }

  #keepText(chunk: Uint8Array): void {
    const room = Math.min(this.#budget.textBytes, chunk.length)
    this.#budget.textBytes -= room
    if (room < chunk.length) this.#hashAll(chunk)
    if (room > 0) this.#chunks.push(chunk.subarray(0, room))
    if (room < chunk.length) this.#complete = false
  }

  #hashAll(last: Uint8Array): void {
    if (this.#hash !== null) return
    this.#hash = createHash('sha256')
    for (const chunk of this.#chunks) this.#hash.update(chunk)
    this.#hash.update(last)
  }

  #keepBytes(chunk: Uint8Array): void {
    const inMemory =
      this.#file === null &&
      this.#size <= LIMITS.contentInMemoryMax &&
      this.#budget.memoryBytes >= chunk.length
    if (inMemory) {
      this.#budget.memoryBytes -= chunk.length
      this.#chunks.push(chunk)
      return
    }
    const file = this.#file ?? this.#spill()
    writeSync(file.descriptor, chunk)
  }

  #spill(): { path: string; descriptor: number } {
    mkdirSync(this.#budget.scratchDir, { recursive: true, mode: 0o700 })
    const path = join(this.#budget.scratchDir, `${this.#budget.prefix}-${this.#budget.files++}`)
    const file = { path, descriptor: openSync(path, 'wx', 0o600) }
    for (const chunk of this.#chunks) {
      writeSync(file.descriptor, chunk)
      this.#budget.memoryBytes += chunk.length
    }
    this.#chunks = []
    this.#file = file
    return file
  }
}

/** Bytes already in memory as the content of an attachment. */
export function contentOf(bytes: Uint8Array, budget: Budget): LeafContent {
  const sink = new ContentSink('file', budget)
  sink.write(bytes)
  return sink.finish()
}

/** At most `length` bytes from the beginning. */
export function firstBytesOf(content: LeafContent['content'], length: number): Buffer {
  if (!('file' in content)) return bytesOf(content).subarray(0, length)
  const descriptor = openSync(content.file, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0))
  } finally {
    closeSync(descriptor)
  }
}

export function sha256Of({ sha256, content }: Pick<LeafContent, 'sha256' | 'content'>): string {
  return sha256 ?? createHash('sha256').update(bytesOf(content)).digest('hex')
}

/** All bytes of a content, wherever it is. */
export function bytesOf(content: LeafContent['content']): Buffer {
  if ('file' in content) return readFileSync(content.file)
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}
