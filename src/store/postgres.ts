/** PostgreSQL connections: a pool, with 64-bit integers read as numbers. */
import knex from 'knex'
import type { Knex } from 'knex'
import PostgresClient from 'knex/lib/dialects/postgres/index.js'
import pg from 'pg'
import { noteErrorsOf } from './database-errors.ts'
import { quietKnexLog } from './quiet-knex.ts'

const POOL_MAX = 12
const CONNECT_TIMEOUT_MS = 10_000
const QUERY_TIMEOUT_MS = 120_000
/** Of a daemon that stands still in the middle of one: its locks would keep others waiting. */
const IDLE_TRANSACTION_MS = 30_000
const INT8_OID = 20
/** The longest that a timer waits: 24 days. (The driver takes 0 for nothing said.) */
const UNHURRIED_MS = 2 ** 31 - 1

/** Our BIGINTs are milliseconds, sizes, UIDs and counts, all far below 2^53. */
pg.types.setTypeParser(INT8_OID, Number)

/** What is running on a connection; the driver wants to be asked one thing at a time. */
const running = new WeakMap<object, Promise<unknown>>()

class OneAtATimeClient extends PostgresClient {
  override _query(connection: object, query: unknown): Promise<unknown> {
    const ask = () =>
      super._query(connection, query).catch((err: unknown) => abandon(connection, err))
    const asked = (running.get(connection) ?? Promise.resolve()).then(ask, ask)
    running.set(connection, asked)
    return asked
  }
}

interface PooledConnection {
  /** Knex keeps no connection with it. */
  __knex__disposed?: unknown
  end(): Promise<void>
}

/**
 * The driver gave up waiting and the server did not: what comes next on this connection would be
 * asked in the middle of the transaction that was given up, and commit half of it.
 */
function abandon(connection: object, err: unknown): never {
  if (err instanceof Error && err.message === 'Query read timeout') {
    const pooled = connection as PooledConnection
    pooled.__knex__disposed = err
    // With a question under way it does not wait for the answer.
    pooled.end().catch(() => {})
  }
  throw err
}

/** @param queryTimeoutMs how long one statement may take */
export function openPostgres(url: string, queryTimeoutMs = QUERY_TIMEOUT_MS): Knex {
  const db = knex({
    client: OneAtATimeClient as unknown as string,
    connection: {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'postroom',
      keepAlive: true,
      // A connection that died half-open must not hang a loop for ever.
      query_timeout: queryTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    },
    compileSqlOnError: false,
    log: quietKnexLog,
    pool: { min: 0, max: POOL_MAX },
  })
  noteErrorsOf(db)
  return db
}

/** Connections whose every statement may take as long as it takes. */
export const openUnhurried = (url: string): Knex => openPostgres(url, UNHURRIED_MS)

/** A statement that may take as long as it takes: one that reads every row of a large desk. */
export const unhurried = (query: Knex.Raw): Knex.Raw =>
  query.options({ query_timeout: UNHURRIED_MS })
