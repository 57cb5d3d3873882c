/**
 * Blobs in a directory: `a/abcdef...`, written to a temporary name, synced, renamed, and the
 * directory synced. A file that bears its name is complete; leftovers of a crash have no name.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { passing } from '../fault-points.ts'
import type { Blobs, StoredBlob } from './blobs.ts'

/** Owner only: these are people's mails. */
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600
/** 16 directories: a batch of new files costs at most 16 directory syncs. */
const SHARD_DIGITS = 1

export class FileBlobs implements Blobs {
  readonly #directory: string
  readonly #made = new Set<string>()
  #serial = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  async put(content: Uint8Array): Promise<StoredBlob> {
    const [stored] = await this.putAll([content])
    if (stored === undefined) throw new Error('putAll lost a blob')
    return stored
  }

  async putAll(contents: readonly Uint8Array[]): Promise<StoredBlob[]> {
    if (contents.length === 0) return []
    const changed = new Set<string>()
    const stored = await Promise.all(
      contents.map(async (content) => {
        const sha256 = createHash('sha256').update(content).digest('hex')
        const directory = await this.#write(sha256, content)
        if (directory !== null) changed.add(directory)
        return { sha256, size: content.byteLength }
      }),
    )
    await Promise.all([...changed].map(syncDirectory))
    return stored
  }

  async putStream(content: Readable, bytesMax: number): Promise<StoredBlob> {
    const temporary = await this.#temporary()
    const hash = createHash('sha256')
    let size = 0
    const file = await open(temporary, 'w', FILE_MODE)
    try {
      for await (const chunk of content as AsyncIterable<Buffer>) {
        size += chunk.byteLength
        if (size > bytesMax) throw new RangeError(`larger than ${bytesMax} bytes`)
        hash.update(chunk)
        // Not write(): on a full disk that may take a part of the chunk without a word.
        await file.writeFile(chunk)
      }
      await file.sync()
    } catch (err) {
      await rm(temporary, { force: true })
      throw err
    } finally {
      await file.close()
    }
    const sha256 = hash.digest('hex')
    await this.#name(temporary, sha256)
    return { sha256, size }
  }

  async putFile(file: string, expected: StoredBlob): Promise<StoredBlob> {
    const handle = await open(file, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    try {
      await this.#name(file, expected.sha256)
    } catch (err) {
      if (!(err instanceof Error && 'code' in err && err.code === 'EXDEV')) throw err
      await this.putStream(createReadStream(file), expected.size)
      await rm(file, { force: true })
    }
    return expected
  }

  async get(sha256: string): Promise<Buffer | null> {
    return readFile(this.fileOf(sha256)).catch(nullIfMissing)
  }

  async open(sha256: string): Promise<Readable | null> {
    const found = await stat(this.fileOf(sha256)).catch(nullIfMissing)
    return found === null ? null : createReadStream(this.fileOf(sha256))
  }

  fileOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a sha256')
    return path.join(this.#directory, sha256.slice(0, SHARD_DIGITS), sha256)
  }

  async removeFile(sha256: string, before: Date): Promise<void> {
    const file = this.fileOf(sha256)
    // Always the same name: what a crash leaves there is removed by the next try.
    const aside = path.join(this.#directory, 'incoming', sha256)
    if (isOld(await storedAt(file), before)) {
      await this.#make(path.dirname(aside))
      await rename(file, aside).catch(nullIfMissing)
    }
    // The same bytes may have been stored again meanwhile. Without its name nobody can find it there.
    const at = await storedAt(aside)
    if (isOld(at, before)) await rm(aside, { force: true })
    else if (at !== null) await this.#name(aside, sha256)
  }

  /** Writes one blob; returns the directory to sync, or null when it was there already. */
  async #write(sha256: string, content: Uint8Array): Promise<string | null> {
    if (await renewed(this.fileOf(sha256))) return null
    const temporary = await this.#temporary()
    const file = await open(temporary, 'w', FILE_MODE)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    const directory = await this.#directoryOf(sha256)
    await passing('blob.written')
    await rename(temporary, this.fileOf(sha256))
    await passing('blob.named')
    return directory
  }

  async #name(temporary: string, sha256: string): Promise<void> {
    const directory = await this.#directoryOf(sha256)
    await rename(temporary, this.fileOf(sha256))
    await syncDirectory(directory)
  }

  async #temporary(): Promise<string> {
    const directory = path.join(this.#directory, 'incoming')
    await this.#make(directory)
    this.#serial += 1
    return path.join(directory, `${process.pid}-${this.#serial}`)
  }

  async #directoryOf(sha256: string): Promise<string> {
    const directory = path.dirname(this.fileOf(sha256))
    await this.#make(directory)
    return directory
  }

  async #make(directory: string): Promise<void> {
    if (this.#made.has(directory)) return
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
    // Its own name, and that of the directory it is in, which may be as new.
    await syncDirectory(this.#directory)
    await syncDirectory(path.dirname(this.#directory))
    this.#made.add(directory)
  }
}

/** Is it there? Then it is as young as if it had been stored now, and nobody removes it. */
async function renewed(file: string): Promise<boolean> {
  const now = new Date()
  return utimes(file, now, now).then(
    () => true,
    () => false,
  )
}

/** Null: it is not there. */
async function storedAt(file: string): Promise<Date | null> {
  const found = await stat(file).catch(nullIfMissing)
  return found?.mtime ?? null
}

const isOld = (at: Date | null, before: Date): boolean => at !== null && at <= before

/** RFC-less but essential: a rename is durable only when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function nullIfMissing(err: unknown): null {
  if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
  throw err
}
