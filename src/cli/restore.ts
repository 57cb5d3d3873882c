/**
 * `postroom restore`: is a backup whole (`--check`, which writes nothing), and the way back into a
 * new data directory (`--to`) or an unused PostgreSQL (`--to-database`); nothing is ever overwritten.
 */
import { existsSync } from 'node:fs'
import { chmod, copyFile, open, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { loadLifecycle } from '../lifecycles.ts'
import { makeDirectory } from '../make-directory.ts'
import { DatabaseBlobs } from '../store/database-blobs.ts'
import { FileBlobs } from '../store/file-blobs.ts'
import { migrationStatus } from '../store/migrate.ts'
import { MixedBlobs } from '../store/mixed-blobs.ts'
import { type Broken, brokenInvariants, damageOf } from '../store/reads/invariants.ts'
import { openSqliteCopy } from '../store/sqlite-backup.ts'
import { copyBlobs } from './backup-blobs.ts'
import {
  BLOBS,
  countRows,
  type Manifest,
  readManifest,
  sha256Of,
  syncDirectory,
} from './backup-manifest.ts'
import { tellingDiskErrors } from './disk-errors.ts'
import type { ExplainIo } from './explain.ts'
import { type Progress, withProgress } from './progress.ts'
import { refuseUsed, restoreIntoDatabase, shownDatabase } from './restore-database.ts'
import { removedUnlessDone } from './unfinished.ts'
import { verifyBlobs } from './verify.ts'

const DATABASE = 'postroom.db'
/** Until it is whole. */
const UNNAMED = `${DATABASE}.new`

/** Nothing but looking, a directory, or the PostgreSQL that the configuration names. */
export type RestoreTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'database' }

/** Exit code 0 when the backup is whole and was restored, if that was wanted; 1 when it is not. */
export async function runRestore(
  config: Config,
  { from, to }: { from: string; to: RestoreTarget },
  io: ExplainIo,
): Promise<number> {
  const target = to.kind === 'directory' ? path.resolve(to.directory) : null
  if (target !== null) await into(target, () => refuseFilled(target))
  if (to.kind === 'database') await refuseUsed(config)
  const backup = path.resolve(from)
  const manifest = await readManifest(backup)
  const wrong = await tellingDiskErrors(
    (reason) => `${backup} cannot be read: ${reason}.`,
    () => withProgress(io.stderr, (progress) => check(config, backup, manifest, progress)),
  )
  if (wrong.length > 0) {
    io.stdout.write(wrong.map((line) => `broken: ${line}\n`).join(''))
    return EXIT.failure
  }
  const tickets = manifest.counts['tickets'] ?? 0
  io.stdout.write(`whole: ${tickets} tickets, as of ${manifest.created_at}\n`)
  if (to.kind === 'database') {
    await tellingDiskErrors(
      (reason) =>
        `The database was left as it was: ${reason}. A restore needs room in ${config.dataDir} for a copy of the backup's database.`,
      () =>
        withProgress(io.stderr, (progress) =>
          restoreIntoDatabase(config, { backup, file: manifest.database.file }, progress),
        ),
    )
    io.stdout.write(`restored into ${shownDatabase(config)}\n`)
    return 0
  }
  if (target === null) return 0
  await into(target, () =>
    withProgress(io.stderr, (progress) => copyTo({ backup, manifest, target }, progress)),
  )
  io.stdout.write(
    `restored to ${target}: set "data_dir: ${target}" and "database: sqlite:${path.join(target, DATABASE)}"\n`,
  )
  return 0
}

const into = <T>(target: string, work: () => Promise<T>): Promise<T> =>
  tellingDiskErrors(
    (reason) =>
      `${target} cannot be written: ${reason}. Mend that, or name another directory, and restore again.`,
    work,
  )

async function refuseFilled(target: string): Promise<void> {
  if (!existsSync(target) || (await readdir(target)).length === 0) return
  throw new OperatorError(
    EXIT.usage,
    `${target} is not empty, and nothing in it is overwritten. Name a new directory.`,
  )
}

/** Sentences about what is wrong. */
async function check(
  config: Pick<Config, 'lifecycle'>,
  backup: string,
  { database, counts }: Manifest,
  progress: Progress,
): Promise<string[]> {
  const file = path.join(backup, database.file)
  if (!existsSync(file)) return [`${database.file} is missing`]
  progress.show('the database')
  if ((await sha256Of(file)) !== database.sha256) return [`${database.file} was changed`]
  const store = openSqliteCopy(file)
  try {
    const large = new FileBlobs(path.join(backup, BLOBS))
    const blobs = new MixedBlobs({ small: new DatabaseBlobs(store), large })
    const pending = (await migrationStatus(store)).filter(({ appliedAt }) => appliedAt === null)
    const counted = await countRows(store.read)
    const differing = Object.keys(counts).filter((table) => counted[table] !== counts[table])
    return [
      ...differing.map((table) => `the number of ${table} is not what it was`),
      ...(await damageOf(store)).map(sentenceOf),
      // One of an older version is asked after its migrations: postroom verify.
      ...(pending.length > 0
        ? []
        : (await brokenInvariants(store.read, loadLifecycle(config.lifecycle))).map(sentenceOf)),
      ...(await verifyBlobs(store.read, blobs, progress)).broken.map(sentenceOf),
    ]
  } finally {
    await store.close()
  }
}

const sentenceOf = ({ invariant, examples }: Broken): string =>
  `${invariant}; not so: ${examples.join(', ')}`

interface Copying {
  readonly backup: string
  readonly manifest: Manifest
  readonly target: string
}

/** All of it, or nothing: the directory was empty, and an unfinished restore would fill its disk. */
async function copyTo(wish: Copying, progress: Progress): Promise<void> {
  const { target } = wish
  makeDirectory(target)
  const made = [BLOBS, UNNAMED, DATABASE].map((name) => path.join(target, name))
  await removedUnlessDone(made, () => copyAll(wish, progress))
}

async function copyAll({ backup, manifest, target }: Copying, progress: Progress): Promise<void> {
  const { database } = manifest
  const copy = openSqliteCopy(path.join(backup, database.file))
  try {
    const kept = new FileBlobs(path.join(backup, BLOBS))
    const to = new FileBlobs(path.join(target, BLOBS))
    await copyBlobs(copy.read, { from: kept, to }, progress)
  } finally {
    await copy.close()
  }
  // Last, and under its name when it is whole: a directory with a database has everything.
  progress.show('the database')
  const file = path.join(target, UNNAMED)
  await copyFile(path.join(backup, database.file), file)
  await chmod(file, 0o600)
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  if ((await sha256Of(file)) !== database.sha256) {
    throw new OperatorError(EXIT.failure, `${file} is not what was copied: is the disk in order?`)
  }
  await rename(file, path.join(target, DATABASE))
  await syncDirectory(target)
}
