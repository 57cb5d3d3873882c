/** The clock of the database: the one that all daemons of a PostgreSQL share, as their own may differ. */
import { isPostgres } from './dialect.ts'
import type { Tx } from './open.ts'
import { rawRows } from './raw-rows.ts'
import { toMs } from './time.ts'

/** For PostgreSQL. Not of the transaction's beginning: it may have waited for a lock. */
export const DATABASE_NOW = 'cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)'

/**
 * Milliseconds by the clock of this daemon or the database's, whichever is later: what lies ahead of
 * this lies ahead of both. SQLite has one daemon, and no other clock.
 */
export async function laterClockMs(tx: Tx, own: Date): Promise<number> {
  if (!isPostgres(tx)) return toMs(own)
  const [row] = await rawRows<{ now: number }>(tx, `select ${DATABASE_NOW} as now`, [])
  return Math.max(toMs(own), row?.now ?? 0)
}
