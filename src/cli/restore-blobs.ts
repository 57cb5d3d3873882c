/** The stored files of a backup into the home that the configuration names, read again there. */
import path from 'node:path'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import type { Blobs } from '../store/blobs.ts'
import { DatabaseBlobs } from '../store/database-blobs.ts'
import { FileBlobs } from '../store/file-blobs.ts'
import { MixedBlobs } from '../store/mixed-blobs.ts'
import type { Store } from '../store/open.ts'
import { type ListNames, namesOf, referredBlobs } from '../store/reads/invariants.ts'
import { BLOBS } from './backup-manifest.ts'
import type { Progress } from './progress.ts'
import { verifyBlobs } from './verify.ts'

/** A backup has some in its database and some as files. */
export interface Kept {
  readonly source: Store
  readonly files: FileBlobs
}

export const keptIn = (backup: string, source: Store): Kept => ({
  source,
  files: new FileBlobs(path.join(backup, BLOBS)),
})

/**
 * All of them into a directory. They are named by what they are: where a restore was cut short, the
 * next one does this again.
 */
export async function putIntoDirectory(
  { source, files }: Kept,
  directory: string,
  progress: Progress,
): Promise<void> {
  const from = new MixedBlobs({ small: new DatabaseBlobs(source), large: files })
  const to = new FileBlobs(directory)
  try {
    await putAll({ from, to }, namesOf(source.read, referredBlobs), progress)
    // Files of answers that are held back are named by no row of their own.
    await putAll({ from, to }, namesOf(source.read, blobsInDatabase), progress)
  } catch (cause) {
    throw new OperatorError(
      EXIT.unavailable,
      `${directory} cannot be written: ${messageOf(cause)}. The database was left as it was; mend that, and restore again.`,
      { cause },
    )
  }
  await readAgain(source, to, progress)
}

/** Those that are files; the others came with the tables. `to` is within the transaction. */
export async function putIntoDatabase(
  { source, files }: Kept,
  to: Blobs,
  progress: Progress,
): Promise<void> {
  await putAll({ from: files, to }, namesOf(source.read, referredBlobs), progress)
  await readAgain(source, to, progress)
}

async function putAll(
  { from, to }: { from: Blobs; to: Blobs },
  names: AsyncIterable<string>,
  progress: Progress,
): Promise<void> {
  let count = 0
  for await (const sha256 of names) {
    count += 1
    progress.show('stored files', count)
    const content = await from.open(sha256)
    if (content !== null) await to.putStream(content, Number.POSITIVE_INFINITY)
  }
}

async function readAgain(source: Store, to: Blobs, progress: Progress): Promise<void> {
  const [first] = (await verifyBlobs(source.read, to, progress)).broken
  if (first === undefined) return
  throw new OperatorError(
    EXIT.failure,
    `What was stored does not read back as it was (${first.invariant}; not so: ${first.examples.join(', ')}). The database was left as it was: is the disk in order?`,
  )
}

const blobsInDatabase: ListNames = (db, after, limit) =>
  db('blob_chunks')
    .where({ position: 0 })
    .where('sha256', '>', after)
    .orderBy('sha256')
    .limit(limit)
    .pluck('sha256')
