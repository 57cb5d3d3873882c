/**
 * Everything of one database into another that has the same tables and nothing in them: SQLite to
 * PostgreSQL, PostgreSQL to SQLite, or to the same kind. One moment of the source, one transaction
 * of the target. The search index is made again there.
 */
import type { Knex } from 'knex'
import { insertRows } from './bulk-rows.ts'
import { isPostgres } from './dialect.ts'
import type { Queryable, Store, Tx } from './open.ts'
import { unhurried } from './postgres.ts'
import { booleanColumns, lastIdGiven, listTables, setLastId } from './table-catalogue.ts'

/** Rows read and written at once: sources and attachments lie in rows of up to a megabyte. */
const ROWS_AT_ONCE = 100

type Row = Record<string, unknown>

/** Of these a database that was ever used has some. */
const TELLING = ['users', 'inbound_messages', 'tickets', 'outbox', 'secrets'] as const

/** Has nobody used this database yet? Its tables may be there. */
export async function isUnused(db: Queryable): Promise<boolean> {
  for (const table of TELLING) {
    if ((await db(table).first('id')) !== undefined) return false
  }
  return true
}

export interface CopyOptions {
  /** Tables that are left as they are. */
  readonly without?: readonly string[]
  /** Last in the transaction of the target; when it throws, nothing was copied. */
  readonly also?: (tx: Tx) => Promise<void>
}

/** One moment of the source, whoever goes on writing; the target is all or nothing. */
export async function copyDatabase(
  from: Store,
  to: Store,
  { without = [], also = async () => {} }: CopyOptions = {},
): Promise<void> {
  await snapshotOf(from, (source) =>
    to.exclusively(async (tx) => {
      await deferReferences(tx)
      for (const table of await listTables(tx)) {
        if (!without.includes(table)) await copyTable(source, tx, table)
      }
      await enforceReferences(tx)
      await indexAnew(tx)
      await also(tx)
    }),
  )
}

function snapshotOf<T>(store: Store, work: (source: Queryable) => Promise<T>): Promise<T> {
  // A SQLite source is a copy that nobody writes to.
  if (store.kind === 'sqlite') return work(store.read)
  const once: Knex.TransactionConfig = { isolationLevel: 'repeatable read', readOnly: true }
  return store.read.transaction(async (tx) => {
    // It stands still while the target writes and commits, and keeps nobody waiting.
    await tx.raw('set local idle_in_transaction_session_timeout = 0')
    return work(tx)
  }, once)
}

async function copyTable(source: Queryable, tx: Tx, table: string): Promise<void> {
  // Migrations put a few rows of their own into new tables.
  await tx(table).delete()
  const flags = await booleanColumns(tx, table)
  for await (const rows of rowsOf(source, table)) {
    await insertRows(
      tx,
      table,
      rows.map((row) => withFlags(row, flags)),
    )
  }
  const last = await lastIdGiven(source, table)
  if (last !== null) await setLastId(tx, table, last)
}

function withFlags(row: Row, flags: readonly string[]): Row {
  const changed = flags.filter((name) => row[name] !== null)
  if (changed.length === 0) return row
  return { ...row, ...Object.fromEntries(changed.map((name) => [name, Boolean(row[name])])) }
}

async function* rowsOf(source: Queryable, table: string): AsyncGenerator<Row[]> {
  if (isPostgres(source)) yield* rowsOfPostgres(source, table)
  else yield* rowsOfSqlite(source, table)
}

async function* rowsOfPostgres(source: Queryable, table: string): AsyncGenerator<Row[]> {
  await source.raw('declare copied no scroll cursor for select * from ??', [table])
  for (;;) {
    const { rows } = await source.raw<{ rows: Row[] }>(`fetch ${ROWS_AT_ONCE} from copied`)
    if (rows.length > 0) yield rows
    if (rows.length < ROWS_AT_ONCE) break
  }
  await source.raw('close copied')
}

async function* rowsOfSqlite(source: Queryable, table: string): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const rows = await source(table)
      .where('rowid', '>', after)
      .orderBy('rowid')
      .limit(ROWS_AT_ONCE)
      .select<Row[]>({ copied_rowid: 'rowid' }, '*')
    if (rows.length > 0) yield rows.map(({ copied_rowid: _position, ...row }) => row)
    if (rows.length < ROWS_AT_ONCE) return
    after = Number(rows.at(-1)?.['copied_rowid'])
  }
}

/** Tickets refer to tickets, and tables to tables that come later: all that is asked at the end. */
async function deferReferences(tx: Tx): Promise<void> {
  if (isPostgres(tx)) await alterReferences(tx, 'deferrable initially deferred')
  else await tx.raw('pragma defer_foreign_keys = on')
}

/** One question for each reference, and each may take its time: a large desk has many rows. */
async function enforceReferences(tx: Tx): Promise<void> {
  if (!isPostgres(tx)) return
  for (const name of new Set((await references(tx)).map((reference) => reference.name))) {
    await unhurried(tx.raw('set constraints ?? immediate', [name]))
  }
  await alterReferences(tx, 'not deferrable')
}

async function alterReferences(tx: Tx, how: string): Promise<void> {
  for (const { table, name } of await references(tx)) {
    await tx.raw(`alter table ?? alter constraint ?? ${how}`, [table, name])
  }
}

/** A name is of one table, or of several with the same name for one. */
async function references(tx: Tx): Promise<{ table: string; name: string }[]> {
  const { rows } = await tx.raw<{ rows: { table: string; name: string }[] }>(
    `select conrelid::regclass::text as table, conname as name from pg_constraint
       where contype = 'f' and connamespace = current_schema()::regnamespace
       order by 1, 2`,
  )
  return rows
}

/** Every ticket is read once more by the indexer, which then goes on with what happens. */
async function indexAnew(tx: Tx): Promise<void> {
  await tx('index_progress').update({
    event_id: tx.raw('coalesce((select max(id) from events), 0)'),
    tickets_below: tx.raw('(select max(id) + 1 from tickets)'),
  })
}
