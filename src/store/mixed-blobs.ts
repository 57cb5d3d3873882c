/**
 * Blobs beside SQLite: small ones in the database, where a whole batch costs one commit; large
 * ones as files, so that the database stays handy and they can be streamed.
 */
import type { Readable } from 'node:stream'
import type { Blobs, StoredBlob } from './blobs.ts'

/** Most messages without attachments are smaller; SQLite reads such rows faster than files. */
export const SMALL_BYTES_MAX = 128 * 1024

export class MixedBlobs implements Blobs {
  readonly #small: Blobs
  readonly #large: Blobs

  constructor(homes: { small: Blobs; large: Blobs }) {
    this.#small = homes.small
    this.#large = homes.large
  }

  put(content: Uint8Array): Promise<StoredBlob> {
    return this.#homeOf(content.byteLength).put(content)
  }

  async putAll(contents: readonly Uint8Array[]): Promise<StoredBlob[]> {
    const isSmall = (content: Uint8Array) => this.#homeOf(content.byteLength) === this.#small
    const [small, large] = await Promise.all([
      this.#small.putAll(contents.filter(isSmall)),
      this.#large.putAll(contents.filter((content) => !isSmall(content))),
    ])
    // In the order of the question.
    const answers = { small: small.values(), large: large.values() }
    return contents.map((content) => {
      const next = (isSmall(content) ? answers.small : answers.large).next()
      if (next.done === true) throw new Error('putAll lost a blob')
      return next.value
    })
  }

  putStream(content: Readable, bytesMax: number): Promise<StoredBlob> {
    return this.#large.putStream(content, bytesMax)
  }

  putFile(file: string, expected: StoredBlob): Promise<StoredBlob> {
    return this.#homeOf(expected.size).putFile(file, expected)
  }

  async get(sha256: string): Promise<Buffer | null> {
    return (await this.#small.get(sha256)) ?? this.#large.get(sha256)
  }

  async open(sha256: string): Promise<Readable | null> {
    return (await this.#small.open(sha256)) ?? this.#large.open(sha256)
  }

  fileOf(sha256: string): string | null {
    return this.#large.fileOf(sha256)
  }

  removeFile(sha256: string, before: Date): Promise<void> {
    return this.#large.removeFile(sha256, before)
  }

  #homeOf(bytes: number): Blobs {
    return bytes <= SMALL_BYTES_MAX ? this.#small : this.#large
  }
}
