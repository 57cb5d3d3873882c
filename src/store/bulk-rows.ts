/** Many rows at once, under ids that are reserved before: for seeding, where nobody else looks on. */
import { isPostgres } from './dialect.ts'
import type { Queryable, Store, Tx } from './open.ts'

/** SQLite compiles a multi-row insert to a compound select with at most 500 terms. */
const ROWS_MAX = 250

/** The first of `count` ids that nobody else gets. */
export async function reserveIds(tx: Tx, table: string, count: number): Promise<number> {
  const row = await tx(table).max({ last: 'id' }).first<{ last: number | null }>()
  const last = Number(row?.last ?? 0)
  if (isPostgres(tx)) {
    const given = await tx.raw<{ rows: { last: number }[] }>(
      `select nextval(pg_get_serial_sequence(?, 'id')) as last`,
      [table],
    )
    const first = Math.max(last + 1, Number(given.rows[0]?.last ?? 1))
    await tx.raw(`select setval(pg_get_serial_sequence(?, 'id'), ?)`, [table, first + count - 1])
    return first
  }
  const [known] = await tx('sqlite_sequence')
    .where({ name: table })
    .select<{ seq: number }[]>('seq')
  const first = Math.max(last, known?.seq ?? 0) + 1
  const seq = first + count - 1
  if (known === undefined) await tx('sqlite_sequence').insert({ name: table, seq })
  else await tx('sqlite_sequence').where({ name: table }).update({ seq })
  return first
}

export async function insertRows(
  tx: Tx,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_MAX) {
    await tx(table).insert(rows.slice(start, start + ROWS_MAX))
  }
}

export async function countRows(db: Queryable, table: string): Promise<number> {
  const row = await db(table).count({ count: '*' }).first<{ count: number }>()
  return Number(row?.count ?? 0)
}

/** PostgreSQL plans by what it knows of the tables, and has not looked yet. */
export async function lookAgain(store: Store): Promise<void> {
  if (store.kind === 'postgres') await store.read.raw('analyze')
}
