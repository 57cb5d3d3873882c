/** One transaction, tried again when the database asks for it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { mayTryAgain } from './database-errors.ts'

/** 5 s of SQLite's own waiting each: a command may hold the file for a while. */
const ATTEMPTS_MAX = 5

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
