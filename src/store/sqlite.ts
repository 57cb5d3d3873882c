/**
 * SQLite connections. One writer that begins IMMEDIATE, so a transaction that reads and then
 * writes cannot be refused halfway; separate readers that cannot write. Every connection gets
 * its PRAGMAs when it opens and is asked whether it took them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import knex from 'knex'
import type { Knex } from 'knex'
import { noteErrorsOf } from './database-errors.ts'
import { KeptStatements, type PreparingConnection } from './kept-statements.ts'
import { quietKnexLog } from './quiet-knex.ts'
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js'
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js'

/** How long a statement waits for another process (a command beside the daemon) before SQLITE_BUSY. */
const BUSY_TIMEOUT_MS = 5_000
const BUSY_PAUSE_MS = 20
const READERS = 3

class ImmediateTransaction extends SqliteTransaction {
  override begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;')
  }
}

/** The part of a knex query that the driver is called with, and that its answer is put into. */
interface RunningQuery {
  readonly method?: string
  readonly sql: string
  readonly bindings?: readonly unknown[]
  readonly returning?: unknown
  response?: unknown
  context?: unknown
}

const statements = new WeakMap<object, KeptStatements>()

class ImmediateClient extends SqliteClient {
  override transaction(...args: unknown[]): unknown {
    return new ImmediateTransaction(this, ...args)
  }

  /** As knex does it, but with statements that are kept. */
  override async _query(connection: RawConnection, query: RunningQuery): Promise<unknown> {
    if (!KeptStatements.worthKeeping(query.sql)) return super._query(connection, query)
    const { rows, context } = await statementsOf(connection).run(
      callOf(query),
      query.sql,
      query.bindings ?? [],
    )
    query.response = rows
    query.context = context
    return query
  }

  override destroyRawConnection(connection: RawConnection): Promise<unknown> {
    statements.get(connection)?.finalizeAll()
    return super.destroyRawConnection(connection)
  }
}

function statementsOf(connection: RawConnection): KeptStatements {
  const known = statements.get(connection)
  if (known !== undefined) return known
  const made = new KeptStatements(connection)
  statements.set(connection, made)
  return made
}

/** `run` tells what changed, `all` gives rows: the choice knex makes. */
function callOf({ method, returning }: RunningQuery): 'all' | 'run' {
  if (method === 'insert' || method === 'update') return returning ? 'all' : 'run'
  return method === 'counter' || method === 'del' ? 'run' : 'all'
}

interface RawConnection extends PreparingConnection {
  all(sql: string, done: (err: Error | null, rows: Record<string, unknown>[]) => void): void
  exec(sql: string, done: (err: Error | null) => void): void
}

/** What every connection must report; a different answer stops the start. */
const PRAGMAS: readonly { name: string; set: string; want: string | number }[] = [
  { name: 'busy_timeout', set: String(BUSY_TIMEOUT_MS), want: BUSY_TIMEOUT_MS },
  { name: 'journal_mode', set: 'WAL', want: 'wal' },
  // FULL: a commit survives power loss (measured: NORMAL loses the last ones).
  { name: 'synchronous', set: 'FULL', want: 2 },
  { name: 'foreign_keys', set: 'ON', want: 1 },
  // The log is copied into the file beside the writer. Without a pause in writing it never begins anew
  // by that alone: then the writer copies the little that is left.
  { name: 'wal_autocheckpoint', set: '16000', want: 16_000 },
  // What is erased is overwritten, and not only forgotten.
  { name: 'secure_delete', set: 'ON', want: 1 },
]

/**
 * 32 MB: all that a batch of mail changes. SQLite's 2 MB are full in the middle of it, and pages that
 * are not finished yet are written, read and written again. Readers gain nothing: what they keep is
 * out of date with the next commit.
 */
const WRITERS_CACHE = { name: 'cache_size', set: '-32000', want: -32_000 }

export function openSqliteWriter(file: string): Knex {
  return connect(file, { min: 0, max: 1 }, [WRITERS_CACHE])
}

/** Nobody can write while a checkpoint that empties the log waits for a reader. */
const CHECKPOINTS_WAIT = { name: 'busy_timeout', set: '50', want: 50 }

/** For checkpoints alone. */
export function openSqliteCheckpoints(file: string): Knex {
  return connect(file, { min: 0, max: 1 }, [CHECKPOINTS_WAIT])
}

export function openSqliteReaders(file: string): Knex {
  return connect(file, { min: 0, max: READERS }, [{ name: 'query_only', set: 'ON', want: 1 }])
}

function connect(
  file: string,
  pool: { min: number; max: number },
  more: readonly { name: string; set: string; want: string | number }[],
): Knex {
  const db = knex({
    client: ImmediateClient as unknown as string,
    connection: { filename: file },
    useNullAsDefault: true,
    // Error messages would carry the values, which are people's mail.
    compileSqlOnError: false,
    log: quietKnexLog,
    acquireConnectionTimeout: 60_000,
    pool: {
      ...pool,
      // A connection is kept for ever: closing the last one would checkpoint and drop the WAL.
      idleTimeoutMillis: 2 ** 31 - 1,
      afterCreate(connection: RawConnection, done: (err: Error | null, c: RawConnection) => void) {
        void setPragmas(connection, [...PRAGMAS, ...more], done)
      },
    },
  })
  noteErrorsOf(db)
  return db
}

/** Calls `done` with the connection when it has taken every PRAGMA, or with what went wrong. */
async function setPragmas(
  connection: RawConnection,
  pragmas: readonly { name: string; set: string; want: string | number }[],
  done: (err: Error | null, connection: RawConnection) => void,
): Promise<void> {
  let failure: Error | null = null
  try {
    await verifiedPragmas(connection, pragmas)
  } catch (err) {
    failure = err instanceof Error ? err : new Error(String(err))
  }
  done(failure, connection)
}

async function verifiedPragmas(
  connection: RawConnection,
  pragmas: readonly { name: string; set: string; want: string | number }[],
): Promise<void> {
  for (const { name, set, want } of pragmas) {
    await patiently(() => exec(connection, `PRAGMA ${name} = ${set}`))
    const got = Object.values((await all(connection, `PRAGMA ${name}`))[0] ?? {})[0]
    if (got !== want) {
      throw new Error(`SQLite did not take PRAGMA ${name}: wanted ${want}, got ${String(got)}`)
    }
  }
}

/** Who makes a file WAL holds it for a moment, and SQLite's own waiting does not cover that. */
async function patiently(work: () => Promise<void>): Promise<void> {
  const end = Date.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      return await work()
    } catch (err) {
      const isBusy = err instanceof Error && 'code' in err && err.code === 'SQLITE_BUSY'
      if (!isBusy || Date.now() > end) throw err
      await delay(BUSY_PAUSE_MS)
    }
  }
}

const exec = (connection: RawConnection, sql: string): Promise<void> =>
  new Promise((resolve, reject) =>
    connection.exec(sql, (err) => (err === null ? resolve() : reject(err))),
  )

const all = (connection: RawConnection, sql: string): Promise<Record<string, unknown>[]> =>
  new Promise((resolve, reject) =>
    connection.all(sql, (err, rows) => (err === null ? resolve(rows) : reject(err))),
  )
