/**
 * A copy of a SQLite database that is in use: one moment of it, without a pause for its writers.
 * And such a copy opened for reading; nothing is ever written to it, nor beside it.
 */
import { open } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import knex from 'knex'
import sqlite3 from 'sqlite3'
import { Bell } from '../pause.ts'
import { InDoubt } from './in-doubt.ts'
import type { Store } from './open.ts'
import { quietKnexLog } from './quiet-knex.ts'

/** Owner only: it is everybody's mail. */
const FILE_MODE = 0o600

/** An empty file that nobody else may read from the start: SQLite fills it, and its log is like it. */
export async function makeOwnFile(file: string): Promise<void> {
  const made = await open(file, 'wx', FILE_MODE)
  await made.close()
}

/** Writes `target`, which must not exist; durable when it resolves. */
export async function copySqlite(source: string, target: string): Promise<void> {
  const db = await opened(source)
  try {
    await makeOwnFile(target)
    await new Promise<void>((resolve, reject) => {
      db.run('VACUUM INTO ?', [target], (err) => (err === null ? resolve() : reject(err)))
    })
  } finally {
    await new Promise<void>((resolve) => db.close(() => resolve()))
  }
  const file = await open(target, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

const opened = (file: string): Promise<sqlite3.Database> =>
  new Promise((resolve, reject) => {
    const db = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (err) =>
      err === null ? resolve(db) : reject(err),
    )
  })

/** A copy as a store that can only be read. */
export function openSqliteCopy(file: string): Store {
  const read = knex({
    client: 'sqlite3',
    // Immutable: no journal beside it, no locks. (knex adds flags to reading and writing.)
    connection: {
      filename: `${pathToFileURL(file).href}?mode=ro&immutable=1`,
      flags: ['OPEN_URI'],
    },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: quietKnexLog,
    pool: { min: 0, max: 1 },
  })
  const refuse = () => Promise.reject(new Error('a copy is only read'))
  return {
    kind: 'sqlite',
    read,
    diskSpace: () => Promise.resolve(null),
    inDoubt: new InDoubt(1),
    committed: new Bell(),
    transaction: refuse,
    exclusively: refuse,
    forgetLog: () => Promise.resolve(),
    close: () => read.destroy(),
  }
}
