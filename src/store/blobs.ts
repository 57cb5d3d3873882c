/**
 * Content-addressed bytes: sources of messages and attachments, named by their SHA-256.
 *
 * Two homes with one behaviour: a directory (default beside SQLite) or chunks in the database
 * (default on PostgreSQL, so that every daemon sees them). `put` resolves only when the bytes
 * are durable. The same bytes are stored once.
 */
import type { Readable } from 'node:stream'

export interface StoredBlob {
  readonly sha256: string
  readonly size: number
}

export interface Blobs {
  /** Stores bytes durably; the same content again costs nothing. */
  put(content: Uint8Array): Promise<StoredBlob>
  /** Stores many at once: one directory sync, or one transaction, for all. */
  putAll(contents: readonly Uint8Array[]): Promise<StoredBlob[]>
  /** Stores a stream without holding it in memory; refuses past `bytesMax` (throws RangeError). */
  putStream(content: Readable, bytesMax: number): Promise<StoredBlob>
  /** Takes over a finished file (the parser's scratch); the file is gone afterwards. */
  putFile(file: string, expected: StoredBlob): Promise<StoredBlob>
  /** The bytes, or null when they are not there. For small ones; see `open` for large ones. */
  get(sha256: string): Promise<Buffer | null>
  /** A stream of the bytes, or null when they are not there. */
  open(sha256: string): Promise<Readable | null>
  /** Path of a file with these bytes, if this store has one. */
  fileOf(sha256: string): string | null
  /**
   * Removes a file with these bytes, unless they were stored again since `before`. What is in the
   * database goes with its row; see blob-garbage.ts.
   */
  removeFile(sha256: string, before: Date): Promise<void>
}
