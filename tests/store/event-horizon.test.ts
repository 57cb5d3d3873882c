import { expect, test } from 'vitest'
import { EventHorizon } from '../../src/store/event-horizon.ts'
import { insertEvents } from '../../src/store/events.ts'
import { migrate } from '../../src/store/migrate.ts'
import type { Store, Tx } from '../../src/store/open.ts'
import { eachDatabase } from '../kit/databases.ts'
import { AT, open } from './a-store.ts'

const EVENT = {
  type: 'user.changed',
  ticketId: null,
  commentId: null,
  actor: { type: 'system', id: null },
  data: {},
} as const

const happens = (tx: Tx) => insertEvents(tx, [EVENT], AT)

eachDatabase('how far events can be read', (fresh, kind) => {
  async function withStores(work: (one: Store, other: Store) => Promise<void>): Promise<void> {
    const database = await fresh()
    const one = await open(database)
    await migrate(one, AT)
    const other = await open(database)
    try {
      await work(one, other)
    } finally {
      await one.close()
      await other.close()
    }
  }

  /** Other tests use the same server; an event is in doubt while any transaction runs. */
  const settles = (horizon: EventHorizon, at: number) =>
    expect.poll(() => horizon.advance(), { timeout: 5_000 }).toBe(at)

  test('is as far as there are any', async () => {
    await withStores(async (store) => {
      const horizon = new EventHorizon(store)
      expect(await horizon.advance()).toBe(0)
      await store.transaction(happens)
      await settles(horizon, 1)
      await store.transaction(happens)
      await store.transaction(happens)
      await settles(horizon, 3)
    })
  })

  test('is known at the first look without counting what there ever was', async () => {
    await withStores(async (store, other) => {
      await store.transaction(happens)
      const asked: string[] = []
      other.read.on('query', ({ sql }: { sql: string }) => asked.push(sql))
      await settles(new EventHorizon(other), 1)
      expect(asked).not.toEqual([])
      expect(asked.filter((sql) => sql.includes('count('))).toEqual([])
    })
  })

  // On SQLite transactions follow each other: no event is ever in doubt.
  if (kind !== 'postgres') return

  test('is not beyond an event that another transaction may still bring', async () => {
    await withStores(async (store, other) => {
      const horizon = new EventHorizon(store)
      await store.transaction(happens)
      await settles(horizon, 1)
      let commit = (): void => {}
      const hold = new Promise<void>((resolve) => {
        commit = resolve
      })
      let written = (): void => {}
      const inserted = new Promise<void>((resolve) => {
        written = resolve
      })
      const slow = other.transaction(async (tx) => {
        await happens(tx)
        written()
        await hold
      })
      await inserted
      await store.transaction(happens)
      // Event 3 is there, event 2 is not yet.
      for (let n = 0; n < 5; n += 1) expect(await horizon.advance()).toBe(1)
      expect(horizon.inDoubt).toBe(true)
      commit()
      await slow
      await settles(horizon, 3)
      expect(horizon.inDoubt).toBe(false)
    })
  })

  test('passes over an event that was rolled back', async () => {
    await withStores(async (store) => {
      const horizon = new EventHorizon(store)
      await store.transaction(happens)
      await settles(horizon, 1)
      const failed = store.transaction(async (tx) => {
        await happens(tx)
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      await store.transaction(happens)
      await settles(horizon, 3)
    })
  })
})
