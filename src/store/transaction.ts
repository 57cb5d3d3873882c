/** One transaction, tried again when the database asks for it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'

/** 5 s of SQLite's own waiting each: a command may hold the file for a while. */
const ATTEMPTS_MAX = 5

/** Errors after which the same work may simply be done again: nothing of it has happened. */
const AGAIN = new Set([
  'SQLITE_BUSY',
  '40001', // serialization_failure
  '40P01', // deadlock_detected
])

/** Errors of the database or the way to it, not of the work: wait, do not count an attempt. */
const DOWN =
  /SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)|ECONN|EPIPE|ETIMEDOUT|Connection terminated|Knex: Timeout|server closed|EHOSTUNREACH|ENOTFOUND|Unable to acquire/
/** PostgreSQL: connection exceptions, resources, operator intervention, read-only after failover. */
const DOWN_STATES = /^(?:08...|53...|57P..|58...|25006|40001|40P01)$/

/** Somebody changed a row between our look and our update: do the whole work again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
  readonly code = '40001'
}

const codeOf = (err: unknown): string => {
  const code = err instanceof Error && 'code' in err ? err.code : undefined
  return typeof code === 'string' ? code : ''
}

export const mayTryAgain = (err: unknown): boolean => AGAIN.has(codeOf(err))

/** Is the database out of reach, full or locked, rather than the work being wrong? */
export function isDatabaseDown(err: unknown): boolean {
  const message = err instanceof Error ? err.message : String(err)
  return DOWN.test(codeOf(err)) || DOWN.test(message) || DOWN_STATES.test(codeOf(err))
}

/** Is the file not (or no longer) a sound database? Then everything stops. */
export function isDatabaseCorrupt(err: unknown): boolean {
  return /SQLITE_(?:CORRUPT|NOTADB)/.test(codeOf(err))
}

export async function inTransaction<T>(
  db: Knex,
  work: (tx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work)
    } catch (err) {
      if (!mayTryAgain(err) || attempt >= ATTEMPTS_MAX) throw err
      await delay(attempt * 20)
    }
  }
}
