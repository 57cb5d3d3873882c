/**
 * One daemon per SQLite file. The lock is a transaction held open on a small database beside it:
 * the kernel releases it when the process dies, however it dies, so nothing is ever stale.
 * Commands do not take it; they work beside the daemon.
 */
import { existsSync, realpathSync } from 'node:fs'
import sqlite3 from 'sqlite3'
import { EXIT, OperatorError } from '../errors.ts'
import { randomId } from '../ids.ts'

export interface ProcessLock {
  /** Of this place, for as long as its lock file is kept: drawn when it was locked first. */
  readonly name: string
  release(): Promise<void>
}

/** @param by "Another Postroom (process 7)" */
const servedAlready =
  (file: string) =>
  (by: string): string =>
    `${by} already serves ${file}. Stop it first, or give this one its own database; several daemons can share a PostgreSQL.`

/**
 * Takes the lock of a file; it need not be a database.
 *
 * @throws OperatorError that says, in the words of `held`, which process has it
 */
export async function lockFile(
  file: string,
  pid: number,
  held: (by: string) => string = servedAlready(file),
): Promise<ProcessLock> {
  const db = await open(`${withoutLinks(file)}.lock`)
  try {
    await run(db, 'PRAGMA busy_timeout = 250')
    await run(db, 'BEGIN IMMEDIATE')
    await run(db, 'CREATE TABLE IF NOT EXISTS holder (pid INTEGER)')
    await run(db, 'DELETE FROM holder')
    await run(db, `INSERT INTO holder VALUES (${Math.trunc(pid)})`)
    await run(db, 'CREATE TABLE IF NOT EXISTS place (name TEXT)')
    await run(
      db,
      `INSERT INTO place SELECT '${randomId(16)}' WHERE NOT EXISTS (SELECT 1 FROM place)`,
    )
    await run(db, 'COMMIT')
    await run(db, 'BEGIN IMMEDIATE')
    return { name: await nameIn(db), release: () => close(db) }
  } catch (cause) {
    const holder = await holderOf(db)
    await close(db)
    if (!String(cause).includes('SQLITE_BUSY')) throw cause
    const by = `Another Postroom${holder === null ? '' : ` (process ${holder})`}`
    throw new OperatorError(EXIT.unavailable, held(by), { cause })
  }
}

/** A symbolic link is another name of the same file. One that is not there has only this name. */
const withoutLinks = (file: string): string => (existsSync(file) ? realpathSync(file) : file)

const open = (file: string): Promise<sqlite3.Database> =>
  new Promise((resolve, reject) => {
    const db = new sqlite3.Database(file, (err) => (err === null ? resolve(db) : reject(err)))
  })

const run = (db: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => db.exec(sql, (err) => (err === null ? resolve() : reject(err))))

const close = (db: sqlite3.Database): Promise<void> =>
  new Promise((resolve) => db.close(() => resolve()))

const nameIn = (db: sqlite3.Database): Promise<string> =>
  new Promise((resolve, reject) =>
    db.get<{ name: string }>('SELECT name FROM place', (err, row) =>
      err === null ? resolve(row.name) : reject(err),
    ),
  )

const holderOf = (db: sqlite3.Database): Promise<number | null> =>
  new Promise((resolve) =>
    db.get<{ pid: number } | undefined>('SELECT pid FROM holder', (err, row) =>
      resolve(err === null ? (row?.pid ?? null) : null),
    ),
  )
