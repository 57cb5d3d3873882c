/**
 * `postroom backup`: everything the desk knows, into a directory, while the daemon runs, from either
 * database. Made again into the same directory, it copies only what is new of the stored files, and removes what
 * is gone.
 */
import { constants, createReadStream, existsSync, realpathSync } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { passing } from '../fault-points.ts'
import { makeDirectory } from '../make-directory.ts'
import { packageVersion } from '../package-root.ts'
import type { Blobs } from '../store/blobs.ts'
import { FileBlobs } from '../store/file-blobs.ts'
import type { Queryable } from '../store/open.ts'
import { writePortableCopy } from '../store/portable-copy.ts'
import { referredBlobs } from '../store/reads/invariants.ts'
import { openSqliteCopy } from '../store/sqlite-backup.ts'
import { noteUpkeep } from '../store/upkeep.ts'
import type { Stored } from '../workplace.ts'
import { COPY_NAME, removeLeftovers } from './backup-leftovers.ts'
import {
  BLOBS,
  countRows,
  type Manifest,
  MANIFEST,
  readManifest,
  sha256Of,
  writeManifest,
} from './backup-manifest.ts'
import { tellingDiskErrors } from './disk-errors.ts'
import type { ExplainIo } from './explain.ts'
import { type Progress, withProgress } from './progress.ts'
import { removedUnlessDone } from './unfinished.ts'
import { withStored } from './with-workplace.ts'

const BLOBS_PER_QUERY = 500
type Described = Omit<Manifest, 'format'>

/** Exit code 0 when the backup is complete and durable. */
export async function runBackup(config: Config, target: string, io: ExplainIo): Promise<number> {
  const directory = path.resolve(target)
  refuseOwn(config, directory)
  refuseNone(config)
  await prepare(directory)
  return withStored(config, async (workplace) => {
    const manifest = await tellingDiskErrors(
      (reason) =>
        `The backup in ${directory} is not finished: ${reason}. What an earlier one left there is whole. Mend that, and run it again.`,
      () => withProgress(io.stderr, (progress) => backUp(workplace, directory, progress)),
    )
    io.stdout.write(`${manifest.counts['tickets'] ?? 0} tickets are in ${directory}\n`)
    await noteUpkeep(workplace.store, { task: 'backup', found: null }, new Date()).catch(
      (err: unknown) => {
        const why = `The backup is complete, but the desk does not know of it: ${messageOf(err)}.`
        io.stderr.write(`${why}\n`)
      },
    )
    return 0
  })
}

async function backUp(
  workplace: Stored,
  directory: string,
  progress: Progress,
): Promise<Described> {
  const { store, context } = workplace
  const kept = new FileBlobs(path.join(directory, BLOBS))
  // Before and after: what retention removes meanwhile is in the copy, and so is what arrives.
  await copyBlobs(store.read, { from: context.blobs, to: kept }, progress)
  const at = new Date()
  const name = `postroom-${at.getTime()}.db`
  const file = path.join(directory, name)
  // A copy that no manifest will name only fills the disk, which may be what went wrong.
  const made = ['', '-wal', '-shm', '-journal'].map((end) => `${file}${end}`)
  const manifest = await removedUnlessDone(made, async () => {
    progress.show('the database')
    await writePortableCopy({ database: workplace.config.database, store }, file, at)
    const count = await copyBlobs(store.read, { from: context.blobs, to: kept }, progress)
    await passing('backup.copied')
    return describe(directory, name, { at, count })
  })
  await writeManifest(directory, manifest)
  await removeLeftovers(directory, name)
  return manifest
}

/** Beside what it is a copy of it would be lost with it, and older copies are removed by their name. */
function refuseOwn({ dataDir, database, blobs }: Config, directory: string): void {
  const own = [dataDir, blobs ?? path.join(dataDir, BLOBS)]
  if (database.kind === 'sqlite') own.push(path.dirname(database.file))
  if (!own.map(realPath).includes(realPath(directory))) return
  throw new OperatorError(
    EXIT.usage,
    `${directory} is where the desk itself keeps its things. Name another directory, best on another disk.`,
  )
}

/** Opening would make a desk, and the copy of an empty one looks like a backup. */
function refuseNone({ database }: Config): void {
  if (database.kind === 'postgres' || existsSync(database.file)) return
  throw new OperatorError(
    EXIT.usage,
    `There is no desk to back up: ${database.file} does not exist. Name the configuration of its daemon with --config.`,
  )
}

const realPath = (name: string): string => (existsSync(name) ? realpathSync(name) : name)

/** A directory of backups, or an empty one. */
async function prepare(directory: string): Promise<void> {
  try {
    makeDirectory(directory)
    await access(directory, constants.W_OK | constants.X_OK)
    const names = await readdir(directory)
    if (names.length === 0 || names.includes(BLOBS)) return
    if (names.includes(MANIFEST)) {
      await readManifest(directory)
      return
    }
    if (names.every((name) => COPY_NAME.test(name))) return
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    const why = `${directory} cannot be written: ${messageOf(cause)}.`
    throw new OperatorError(EXIT.unavailable, why, { cause })
  }
  throw new OperatorError(
    EXIT.usage,
    `${directory} has other things in it. Name an empty directory, or one with a backup.`,
  )
}

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
  let after = ''
  for (;;) {
    const names = await referredBlobs(db, after, BLOBS_PER_QUERY)
    for (const sha256 of names) {
      const file = from.fileOf(sha256)
      if (file === null || !existsSync(file)) continue
      count += 1
      if (!existsSync(to.fileOf(sha256))) await copyBlob(file, sha256, to)
      progress.show('stored files', count)
    }
    const last = names.at(-1)
    if (last === undefined) return count
    after = last
  }
}

async function copyBlob(file: string, sha256: string, to: FileBlobs): Promise<void> {
  const stored = await to.putStream(createReadStream(file), Number.POSITIVE_INFINITY)
  if (stored.sha256 === sha256) return
  throw new OperatorError(
    EXIT.failure,
    `${file} is not what it was when it was stored. Nothing more was copied; "postroom verify" lists what is damaged.`,
  )
}

async function describe(
  directory: string,
  name: string,
  { at, count }: { at: Date; count: number },
): Promise<Described> {
  const file = path.join(directory, name)
  const copy = openSqliteCopy(file)
  try {
    return {
      version: packageVersion,
      created_at: at.toISOString(),
      database: { file: name, bytes: (await stat(file)).size, sha256: await sha256Of(file) },
      blobs: { count },
      counts: await countRows(copy.read),
    }
  } finally {
    await copy.close()
  }
}
