/** Migrated stores for store tests, closed when the test is over. */
import { afterEach } from 'vitest'
import type { NewInbound } from '../../src/store/inbound-messages.ts'
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

/** A message of the first inbox, as it was fetched. */
export const aRow = (uid: number, more: Partial<NewInbound> = {}): NewInbound => ({
  inboxId: 1,
  folder: 'INBOX',
  uidValidity: 7,
  uid,
  sha256: `${uid}`.padStart(64, '0'),
  size: 100,
  messageId: `m${uid}@customer.test`,
  bodyHash: `b${uid}`,
  internalAt: AT,
  fate: 'pending',
  reasons: [],
  duplicateOf: null,
  marked: 'none',
  ...more,
})

interface Stores {
  /** A new migrated database with an inbox (id 1). */
  (): Promise<Store>
  /** The same, opened by several daemons with connections of their own. */
  shared(count: number): Promise<Store[]>
}

/** For the surrounding describe block; what is opened is closed after each test. */
export function stores(fresh: FreshDatabase): Stores {
  const opened: Store[] = []
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
  })
  const shared = async (count: number): Promise<Store[]> => {
    const database = await fresh()
    const all = await Promise.all(Array.from({ length: count }, () => open(database)))
    opened.push(...all)
    await all[0]?.transaction((tx) =>
      tx('inboxes').insert({ name: 'Support', address: 'support@acme.test', created_at: 0 }),
    )
    return all
  }
  const one = async (): Promise<Store> => {
    const [store] = await shared(1)
    if (store === undefined) throw new Error('no store')
    return store
  }
  return Object.assign(one, { shared })
}
