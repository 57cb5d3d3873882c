/** What tables a database has, asked of the database itself, so that no list can be out of date. */
import { isPostgres } from './dialect.ts'
import type { Queryable } from './open.ts'

/** Made from the others, or the business of this database alone, as who holds a lease. */
const DERIVED = /^(?:sqlite_|ticket_words|schema_migrations$|inbox_leases$|upkeep$)/

/** The tables that hold what the desk knows: not the search index, not who holds a lease or when it was backed up. */
export async function listTables(db: Queryable): Promise<string[]> {
  const rows = isPostgres(db)
    ? await db('pg_tables')
        .whereRaw('schemaname = current_schema()')
        .select<{ name: string }[]>({ name: 'tablename' })
    : await db('sqlite_master').where({ type: 'table' }).select<{ name: string }[]>('name')
  return rows
    .map(({ name }) => name)
    .filter((name) => !DERIVED.test(name))
    .toSorted((a, b) => a.localeCompare(b))
}

/** Columns that PostgreSQL wants to be true or false; SQLite keeps 0 and 1, and takes either. */
export async function booleanColumns(db: Queryable, table: string): Promise<string[]> {
  if (!isPostgres(db)) return []
  const rows = await db('information_schema.columns')
    .whereRaw('table_schema = current_schema()')
    .where({ table_name: table, data_type: 'boolean' })
    .select<{ name: string }[]>({ name: 'column_name' })
  return rows.map(({ name }) => name)
}

/** The last id that was given out, whether or not its row is still there; null: the table counts nothing. */
export async function lastIdGiven(db: Queryable, table: string): Promise<number | null> {
  if (!isPostgres(db)) {
    const row = await db('sqlite_sequence').where({ name: table }).first<{ seq: number }>('seq')
    // SQLite begins at 0.
    return row === undefined || Number(row.seq) === 0 ? null : Number(row.seq)
  }
  const sequence = await sequenceOf(db, table)
  if (sequence === null) return null
  const { rows } = await db.raw<{ rows: { last_value: number; is_called: boolean }[] }>(
    'select last_value, is_called from ??',
    [sequence],
  )
  return rows[0]?.is_called === true ? Number(rows[0].last_value) : null
}

/** The next id of `table` is the one after `last`. */
export async function setLastId(db: Queryable, table: string, last: number): Promise<void> {
  if (isPostgres(db)) {
    const sequence = await sequenceOf(db, table)
    if (sequence !== null) await db.raw('select setval(?, ?)', [sequence, last])
    return
  }
  const updated = await db('sqlite_sequence').where({ name: table }).update({ seq: last })
  if (updated === 0) await db('sqlite_sequence').insert({ name: table, seq: last })
}

async function sequenceOf(db: Queryable, table: string): Promise<string | null> {
  const { rows } = await db.raw<{ rows: { name: string | null }[] }>(
    `select pg_get_serial_sequence(?, column_name) as name from information_schema.columns
       where table_schema = current_schema() and table_name = ? and column_name = 'id'`,
    [table, table],
  )
  return rows[0]?.name ?? null
}
