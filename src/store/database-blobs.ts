/** Blobs in the database, in chunks, so that every daemon of one PostgreSQL sees them. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { keepBlobs } from './blob-garbage.ts'
import type { Blobs, StoredBlob } from './blobs.ts'
import type { Store, Tx } from './open.ts'

/** Small enough to stream, large enough that a usual mail is one row. */
const CHUNK_BYTES = 512 * 1024

interface ChunkRow {
  sha256: string
  position: number
  data: Buffer
}

export class DatabaseBlobs implements Blobs {
  readonly #store: Pick<Store, 'read' | 'transaction'>

  constructor(store: Pick<Store, 'read' | 'transaction'>) {
    this.#store = store
  }

  async put(content: Uint8Array): Promise<StoredBlob> {
    const [stored] = await this.putAll([content])
    if (stored === undefined) throw new Error('putAll lost a blob')
    return stored
  }

  async putAll(contents: readonly Uint8Array[]): Promise<StoredBlob[]> {
    if (contents.length === 0) return []
    const named = contents.map((content) => ({
      content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      sha256: createHash('sha256').update(content).digest('hex'),
    }))
    await this.#store.transaction(async (tx) => {
      const there = await kept(
        tx,
        named.map(({ sha256 }) => sha256),
      )
      const rows: ChunkRow[] = []
      for (const { sha256, content } of named) {
        if (there.has(sha256)) continue
        there.add(sha256)
        rows.push(...chunksOf(sha256, content))
      }
      await insertChunks(tx, rows)
    })
    return named.map(({ sha256, content }) => ({ sha256, size: content.byteLength }))
  }

  async putStream(content: Readable, bytesMax: number): Promise<StoredBlob> {
    const parts: Buffer[] = []
    let size = 0
    for await (const chunk of content as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > bytesMax) throw new RangeError(`larger than ${bytesMax} bytes`)
      parts.push(chunk)
    }
    return this.put(Buffer.concat(parts))
  }

  async putFile(file: string, expected: StoredBlob): Promise<StoredBlob> {
    const stored = await this.putStream(createReadStream(file), expected.size)
    await rm(file, { force: true })
    return stored
  }

  async get(sha256: string): Promise<Buffer | null> {
    const rows = await this.#store
      .read<ChunkRow>('blob_chunks')
      .where({ sha256 })
      .orderBy('position')
      .select('data')
    return rows.length === 0 ? null : Buffer.concat(rows.map((row) => row.data))
  }

  async open(sha256: string): Promise<Readable | null> {
    const first = await this.#chunk(sha256, 0)
    return first === null ? null : Readable.from(this.#chunks(sha256, first))
  }

  fileOf(): null {
    return null
  }

  /** There are none. */
  async removeFile(): Promise<void> {}

  async *#chunks(sha256: string, first: Buffer): AsyncGenerator<Buffer> {
    let chunk: Buffer | null = first
    for (let position = 1; chunk !== null; position += 1) {
      yield chunk
      chunk = await this.#chunk(sha256, position)
    }
  }

  async #chunk(sha256: string, position: number): Promise<Buffer | null> {
    const row = await this.#store
      .read<ChunkRow>('blob_chunks')
      .where({ sha256, position })
      .first('data')
    return row?.data ?? null
  }
}

/** Of one transaction: what is stored is there when that commits, and can be read in it before. */
export const blobsWithin = (tx: Tx): DatabaseBlobs =>
  new DatabaseBlobs({ read: tx, transaction: (work) => work(tx) })

/** Those that are there and stay: what was to be removed is needed again. */
async function kept(tx: Tx, shas: readonly string[]): Promise<Set<string>> {
  const there = await known(tx, shas)
  if (there.size === 0) return there
  await keepBlobs(tx, [...there])
  // Somebody who was just removing them is done by now.
  return known(tx, [...there])
}

async function known(tx: Tx, shas: readonly string[]): Promise<Set<string>> {
  const rows = await tx<ChunkRow>('blob_chunks')
    .whereIn('sha256', [...new Set(shas)])
    .where({ position: 0 })
    .select('sha256')
  return new Set(rows.map((row) => row.sha256))
}

function* chunksOf(sha256: string, content: Buffer): Generator<ChunkRow> {
  // An empty source is one empty chunk: it is there.
  for (let position = 0; position === 0 || position * CHUNK_BYTES < content.length; position += 1) {
    const data = content.subarray(position * CHUNK_BYTES, (position + 1) * CHUNK_BYTES)
    yield { sha256, position, data }
  }
}

/** Bounds one statement: parameters, and bytes held twice. */
const INSERT_ROWS_MAX = 50

async function insertChunks(tx: Tx, rows: readonly ChunkRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += INSERT_ROWS_MAX) {
    // Another daemon may have stored the same bytes a moment ago: same name, same content.
    await tx<ChunkRow>('blob_chunks')
      .insert(rows.slice(start, start + INSERT_ROWS_MAX))
      .onConflict(['sha256', 'position'])
      .ignore()
  }
}
