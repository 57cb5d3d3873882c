/** The desk that `npm run bench -- growth` measures: quickly made, and a desk like any other. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { growDesk } from '../../bench/grown-desk.ts'
import { largeDesk } from '../../bench/large-desk.ts'
import { runVerify } from '../../src/cli/verify.ts'
import { TicketIndexer } from '../../src/desk/index-tickets.ts'
import { findProgress, moveProgress } from '../../src/store/index-progress.ts'
import { countRows } from '../../src/store/bulk-rows.ts'
import type { Store } from '../../src/store/open.ts'
import { listTickets } from '../../src/store/reads/ticket-list.ts'
import { listTallies } from '../../src/store/ticket-counts.ts'
import { parseSearch } from '../../src/ticket/search-query.ts'
import { openWorkplace, type Workplace } from '../../src/workplace.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'

const TICKETS = 300

const configOf = ({ url, dataDir }: TestDatabase) =>
  largeDesk({ imap: 1, smtp: 1 }, { directory: dataDir, database: url })

async function grown(
  database: TestDatabase,
  look: (desk: Workplace) => Promise<void>,
): Promise<void> {
  await growDesk(configOf(database), { tickets: TICKETS, stories: 30 })
  const desk = await openWorkplace(configOf(database))
  try {
    await look(desk)
  } finally {
    await desk.close()
  }
}

const countsOf = (store: Store, tables: readonly string[]): Promise<number[]> =>
  Promise.all(tables.map((table) => countRows(store.read, table)))

eachDatabase('a grown desk', (fresh) => {
  test('holds what verify asks, and as many rows as were wanted', async () => {
    const database = await fresh()
    await grown(database, async ({ store }) => {
      expect(
        await countsOf(store, ['tickets', 'comments', 'inbound_messages', 'counted_tickets']),
      ).toEqual([TICKETS, 2 * TICKETS, 2 * TICKETS, TICKETS])
      expect(await countRows(store.read, 'outbox')).toBeGreaterThan(TICKETS)
    })
    const stdout = new PassThrough()
    const io = { stdin: process.stdin, stdout, stderr: process.stderr }
    expect(await runVerify(configOf(database), { json: false }, io)).toBe(0)
    expect(String(stdout.read())).toContain('all hold')
  })

  test('has the words and counts that its tickets come to', async () => {
    await grown(await fresh(), async ({ store, inboxes }) => {
      const before = await foundAndCounted(store)
      expect(before.found[0]).toEqual([217])
      expect(before.found[1]).toContain(100)
      await readAllAgain({ store, inboxes })
      expect(await foundAndCounted(store)).toEqual(before)
    })
  })

  test('gives new rows ids of their own, and is seeded once', async () => {
    const database = await fresh()
    await grown(database, async ({ store }) => {
      await store.transaction(async (tx) => {
        const user = { email: 'a@b.test', role: 'customer', state: 'contact', created_at: 1 }
        await tx('users').insert(user)
        await tx('outbox').insert({
          inbox_id: 1,
          kind: 'reply',
          automatic: false,
          message_id: 'a@b.test',
          rcpt_to: 'a@b.test',
          rcpt_domain: 'b.test',
          outcome: 'sent',
          created_at: 1,
        })
      })
    })
    await grown(database, async ({ store }) => {
      expect(await countRows(store.read, 'tickets')).toBe(TICKETS)
    })
  })
})

/** A ticket by its number, one by the address of who asked; all counts. */
async function foundAndCounted(store: Store) {
  const asker = await store
    .read('tickets')
    .join('users', 'users.id', 'tickets.requester_id')
    .where('tickets.id', 100)
    .first<{ email: string }>('email')
  const found = await Promise.all(
    ['217', asker.email].map(async (typed) => {
      const { tickets } = await listTickets(store.read, {
        participantId: null,
        order: { by: 'id', descending: true },
        limit: 10,
        terms: parseSearch(typed),
      })
      return tickets.map(({ id }) => id)
    }),
  )
  return { found, tallies: await listTallies(store.read) }
}

async function readAllAgain({ store, inboxes }: Pick<Workplace, 'store' | 'inboxes'>) {
  await store.transaction(async (tx) => {
    const from = await findProgress(tx)
    await moveProgress(tx, from, { ...from, ticketsBelow: TICKETS + 1 })
  })
  const indexer = new TicketIndexer({ store, inboxes })
  while ((await indexer.turn()) === 'more');
}
