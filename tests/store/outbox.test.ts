import { expect, test } from 'vitest'
import {
  changeOutcome,
  claimDue,
  claimUndecided,
  hasUndecided,
  markEnding,
  nextDeliveryDue,
  recoverDeliveries,
  resendUncertain,
  settleAttempt,
} from '../../src/store/outbox-delivery.ts'
import {
  findOutbox,
  insertOutbox,
  listOutbox,
  type NewOutbox,
  type OutboxMessage,
  setSource,
  sourceOf,
} from '../../src/store/outbox.ts'
import { countOutbox } from '../../src/store/outbox-counts.ts'
import type { Store } from '../../src/store/open.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress } from '../kit/desk-context.ts'
import { AT, later, migrated, stores } from './a-store.ts'

let serial = 0
function aDelivery(more: Partial<NewOutbox> = {}): NewOutbox {
  serial += 1
  return {
    inboxId: 1,
    ticketId: 1,
    commentId: null,
    userId: null,
    kind: 'reply',
    automatic: false,
    messageId: `${serial}@acme.test`,
    rcptTo: anAddress('ana@customer.test'),
    outcome: 'queued',
    dueAt: AT,
    detail: null,
    verified: true,
    ...more,
  }
}

const insert = (store: Store, more: Partial<NewOutbox> = {}): Promise<number> =>
  store.transaction((tx) => insertOutbox(tx, aDelivery(more), AT))

const claim = (store: Store, owner: string, limit = 1, at = AT): Promise<OutboxMessage[]> =>
  store.transaction((tx) => claimDue(tx, { inboxId: 1, owner, limit, at }))

const attempt = (owner: string, attempts = 1, id = 1) => ({ id, owner, attempts })
const SENT = { outcome: 'sent', detail: '250 ok', dueAt: null, sentAt: later(5) } as const
const MINUTE = 60_000
const LEASE_OVER = later(15 * MINUTE)

const recover = (store: Store, owner: string | null, at: Date) =>
  store.transaction((tx) => recoverDeliveries(tx, { owner, at, lookAt: later(99 * MINUTE) }))

eachDatabase(
  'the outbox',
  (fresh, kind) => {
    const start = stores(fresh)

    test('gives every row to one of many daemons', async () => {
      // SQLite has one daemon, and now and then a command beside it.
      const daemons = await start.shared(kind === 'sqlite' ? 2 : 8)
      const each = 104 / daemons.length
      await Promise.all(
        daemons.flatMap((store) => Array.from({ length: each }, () => insert(store))),
      )
      const ids: number[] = []
      const daemon = async (store: Store, n: number): Promise<void> => {
        for (let misses = 0; misses < 5; ) {
          const rows = await claim(store, `daemon ${n}`, 3)
          if (rows.length === 0) misses += 1
          ids.push(...rows.map(({ id }) => id))
        }
      }
      await Promise.all(daemons.map(daemon))
      // Rows that lost a race are still there for the next look.
      ids.push(
        ...(await claim(daemons[0] ?? expect.fail('no store'), 'last', 200)).map((r) => r.id),
      )
      expect(ids).toHaveLength(104)
      expect(new Set(ids).size).toBe(104)
    })

    test('gives out what is due in its inbox, the longest due first', async () => {
      const store = await start()
      await store.transaction((tx) =>
        tx('inboxes').insert({ name: 'Sales', address: 'sales@acme.test', created_at: 0 }),
      )
      await insert(store, { dueAt: later(-1) })
      await insert(store, { dueAt: later(-5) })
      await insert(store, { dueAt: later(1) })
      await insert(store, { inboxId: 2 })
      await insert(store, { outcome: 'held' })
      expect(await claim(store, 'a')).toMatchObject([{ id: 2, outcome: 'sending', attempts: 1 }])
      expect(await claim(store, 'a', 9)).toMatchObject([{ id: 1 }])
      expect(await nextDeliveryDue(store.read, 1)).toEqual(later(1))
      expect(await nextDeliveryDue(store.read, 2)).toEqual(AT)
    })

    test('goes from queued over sending and ending to sent', async () => {
      const store = await start()
      await insert(store)
      await claim(store, 'a')
      expect(await store.transaction((tx) => markEnding(tx, attempt('a'), AT))).toBe(true)
      expect((await findOutbox(store.read, 1))?.outcome).toBe('ending')
      expect(await store.transaction((tx) => settleAttempt(tx, attempt('a'), SENT))).toBe(true)
      const sent = { outcome: 'sent', detail: '250 ok', sentAt: later(5), dueAt: null }
      expect(await findOutbox(store.read, 1)).toMatchObject(sent)
      expect(await nextDeliveryDue(store.read, 1)).toBeNull()
    })

    const NOT_HELD: readonly [what: string, ...held: [string, number]][] = [
      ['another daemon', 'b', 1],
      ['an earlier attempt of the same daemon', 'a', 0],
    ]
    test.each(NOT_HELD)(
      '%s can neither reach the dot nor settle the row',
      async (_what, ...held) => {
        const store = await start()
        await insert(store)
        await claim(store, 'a')
        expect(await store.transaction((tx) => markEnding(tx, attempt(...held), AT))).toBe(false)
        expect(await store.transaction((tx) => settleAttempt(tx, attempt(...held), SENT))).toBe(
          false,
        )
        expect((await findOutbox(store.read, 1))?.outcome).toBe('sending')
      },
    )

    test('what died while sending is queued again; what died while ending is uncertain', async () => {
      const store = await start()
      await insert(store)
      await insert(store)
      await claim(store, 'dead', 2)
      await store.transaction((tx) => markEnding(tx, attempt('dead', 1, 2), AT))
      const recovered = await recover(store, 'dead', later(1))
      expect(recovered).toMatchObject({ requeued: 1, uncertain: [{ id: 2 }] })
      expect(await findOutbox(store.read, 1)).toMatchObject({ outcome: 'queued', dueAt: later(1) })
      expect(await findOutbox(store.read, 2)).toMatchObject({ outcome: 'uncertain' })
    })

    test('another daemon’s rows are left alone until their lease is over', async () => {
      const store = await start()
      await insert(store)
      await claim(store, 'slow')
      expect((await recover(store, 'b', later(14 * MINUTE))).requeued).toBe(0)
      expect((await recover(store, null, LEASE_OVER)).requeued).toBe(1)
    })

    test('a slow attempt whose row was taken over meanwhile, by itself, does not send twice', async () => {
      const store = await start()
      await insert(store)
      await claim(store, 'a')
      await recover(store, null, LEASE_OVER)
      await claim(store, 'a', 1, LEASE_OVER)
      expect(await store.transaction((tx) => markEnding(tx, attempt('a', 1), AT))).toBe(false)
      expect(await store.transaction((tx) => markEnding(tx, attempt('a', 2), AT))).toBe(true)
    })

    test('an uncertain delivery is handed over again once', async () => {
      const store = await start()
      await insert(store)
      const uncertain = { outcome: 'uncertain', detail: '?', dueAt: later(10) } as const
      const lost = async (attempts: number) => {
        await claim(store, 'a', 1, later(20))
        await store.transaction((tx) => settleAttempt(tx, attempt('a', attempts), uncertain))
      }
      await lost(1)
      expect(await hasUndecided(store.read, 1, later(9))).toBe(false)
      expect(await hasUndecided(store.read, 1, later(10))).toBe(true)
      expect(await hasUndecided(store.read, 2, later(10))).toBe(false)
      const looking = { inboxId: 1, at: later(10), until: later(15), limit: 9 }
      const look = () => store.transaction((tx) => claimUndecided(tx, looking))
      // Of two daemons one looks.
      expect([await look(), await look()]).toMatchObject([[{ id: 1 }], []])
      expect(await store.transaction((tx) => resendUncertain(tx, 1, later(11)))).toBe(true)
      await lost(2)
      expect(await store.transaction((tx) => resendUncertain(tx, 1, later(12)))).toBe(false)
    })

    test('an outcome changes only from where it was expected', async () => {
      const store = await start()
      await insert(store)
      const discarded = { outcome: 'discarded', detail: null, dueAt: null } as const
      const change = () => store.transaction((tx) => changeOutcome(tx, 1, ['queued'], discarded))
      expect([await change(), await change()]).toEqual([true, false])
    })

    test('the bytes are kept as they are', async () => {
      const store = await start()
      await insert(store)
      const source = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 256))
      await store.transaction((tx) => setSource(tx, 1, { source, mailFrom: 'x@acme.test' }))
      expect(await sourceOf(store.read, 1)).toEqual({ source, mailFrom: 'x@acme.test' })
      expect(await sourceOf(store.read, 2)).toBeNull()
    })

    test('counts what was owed, not what was suppressed or discarded', async () => {
      const store = await start()
      const ack = { kind: 'acknowledgement' as const }
      await insert(store, ack)
      await insert(store, { ...ack, outcome: 'suppressed' })
      await insert(store, { ...ack, rcptTo: anAddress('kim@example.org'), verified: false })
      await insert(store)
      const count = (filter: object) => countOutbox(store.read, { since: later(-1), ...filter })
      expect(await count({})).toBe(3)
      expect(await count(ack)).toBe(2)
      expect(await count({ ...ack, rcptDomain: 'example.org' })).toBe(1)
      expect(await count({ ...ack, verified: false })).toBe(1)
      expect(await countOutbox(store.read, { since: AT })).toBe(0)
    })

    test('a list goes newest first, page by page', async () => {
      const store = await start()
      for (let n = 0; n < 5; n += 1) await insert(store)
      const page = async (beforeId?: number) =>
        (await listOutbox(store.read, { limit: 2, ...(beforeId && { beforeId }) })).map((r) => r.id)
      expect([await page(), await page(4), await page(2)]).toEqual([[5, 4], [3, 2], [1]])
    })
  },
  migrated,
)
