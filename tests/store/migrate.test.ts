import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { migrate, migrationStatus } from '../../src/store/migrate.ts'
import type { Store } from '../../src/store/open.ts'
import { eachDatabase, onPostgres } from '../kit/databases.ts'
import { AT, open } from './a-store.ts'

eachDatabase('migrations', (fresh) => {
  async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
    const store = await open(await fresh())
    try {
      await work(store)
    } finally {
      await store.close()
    }
  }

  test('an empty database gets every table, and the second run changes nothing', async () => {
    await withStore(async (store) => {
      expect((await migrationStatus(store)).every(({ appliedAt }) => appliedAt === null)).toBe(true)
      const applied = await migrate(store, AT)
      expect(applied[0]).toBe(1)
      expect(await migrate(store, AT)).toEqual([])
      const status = await migrationStatus(store)
      expect(status.map(({ appliedAt }) => appliedAt)).toEqual(applied.map(() => AT))
      expect(await store.read('tickets').select('id')).toEqual([])
    })
  })

  test('three that start together migrate once', async () => {
    const database = await fresh()
    const all = await Promise.all([open(database), open(database), open(database)])
    const applied = await Promise.all(all.map((store) => migrate(store, AT)))
    expect(applied.filter((versions) => versions.length > 0)).toHaveLength(1)
    for (const store of all) await store.close()
  })

  test('bad input 191: a schema of a newer version is refused and left as it is', async () => {
    await withStore(async (store) => {
      await migrate(store, AT)
      const newer = { version: 999, name: 'tomorrow', applied_at: 0 }
      await store.transaction((tx) => tx('schema_migrations').insert(newer))
      const before = await store.read('schema_migrations').select()
      const refusal = { exitCode: 78, message: expect.stringContaining('newer Postroom') as string }
      await expect(migrate(store, AT)).rejects.toMatchObject(refusal)
      await expect(migrationStatus(store)).rejects.toMatchObject(refusal)
      expect(await store.read('schema_migrations').select()).toEqual(before)
    })
  })

  test('bad input 192: a migration that fails leaves nothing behind', async () => {
    await withStore(async (store) => {
      // A table that the first migration is going to make: it stumbles half-way.
      await store.transaction((tx) => tx.schema.createTable('outbox', (t) => t.integer('x')))
      await expect(migrate(store, AT)).rejects.toThrow()
      expect(await store.read.schema.hasTable('users')).toBe(false)
      expect(await store.read.schema.hasTable('schema_migrations')).toBe(false)
    })
  })
})

const freshServer = onPostgres()
/** Of migrations: "post" in ASCII. */
const LOCK = 0x706f7374

test('who waits for another that migrates is not cut off by the time that a statement usually has', async () => {
  const database = await freshServer()
  const store = await open(database)
  const other = new pg.Client(database.url)
  await other.connect()
  await other.query(`select pg_advisory_lock(${LOCK})`)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const migrated = expect(migrate(store, AT)).resolves.toContain(1)
  const waiting = `select from pg_locks join pg_database on pg_database.oid = database
    where datname = current_database() and locktype = 'advisory' and not granted`
  await expect.poll(async () => (await other.query(waiting)).rowCount).toBe(1)
  vi.advanceTimersByTime(600_000)
  vi.useRealTimers()
  await other.end()
  await migrated
  await store.close()
})
