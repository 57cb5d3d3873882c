/**
 * A copy of any database as one SQLite file: what a backup consists of, whichever database the desk
 * is on, so that it can be checked anywhere and restored into either.
 */
import { open } from 'node:fs/promises'
import type { DatabaseConfig } from '../config.ts'
import { copyDatabase } from './copy-database.ts'
import { migrate, schemaVersion } from './migrate.ts'
import { openStore, type Store } from './open.ts'
import { copySqlite, makeOwnFile } from './sqlite-backup.ts'

/** Writes `target`, which must not exist; durable when it resolves. One moment, without a pause. */
export async function writePortableCopy(
  { database, store }: { database: DatabaseConfig; store: Store },
  target: string,
  at: Date,
): Promise<void> {
  if (database.kind === 'sqlite') {
    await copySqlite(database.file, target)
    return
  }
  await makeOwnFile(target)
  const copy = await openStore({ kind: 'sqlite', file: target })
  try {
    // No newer than the source: later migrations are to change these rows as they will change its own.
    await migrate(copy, at, await schemaVersion(store))
    await copyDatabase(store, copy)
  } finally {
    await copy.close()
  }
  const file = await open(target, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
