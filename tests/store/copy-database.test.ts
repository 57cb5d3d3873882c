/** A copy of a database, whatever its size and however slow the two are. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { copyDatabase } from '../../src/store/copy-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { writePortableCopy } from '../../src/store/portable-copy.ts'
import { unhurried } from '../../src/store/postgres.ts'
import { eachDatabase, onPostgres, type TestDatabase } from '../kit/databases.ts'
import { deskConfig } from '../kit/desk-context.ts'
import { AT, migrated, open } from './a-store.ts'

const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

async function kept(opening: Promise<Store>): Promise<Store> {
  const store = await opening
  opened.push(store)
  return store
}

/** With another limit of the connection than ours. */
const openWith = (database: TestDatabase, limit: string): Promise<Store> =>
  open({ ...database, url: `${database.url}?${limit}` })

async function emptySqlite(dataDir: string): Promise<Store> {
  const file = path.join(dataDir, 'copy.db')
  const copy = await kept(openStore({ kind: 'sqlite', file }))
  await migrate(copy, AT)
  return copy
}

describe('a copy of a PostgreSQL', () => {
  const fresh = onPostgres(migrated)

  test('waits for as long as its target commits', async () => {
    const database = await fresh()
    const other = await kept(open(database))
    const source = await kept(openWith(database, 'idle_in_transaction_session_timeout=50'))
    const target = await emptySqlite(database.dataDir)
    await source.transaction((tx) =>
      tx('inboxes').insert({ name: 'Support', address: 'support@acme.test', created_at: 0 }),
    )
    const slow: Store = {
      ...target,
      exclusively: async (work) => {
        const result = await target.exclusively(work)
        await other.read.raw('select pg_sleep(0.3)')
        return result
      },
    }
    await copyDatabase(source, slow)
    expect(await target.read('inboxes').pluck('name')).toEqual(['Support'])
  })

  test('has no limit for a statement that reads everything', async () => {
    const store = await kept(openWith(await fresh(), 'query_timeout=100'))
    await expect(store.read.raw('select pg_sleep(0.3)')).rejects.toThrow('timeout')
    await unhurried(store.read.raw('select pg_sleep(0.3)'))
  })

  test('asks for each reference by itself, without a limit', async () => {
    const source = await kept(open(await fresh()))
    const target = await kept(open(await fresh()))
    const asked: { sql: string; options?: { query_timeout?: number } }[] = []
    target.read.on('query', (query) => asked.push(query))
    await copyDatabase(source, target)
    const checks = asked.filter(({ sql }) => sql.startsWith('set constraints'))
    expect(checks.length).toBeGreaterThan(20)
    expect(checks.filter(({ sql }) => sql.includes(' all '))).toEqual([])
    expect(checks.every(({ options }) => (options?.query_timeout ?? 0) > 86_400_000)).toBe(true)
  })

  test('is refused where a row names one that is not there, and nothing is copied', async () => {
    const source = await kept(open(await fresh()))
    const target = await kept(open(await fresh()))
    for (const { store, references } of [
      { store: source, references: '' },
      { store: target, references: 'references users' },
    ]) {
      await store.read.raw(`create table friends (id bigint primary key, of bigint ${references})`)
    }
    await source.transaction(async (tx) => {
      await tx('inboxes').insert({ name: 'Support', address: 's@acme.test', created_at: 0 })
      await tx('friends').insert({ id: 1, of: 99 })
    })
    await expect(copyDatabase(source, target)).rejects.toThrow('friends_of_fkey')
    expect(await target.read('inboxes').select('id')).toEqual([])
  })
})

eachDatabase(
  'a portable copy of a desk',
  (fresh, kind) => {
    test("is its owner's from the start", async () => {
      const database = await fresh()
      const config = deskConfig(database).database
      const store = await open(database)
      await store.close()
      const file = path.join(database.dataDir, 'copy.db')
      const before = process.umask(0o022)
      try {
        // Of a desk that cannot be read any more: the copy stays as it was begun.
        const writing = writePortableCopy({ database: config, store }, file, AT)
        if (kind === 'postgres') await expect(writing).rejects.toThrow()
        else await writing
      } finally {
        process.umask(before)
      }
      expect(statSync(file).mode & 0o777).toBe(0o600)
    })
  },
  migrated,
)
