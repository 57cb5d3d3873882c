/** A backup into the PostgreSQL that the configuration names, which nobody has used yet. */
import { copyFile, mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { makeDirectory } from '../make-directory.ts'
import { copyDatabase, isUnused } from '../store/copy-database.ts'
import { blobsWithin } from '../store/database-blobs.ts'
import { migrate } from '../store/migrate.ts'
import { openStore, type Store } from '../store/open.ts'
import type { Progress } from './progress.ts'
import { keptIn, putIntoDatabase, putIntoDirectory } from './restore-blobs.ts'
import { scratchFor } from './unfinished.ts'

export const shownDatabase = ({ database }: Config): string =>
  database.kind === 'postgres' ? database.shown : database.file

/** Throws an OperatorError when it is no PostgreSQL, or holds a desk already. */
export async function refuseUsed(config: Config): Promise<void> {
  if (config.database.kind !== 'postgres') {
    throw new OperatorError(
      EXIT.usage,
      `The configuration names ${config.database.file}, a SQLite file. Use --to and a directory, or name an unused PostgreSQL as "database" first.`,
    )
  }
  await withTarget(config, async () => {})
}

/** `file` is the SQLite file within the directory `backup`. */
export async function restoreIntoDatabase(
  config: Config,
  { backup, file }: { backup: string; file: string },
  progress: Progress,
): Promise<void> {
  const { dataDir, blobs } = config
  await withTarget(config, (target) =>
    withMigratedCopy(path.join(backup, file), dataDir, async (source) => {
      progress.show('the database')
      const kept = keptIn(backup, source)
      if (blobs === null) {
        await copyDatabase(source, target, {
          also: (tx) => putIntoDatabase(kept, blobsWithin(tx), progress),
        })
        return
      }
      // First: a database with a desk in it has everything.
      await putIntoDirectory(kept, blobs, progress)
      await copyDatabase(source, target, { without: ['blob_chunks'] })
    }),
  )
}

async function withTarget(config: Config, work: (target: Store) => Promise<void>): Promise<void> {
  const target = await openStore(config.database)
  try {
    await migrate(target, new Date())
    if (!(await isUnused(target.read))) {
      throw new OperatorError(
        EXIT.usage,
        `${shownDatabase(config)} has a desk in it, and nothing in it is overwritten. Name a new, empty database.`,
      )
    }
    await work(target)
  } finally {
    await target.close()
  }
}

/**
 * The backup may be of an older version: a copy of it is brought up to date, and read. Not in the
 * system's directory for such things, which may be in memory and small.
 */
async function withMigratedCopy(
  file: string,
  dataDir: string,
  work: (source: Store) => Promise<void>,
): Promise<void> {
  makeDirectory(dataDir)
  const directory = await mkdtemp(path.join(dataDir, 'restore-'))
  await scratchFor(directory, async () => {
    const copied = path.join(directory, 'postroom.db')
    await copyFile(file, copied)
    const source = await openStore({ kind: 'sqlite', file: copied })
    try {
      await migrate(source, new Date())
      await work(source)
    } finally {
      await source.close()
    }
  })
}
