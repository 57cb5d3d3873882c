/** What a clock that was wrong left behind, and whose clock says so where several daemons are at work. */
import { describe, expect, test } from 'vitest'
import { dueAgain } from '../../src/store/clock-put-back.ts'
import { claimInbound, insertInbound } from '../../src/store/inbound-messages.ts'
import type { Store } from '../../src/store/open.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { insertWebhookDeliveries } from '../../src/store/webhook-deliveries.ts'
import { insertWebhook } from '../../src/store/webhooks.ts'
import { eachDatabase, onPostgres } from '../kit/databases.ts'
import { anAddress } from '../kit/desk-context.ts'
import { aRow, migrated, stores } from './a-store.ts'

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
  store.transaction((tx) => insertInbound(tx, [aRow(1)], made))

const claim = (store: Store, owner: string, clock: Date) =>
  store.transaction((tx) => claimInbound(tx, { inboxIds: [1], owner, limit: 1, at: clock }))

/** A notice to a webhook, made now unless `state` says something else. */
const owe = (store: Store, state: object): Promise<void> =>
  store.transaction(async (tx) => {
    const settings = {
      url: 'http://127.0.0.1/',
      description: null,
      events: [],
      format: 'json',
      includeBodies: false,
      active: true,
    } as const
    const { id } = await insertWebhook(
      tx,
      { ...settings, secret: 'whsec_x', eventCursor: 0 },
      at(0),
    )
    const notice = { webhookId: id, eventId: 1, messageId: 'n', type: 't', payload: '{}' }
    await insertWebhookDeliveries(tx, [notice], at(0))
    await tx('webhook_deliveries').update(state)
  })

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

    test('a delivery that nobody knows of is looked at', async () => {
      const store = await start()
      await hold(store, at(0))
      const look = { outcome: 'uncertain', attempts: 1, due_at: NOW + DAY + 2 * MINUTE }
      await store.transaction((tx) => tx('outbox').update(look))
      await tidy(store, at(MINUTE))
      expect(await dueIn(store, 'outbox')).toBe(MINUTE)
    })

    test.each([
      ['was made a day ahead', { created_at: NOW + DAY, due_at: NOW + DAY }, MINUTE],
      [
        'failed once since',
        { created_at: NOW + DAY, attempts: 1, due_at: NOW + DAY + 5 },
        MINUTE + 5,
      ],
      ['was ordered anew a day ahead', { due_at: NOW + DAY }, MINUTE],
      ['was tried a month ahead', { attempts: 3, due_at: NOW + 30 * DAY }, MINUTE],
      ['was told by its receiver to wait a day', { attempts: 1, due_at: NOW + DAY }, DAY],
      ['waits for its tenth attempt', { attempts: 9, due_at: NOW + 28 * HOUR }, 28 * HOUR],
      ['is on its way', { lease_owner: 'other', attempts: 1, due_at: NOW + 30 * DAY }, 30 * DAY],
    ])('of notices to webhooks, one that %s is due in its time', async (_what, state, due) => {
      const store = await start()
      await owe(store, state)
      await tidy(store, at(MINUTE))
      expect(await dueIn(store, 'webhook_deliveries')).toBe(due)
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
