/** Migrated stores for store tests, closed when the test is over. */
import { afterEach } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import type { DatabaseOptions, FreshDatabase, TestDatabase } from '../kit/databases.ts'
import { deskConfig } from '../kit/desk-context.ts'

export const AT = new Date('2026-07-06T10:00:00Z')
export const later = (ms: number): Date => new Date(AT.getTime() + ms)

export const open = (database: TestDatabase): Promise<Store> =>
  openStore(deskConfig(database).database)

export const migrated: DatabaseOptions = {
  async prepare(database) {
    const store = await open(database)
    await migrate(store, AT)
    await store.close()
  },
}

/** For the surrounding describe block: a new migrated store with an inbox (id 1). */
export function stores(fresh: FreshDatabase): () => Promise<Store> {
  const opened: Store[] = []
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
  })
  return async () => {
    const store = await open(await fresh())
    opened.push(store)
    await store.transaction((tx) =>
      tx('inboxes').insert({ name: 'Support', address: 'support@acme.test', created_at: 0 }),
    )
    return store
  }
}
