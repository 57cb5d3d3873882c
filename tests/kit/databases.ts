/**
 * One suite, two databases: what is true on SQLite must be true on PostgreSQL.
 *
 *   eachDatabase('the outbox', (fresh) => {
 *     test('starts empty', async () => {
 *       const { url, dataDir } = await fresh()
 *       ...
 *     })
 *   })
 *
 * Every fresh() is a database of its own. With `prepare` (say, running the migrations) the work
 * is done once per suite, and each fresh() is a copy of the result.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, inject } from 'vitest'
import { randomId } from '../../src/ids.ts'
import type { PostgresServer } from './postgres.ts'
import { scratchDirectories } from './scratch.ts'

export interface TestDatabase {
  readonly kind: 'sqlite' | 'postgres'
  /** As in the configuration: `sqlite:/path/postroom.db` or `postgres://user:pass@host:port/name`. */
  readonly url: string
  /** An existing directory for everything that is kept in files. */
  readonly dataDir: string
}

export type FreshDatabase = () => Promise<TestDatabase>

export interface DatabaseOptions {
  /** Run once per suite and database; must close all its connections. */
  prepare?: (database: TestDatabase) => Promise<void>
}

export function eachDatabase(
  name: string,
  suite: (fresh: FreshDatabase, kind: TestDatabase['kind']) => void,
  options: DatabaseOptions = {},
): void {
  describe(`${name} on SQLite`, () => suite(onSqlite(options), 'sqlite'))
  describe(`${name} on PostgreSQL`, () => suite(onPostgres(options), 'postgres'))
}

/** Fresh SQLite databases for the surrounding describe block. */
export function onSqlite(options: DatabaseOptions = {}): FreshDatabase {
  const scratch = scratchDirectories('sqlite')
  const open = (): TestDatabase => {
    const dataDir = scratch.make()
    return { kind: 'sqlite', url: `sqlite:${join(dataDir, 'postroom.db')}`, dataDir }
  }
  const { prepare } = options
  const template = once(async () => {
    if (prepare === undefined) return null
    const database = open()
    await prepare(database)
    return database
  })

  return async () => {
    const copied = await template()
    const database = open()
    if (copied !== null) cpSync(copied.dataDir, database.dataDir, { recursive: true })
    return database
  }
}

/** Fresh PostgreSQL databases for the surrounding describe block. */
export function onPostgres(options: DatabaseOptions = {}): FreshDatabase {
  const server = inject('postgres')
  const created: NamedDatabase[] = []
  const scratch = scratchDirectories('postgres', async (kept) => {
    for (const { name, dataDir } of created) {
      if (kept) await dump(server, name, dataDir)
      await administer(server, `DROP DATABASE "${name}" WITH (FORCE)`)
    }
  })
  const open = async (template: string | null): Promise<NamedDatabase> => {
    const name = `test_${randomId(8)}`
    const copy = template === null ? '' : ` TEMPLATE "${template}"`
    await administer(server, `CREATE DATABASE "${name}"${copy}`)
    const database = { name, dataDir: scratch.make() }
    created.push(database)
    return database
  }
  const withUrl = ({ name, dataDir }: NamedDatabase): TestDatabase => {
    return { kind: 'postgres', url: urlOf(server, name), dataDir }
  }
  const { prepare } = options
  const template = once(async () => {
    if (prepare === undefined) return null
    const database = await open(null)
    await prepare(withUrl(database))
    return database
  })

  return async () => {
    const copied = await template()
    const database = await open(copied?.name ?? null)
    if (copied !== null) cpSync(copied.dataDir, database.dataDir, { recursive: true })
    return withUrl(database)
  }
}

interface NamedDatabase {
  readonly name: string
  readonly dataDir: string
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

const urlOf = ({ user, password, host, port }: PostgresServer, name: string): string =>
  `postgres://${user}:${password}@${host}:${port}/${name}`

async function administer(server: PostgresServer, sql: string): Promise<void> {
  await withClient(server, 'postgres', (client) => client.query(sql))
}

/** One file of JSON lines per table: what a failed test leaves when the server is gone. */
async function dump(server: PostgresServer, name: string, directory: string): Promise<void> {
  const target = join(directory, 'tables')
  mkdirSync(target, { recursive: true })
  await withClient(server, name, async (client) => {
    const tables = await client.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
    )
    for (const { tablename } of tables.rows) {
      const rows = await client.query<{ line: string }>(
        `SELECT row_to_json(t)::text AS line FROM "${tablename}" t LIMIT 10000`,
      )
      const lines = rows.rows.map((row) => `${row.line}\n`)
      writeFileSync(join(target, `${tablename}.jsonl`), lines.join(''))
    }
  })
}

async function withClient<T>(
  server: PostgresServer,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...server, database })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
