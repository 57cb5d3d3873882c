/**
 * Opens the database and hands out two ways in: `read` for queries that change nothing, and
 * `transaction` for everything else. The only place that knows which database it is.
 */
import path from 'node:path'
import type { Knex } from 'knex'
import type { DatabaseConfig } from '../config.ts'
import { makeDirectory } from '../make-directory.ts'
import { Bell } from '../pause.ts'
import { type DiskSpace, diskSpace } from './disk-space.ts'
import { unusable } from './explain-failure.ts'
import { GroupCommit } from './group-commit.ts'
import { InDoubt } from './in-doubt.ts'
import { openPostgres, openUnhurried } from './postgres.ts'
import { openSqliteCheckpoints, openSqliteReaders, openSqliteWriter } from './sqlite.ts'
import { Checkpoints } from './sqlite-checkpoints.ts'
import { inTransaction } from './transaction.ts'

export type Tx = Knex.Transaction
/** Something that answers queries: the readers, or a running transaction. */
export type Queryable = Knex | Knex.Transaction

export interface Store {
  readonly kind: 'sqlite' | 'postgres'
  /** For queries that change nothing. On SQLite these connections cannot write. */
  readonly read: Knex
  /**
   * Runs `work` all or nothing. Works that wait at the same time may share one commit; each has
   * its own savepoint, so one failure never undoes another. No network inside.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * One exclusive transaction of its own. `unhurried`: each of its statements may take as long as it
   * takes, as migrations of a large desk do, and waiting for somebody else's.
   */
  exclusively<T>(work: (tx: Tx) => Promise<T>, pace?: 'unhurried'): Promise<T>
  /** Of the database's own disk; null: it is somebody else's, or the system does not tell. */
  diskSpace(): Promise<DiskSpace | null>
  /** Where long transactions wait for mail that is just being handed over. */
  readonly inDoubt: InDoubt
  /** Rung after each commit of {@link transaction}. */
  readonly committed: Bell
  /**
   * What was overwritten leaves SQLite's write-ahead log too: now, or as soon as nobody reads an older
   * state. PostgreSQL keeps its own for as long as its operator wants.
   */
  forgetLog(): Promise<void>
  close(): Promise<void>
}

/** How many groups may commit at the same time. */
const WRITERS = { sqlite: 1, postgres: 4 }

/** Opens the database, making its directory if needed; throws an OperatorError it can explain. */
export async function openStore(database: DatabaseConfig): Promise<Store> {
  const store = database.kind === 'sqlite' ? openSqlite(database.file) : openPg(database)
  try {
    await store.transaction(async (tx) => tx.raw('select 1'))
    return store
  } catch (cause) {
    await store.close()
    throw unusable(database, cause)
  }
}

function openSqlite(file: string): Store {
  try {
    makeDirectory(path.dirname(file))
  } catch (cause) {
    throw unusable({ kind: 'sqlite', file }, cause)
  }
  const writer = openSqliteWriter(file)
  const read = openSqliteReaders(file)
  const checkpoints = new Checkpoints(openSqliteCheckpoints(file), writer)
  const group = new GroupCommit(writer, WRITERS.sqlite, () => checkpoints.committed())
  const committed = new Bell()
  return {
    kind: 'sqlite',
    read,
    diskSpace: () => diskSpace(path.dirname(file)),
    inDoubt: new InDoubt(WRITERS.sqlite),
    committed,
    transaction: (work) => ringing(committed, group.run(work)),
    exclusively: (work) => inTransaction(writer, work),
    forgetLog: () => checkpoints.truncateLog(),
    close: async () => {
      await group.drained()
      await checkpoints.close()
      await read.destroy()
      await writer.destroy()
    },
  }
}

function openPg(database: DatabaseConfig & { kind: 'postgres' }): Store {
  const url = database.url.reveal()
  const db = openPostgres(url)
  const group = new GroupCommit(db, WRITERS.postgres)
  const committed = new Bell()
  return {
    kind: 'postgres',
    read: db,
    diskSpace: () => Promise.resolve(null),
    inDoubt: new InDoubt(WRITERS.postgres),
    committed,
    transaction: (work) => ringing(committed, group.run(work)),
    exclusively: (work, pace) =>
      pace === 'unhurried' ? unhurriedly(url, work) : inTransaction(db, work),
    forgetLog: async () => {},
    close: async () => {
      await group.drained()
      await db.destroy()
    },
  }
}

/** The time limit belongs to a connection, so this takes one of its own. */
async function unhurriedly<T>(url: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const db = openUnhurried(url)
  try {
    return await inTransaction(db, work)
  } finally {
    await db.destroy()
  }
}

async function ringing<T>(bell: Bell, work: Promise<T>): Promise<T> {
  const result = await work
  bell.ring()
  return result
}
