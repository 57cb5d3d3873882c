/** What a clock that was wrong left behind, and whose clock says so where several daemons are at work. */
import { describe, expect, test } from 'vitest'
import { dueAgain } from '../../src/store/clock-put-back.ts'
import { claimInbound, insertInbound } from '../../src/store/inbound-messages.ts'
import type { Store } from '../../src/store/open.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { eachDatabase, onPostgres } from '../kit/databases.ts'
import { anAddress } from '../kit/desk-context.ts'
import { migrated, stores } from './a-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** PostgreSQL's clock cannot be moved: what is wrong here is wrong by the real time. */
const NOW = Date.now()
const at = (ms: number): Date => new Date(NOW + ms)

/** Some daemon does its housekeeping when its own clock says so. */
const tidy = (store: Store, clock: Date): Promise<void> =>
  store.transaction((tx) => dueAgain(tx, clock))

const HOLD = 2 * MINUTE

/** A reply that is held for two minutes. */
const hold = (store: Store, made: Date): Promise<number> =>
  store.transaction((tx) =>
    insertOutbox(
      tx,
      {
        inboxId: 1,
        ticketId: 1,
        commentId: null,
        userId: null,
        kind: 'reply',
        automatic: false,
        messageId: 'reply@acme.test',
        rcptTo: anAddress('ana@customer.test'),
        outcome: 'queued',
        dueAt: new Date(made.getTime() + HOLD),
        detail: null,
        verified: true,
      },
      made,
    ),
  )

const receive = (store: Store, made: Date): Promise<void> =>
  store.transaction((tx) =>
    insertInbound(
      tx,
      [
        {
          inboxId: 1,
          folder: 'INBOX',
          uidValidity: 1,
          uid: 1,
          sha256: null,
          size: 1,
          messageId: 'mail@customer.test',
          bodyHash: null,
          internalAt: null,
          fate: 'pending',
          reasons: [],
          duplicateOf: null,
          marked: 'none',
        },
      ],
      made,
    ),
  )

const claim = (store: Store, owner: string, clock: Date) =>
  store.transaction((tx) => claimInbound(tx, { inboxIds: [1], owner, limit: 1, at: clock }))

/** When the only row of this table is due, from now on. */
async function dueIn(store: Store, table: string): Promise<number> {
  const row = await store.read(table).first<{ due_at: number }>('due_at')
  return row.due_at - NOW
}

eachDatabase(
  'when a clock is put right',
  (fresh) => {
    const start = stores(fresh)

    test('a reply that was made a day ahead is held as long as it was to be, and no longer', async () => {
      const store = await start()
      await hold(store, at(DAY))
      await tidy(store, at(MINUTE))
      expect(await dueIn(store, 'outbox')).toBe(MINUTE + HOLD)
    })

    test('a message that was to wait until tomorrow is due', async () => {
      const store = await start()
      await receive(store, at(DAY))
      await tidy(store, at(MINUTE))
      expect(await dueIn(store, 'inbound_messages')).toBe(MINUTE)
    })

    test('a message stays in the hand that has it', async () => {
      const store = await start()
      await receive(store, at(0))
      await claim(store, 'right', at(0))
      await tidy(store, at(-2 * HOUR))
      expect(await dueIn(store, 'inbound_messages')).toBe(5 * MINUTE)
      expect(await claim(store, 'behind', at(-2 * HOUR))).toEqual([])
    })
  },
  migrated,
)

describe('of several daemons on one PostgreSQL', () => {
  const start = stores(onPostgres(migrated))

  test.each([6 * MINUTE, 2 * HOUR, DAY])(
    'one that is %i ms behind does not take what another holds for the past of a wrong clock',
    async (behind) => {
      const store = await start()
      await hold(store, at(0))
      await receive(store, at(0))
      await tidy(store, at(-behind))
      expect(await dueIn(store, 'outbox')).toBe(HOLD)
      expect(await dueIn(store, 'inbound_messages')).toBe(0)
    },
  )

  test('one that is ahead of the database leaves what it made itself', async () => {
    const store = await start()
    await hold(store, at(DAY))
    await tidy(store, at(DAY))
    expect(await dueIn(store, 'outbox')).toBe(DAY + HOLD)
  })
})
