/**
 * Blobs stored a moment ago, kept in memory for the one who reads them next: a new message is
 * parsed right after it was fetched, and need not come back from the disk for that.
 */
import type { Readable } from 'node:stream'
import type { Blobs, StoredBlob } from './blobs.ts'

/** Of all that is kept: a thousand usual mails, so that a backlog is not read back. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024
/** Who has not asked by then (another daemon took the message) will not. */
const KEPT_MS = 60_000

interface Recent {
  readonly content: Buffer
  readonly atMs: number
}

export class RecentBlobs implements Blobs {
  readonly #home: Blobs
  readonly #nowMs: () => number
  readonly #recent = new Map<string, Recent>()
  #bytes = 0

  constructor(home: Blobs, nowMs: () => number) {
    this.#home = home
    this.#nowMs = nowMs
  }

  async put(content: Uint8Array): Promise<StoredBlob> {
    const stored = await this.#home.put(content)
    this.#keep(stored, content)
    return stored
  }

  async putAll(contents: readonly Uint8Array[]): Promise<StoredBlob[]> {
    const stored = await this.#home.putAll(contents)
    for (const [index, content] of contents.entries()) this.#keep(stored[index], content)
    return stored
  }

  putStream(content: Readable, bytesMax: number): Promise<StoredBlob> {
    return this.#home.putStream(content, bytesMax)
  }

  putFile(file: string, expected: StoredBlob): Promise<StoredBlob> {
    return this.#home.putFile(file, expected)
  }

  /** What is answered from memory is forgotten there: it is rarely asked for twice. */
  async get(sha256: string): Promise<Buffer | null> {
    return this.#take(sha256) ?? this.#home.get(sha256)
  }

  open(sha256: string): Promise<Readable | null> {
    return this.#home.open(sha256)
  }

  fileOf(sha256: string): string | null {
    return this.#home.fileOf(sha256)
  }

  removeFile(sha256: string, before: Date): Promise<void> {
    return this.#home.removeFile(sha256, before)
  }

  /** When there is no room the older ones stay: they are asked for first. */
  #keep(stored: StoredBlob | undefined, content: Uint8Array): void {
    if (stored === undefined || this.#recent.has(stored.sha256)) return
    const atMs = this.#nowMs()
    for (const [sha256, recent] of this.#recent) {
      if (atMs - recent.atMs < KEPT_MS) break
      this.#take(sha256)
    }
    if (this.#bytes + content.byteLength > KEPT_BYTES_MAX) return
    this.#bytes += content.byteLength
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    this.#recent.set(stored.sha256, { content: bytes, atMs })
  }

  #take(sha256: string): Buffer | null {
    const recent = this.#recent.get(sha256)
    if (recent === undefined) return null
    this.#recent.delete(sha256)
    this.#bytes -= recent.content.byteLength
    return recent.content
  }
}
