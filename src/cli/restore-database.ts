/** A backup into the PostgreSQL that the configuration names, which nobody has used yet. */
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import type { Blobs } from '../store/blobs.ts'
import { copyDatabase, isUnused } from '../store/copy-database.ts'
import { FileBlobs } from '../store/file-blobs.ts'
import { migrate } from '../store/migrate.ts'
import { openStore, type Queryable, type Store } from '../store/open.ts'
import { referredBlobs } from '../store/reads/invariants.ts'
import { blobsOf } from '../workplace.ts'
import { BLOBS } from './backup-manifest.ts'

const BLOBS_PER_QUERY = 500

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
): Promise<void> {
  await withTarget(config, (target) =>
    withMigratedCopy(path.join(backup, file), async (source) => {
      await copyDatabase(source, target)
      const kept = new FileBlobs(path.join(backup, BLOBS))
      await putBlobs(source.read, kept, blobsOf(config, target))
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

/** The backup may be of an older version: a copy of it is brought up to date, and read. */
async function withMigratedCopy(
  file: string,
  work: (source: Store) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'postroom-restore-'))
  try {
    const copied = path.join(directory, 'postroom.db')
    await copyFile(file, copied)
    const source = await openStore({ kind: 'sqlite', file: copied })
    try {
      await migrate(source, new Date())
      await work(source)
    } finally {
      await source.close()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Those that are files in the backup; the others came with the database. */
async function putBlobs(db: Queryable, from: FileBlobs, to: Blobs): Promise<void> {
  for (let after = ''; ; ) {
    const names = await referredBlobs(db, after, BLOBS_PER_QUERY)
    for (const sha256 of names) {
      const file = from.fileOf(sha256)
      if (!existsSync(file)) continue
      await to.putStream(createReadStream(file), Number.POSITIVE_INFINITY)
    }
    const last = names.at(-1)
    if (last === undefined) return
    after = last
  }
}
