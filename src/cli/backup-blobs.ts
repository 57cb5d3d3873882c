/** Stored files on their way into a backup, and out of one. */
import { createReadStream, existsSync } from 'node:fs'
import { EXIT, OperatorError } from '../errors.ts'
import type { Blobs } from '../store/blobs.ts'
import type { FileBlobs } from '../store/file-blobs.ts'
import type { Queryable } from '../store/open.ts'
import { namesOf, referredBlobs } from '../store/reads/invariants.ts'
import type { Progress } from './progress.ts'

/**
 * Those that are files, checked on the way; the others are in the database. What is there already
 * stays. Returns how many there are.
 */
export async function copyBlobs(
  db: Queryable,
  { from, to }: { from: Blobs; to: FileBlobs },
  progress: Progress,
): Promise<number> {
  let count = 0
  for await (const sha256 of namesOf(db, referredBlobs)) {
    const file = from.fileOf(sha256)
    if (file === null || !existsSync(file)) continue
    count += 1
    if (!existsSync(to.fileOf(sha256))) await copyBlob(file, sha256, to)
    progress.show('stored files', count)
  }
  return count
}

async function copyBlob(file: string, sha256: string, to: FileBlobs): Promise<void> {
  const stored = await to.putStream(createReadStream(file), Number.POSITIVE_INFINITY)
  if (stored.sha256 === sha256) return
  throw new OperatorError(
    EXIT.failure,
    `${file} is not what it was when it was stored. Nothing more was copied; "postroom verify" lists what is damaged.`,
  )
}
