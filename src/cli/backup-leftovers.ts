/** What earlier backups left in a directory and the newest one does not name: what is erased leaves it, too. */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { FileBlobs } from '../store/file-blobs.ts'
import type { Queryable } from '../store/open.ts'
import { namesOf, referredBlobs } from '../store/reads/invariants.ts'
import { openSqliteCopy } from '../store/sqlite-backup.ts'
import { BLOBS } from './backup-manifest.ts'

/** With what SQLite puts beside it. */
export const COPY_NAME = /^postroom-\d+\.db(?:-(?:wal|shm|journal))?$/

const SHARD_NAME = /^[0-9a-f]$/
const FILE_NAME = /^[0-9a-f]{64}$/

/** To be called when the manifest names `copy`, that is durable, and nobody else is at work in `directory`. */
export async function removeLeftovers(directory: string, copy: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (COPY_NAME.test(name) && name !== copy) {
      await rm(path.join(directory, name), { force: true })
    }
  }
  const store = openSqliteCopy(path.join(directory, copy))
  try {
    await removeUnnamed(store.read, path.join(directory, BLOBS))
  } finally {
    await store.close()
  }
}

/** Stored files that the copy does not name. */
async function removeUnnamed(copy: Queryable, directory: string): Promise<void> {
  // Pieces of what was being copied when somebody ended it.
  await rm(path.join(directory, 'incoming'), { recursive: true, force: true })
  const blobs = new FileBlobs(directory)
  // There is no directory when no file was ever copied.
  const shards = await readdir(directory).catch(() => [])
  for (const shard of shards.filter((name) => SHARD_NAME.test(name))) {
    const files = await readdir(path.join(directory, shard))
    const unneeded = new Set(files.filter((name) => FILE_NAME.test(name)))
    for await (const sha256 of namesOf(copy, referredBlobs, shard)) {
      if (!sha256.startsWith(shard)) break
      unneeded.delete(sha256)
    }
    for (const sha256 of unneeded) await rm(blobs.fileOf(sha256), { force: true })
  }
}
