/**
 * `postroom backup`: everything the desk knows, into a directory, while the daemon runs, from either
 * database. Made again into the same directory, it copies only what is new of the stored files, and removes what
 * is gone.
 */
import { constants, existsSync, realpathSync } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { passing } from '../fault-points.ts'
import { makeDirectory } from '../make-directory.ts'
import { packageVersion } from '../package-root.ts'
import { FileBlobs } from '../store/file-blobs.ts'
import { writePortableCopy } from '../store/portable-copy.ts'
import { lockFile } from '../store/single-process.ts'
import { openSqliteCopy } from '../store/sqlite-backup.ts'
import { noteUpkeep } from '../store/upkeep.ts'
import type { Stored } from '../workplace.ts'
import { copyBlobs } from './backup-blobs.ts'
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
import { runRestore } from './restore.ts'
import { removedUnlessDone } from './unfinished.ts'
import { demandDesk, withStored } from './with-workplace.ts'

/** Two backups at once would remove each other's files. */
const LOCKED = 'backup'
/** A database of SQLite is up to four files. */
const filesOf = (file: string): string[] =>
  ['', '-wal', '-shm', '-journal'].map((end) => `${file}${end}`)
/** All that a backup has, beside its database: a directory with anything else in it is something else. */
const OUR_NAMES = [BLOBS, MANIFEST, `${MANIFEST}.new`, ...filesOf(`${LOCKED}.lock`)]
type Described = Omit<Manifest, 'format'>

/** Exit code 0 when the backup is complete and durable; `check`: and when it was read again, whole. */
export async function runBackup(
  config: Config,
  target: string,
  { check, io }: { check: boolean; io: ExplainIo },
): Promise<number> {
  const directory = path.resolve(target)
  refuseOwn(config, directory)
  demandDesk(config)
  await prepare(directory)
  const lock = await lockFile(
    path.join(directory, LOCKED),
    process.pid,
    (by) => `${by} makes a backup in ${directory} just now.`,
  )
  try {
    return await withStored(config, (workplace) =>
      rememberedBackup(workplace, directory, { check, io }),
    )
  } finally {
    await lock.release()
  }
}

/** The desk knows how it ended, so that its daemon can tell. */
async function rememberedBackup(
  workplace: Stored,
  directory: string,
  { check, io }: { check: boolean; io: ExplainIo },
): Promise<number> {
  const note = (found: string | null) =>
    noteUpkeep(workplace.store, { task: 'backup', found }, new Date()).catch((err: unknown) => {
      io.stderr.write(`The desk could not be told how its backup ended: ${messageOf(err)}.\n`)
    })
  try {
    const manifest = await backUpInto(workplace, directory, io)
    io.stdout.write(`${manifest.counts['tickets'] ?? 0} tickets are in ${directory}\n`)
    const from = { from: directory, to: { kind: 'none' } } as const
    const code = check ? await runRestore(workplace.config, from, io) : 0
    await note(code === 0 ? null : `the backup in ${directory} is not whole`)
    return code
  } catch (err) {
    await note(`the backup in ${directory} could not be made: ${messageOf(err)}`)
    throw err
  }
}

async function backUpInto(
  workplace: Stored,
  directory: string,
  { stderr }: ExplainIo,
): Promise<Described> {
  const manifest = await tellingDiskErrors(
    (reason) =>
      `The backup in ${directory} is not finished: ${reason}. What an earlier one left there is whole. Mend that, and run it again.`,
    () => withProgress(stderr, (progress) => backUp(workplace, directory, progress)),
  )
  await removeLeftovers(directory, manifest.database.file).catch((err: unknown) => {
    stderr.write(`What the backup no longer needs could not be removed: ${messageOf(err)}.\n`)
  })
  return manifest
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
  const manifest = await removedUnlessDone(filesOf(file), async () => {
    progress.show('the database')
    await writePortableCopy({ database: workplace.config.database, store }, file, at)
    const count = await copyBlobs(store.read, { from: context.blobs, to: kept }, progress)
    await passing('backup.copied')
    return describe(directory, name, { at, count })
  })
  await writeManifest(directory, manifest)
  return manifest
}

/** Beside what it is a copy of it would be lost with it, and older copies are removed by their name. */
function refuseOwn({ dataDir, database, blobs }: Config, directory: string): void {
  const own = [dataDir, blobs ?? path.join(dataDir, BLOBS)]
  if (database.kind === 'sqlite') own.push(path.dirname(database.file))
  const written = [directory, path.join(directory, BLOBS)].map(realPath)
  if (!own.map(realPath).some((name) => written.includes(name))) return
  throw new OperatorError(
    EXIT.usage,
    `${directory} is where the desk itself keeps its things. Name another directory, best on another disk.`,
  )
}

const realPath = (name: string): string => (existsSync(name) ? realpathSync(name) : name)

/** A directory of backups, or an empty one. */
async function prepare(directory: string): Promise<void> {
  try {
    makeDirectory(directory)
    await access(directory, constants.W_OK | constants.X_OK)
    const names = await readdir(directory)
    if (names.includes(MANIFEST)) await readManifest(directory)
    if (names.every((name) => OUR_NAMES.includes(name) || COPY_NAME.test(name))) return
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
