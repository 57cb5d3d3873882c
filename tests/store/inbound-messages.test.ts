import { expect, test } from 'vitest'
import { knownAmong, knownUids } from '../../src/store/folder-contents.ts'
import {
  claimInbound,
  type Fate,
  findInbound,
  insertInbound,
  listInbound,
  type NewInbound,
  nextInboundDue,
  type Settled,
  settleInbound,
} from '../../src/store/inbound-messages.ts'
import { postponeInbound, releaseInbound } from '../../src/store/release-inbound.ts'
import type { Address } from '../../src/mail/address.ts'
import { findBelongings } from '../../src/store/belongings.ts'
import { eraseWords } from '../../src/store/erase-person.ts'
import { findTwin } from '../../src/store/twins.ts'
import { advanceCursor, insertCursor, listCursors } from '../../src/store/inboxes.ts'
import type { Store } from '../../src/store/open.ts'
import { eachDatabase } from '../kit/databases.ts'
import { aRow, AT, later, migrated, stores } from './a-store.ts'

const asTicket: Settled = {
  fate: 'ticket',
  verdict: 'person',
  reasons: ['a new conversation'],
  evidence: { decision: 'open_ticket' },
  sender: 'ana@customer.test',
  ticketId: 1,
  commentId: 1,
  duplicateOf: null,
}

const insert = (store: Store, ...rows: readonly NewInbound[]): Promise<void> =>
  store.transaction((tx) => insertInbound(tx, rows, AT))

const claim = (store: Store, owner: string, at = AT, limit = 10) =>
  store.transaction((tx) => claimInbound(tx, { inboxIds: [1, 2], owner, limit, at }))

const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

eachDatabase(
  'the inbound ledger',
  (fresh) => {
    const start = stores(fresh)

    test('a message is one row, however often it is shown to us', async () => {
      const store = await start()
      await insert(store, aRow(1))
      await insert(store, aRow(1, { size: 999 }), aRow(2))
      const rows = await listInbound(store.read, { limit: 10 })
      expect(rows.map(({ uid, size }) => [uid, size])).toEqual([
        [2, 100],
        [1, 100],
      ])
    })

    test('the same UID in another folder, generation or inbox is another message', async () => {
      const store = await start()
      await store.transaction((tx) =>
        tx('inboxes').insert({ name: 'Sales', address: 'sales@acme.test', created_at: 0 }),
      )
      await insert(store, aRow(1), aRow(1, { folder: 'Other' }), aRow(1, { uidValidity: 8 }))
      await insert(store, aRow(1, { inboxId: 2 }))
      expect(await listInbound(store.read, { limit: 10 })).toHaveLength(4)
      const generation = { inboxId: 1, folder: 'INBOX', uidValidity: 7 }
      expect([...(await knownUids(store.read, generation, { from: 0, to: null }))]).toEqual([1])
      await insert(store, aRow(2, { uidValidity: 8 }))
      expect([...(await knownAmong(store.read, generation, [1, 2, 3]))]).toEqual([1])
    })

    test('more rows than one statement takes are all there', async () => {
      const store = await start()
      await insert(store, ...Array.from({ length: 1_234 }, (_, n) => aRow(n + 1)))
      const count = await store.read('inbound_messages').count<{ n: number }[]>({ n: '*' })
      expect(Number(count[0]?.n)).toBe(1_234)
    })

    test('a claimed row is given to one of many, oldest first, with the attempt counted', async () => {
      const daemons = await start.shared(4)
      const [store] = daemons
      if (store === undefined) expect.fail('no store')
      const uids = Array.from({ length: 60 }, (_, n) => n + 1)
      await insert(store, ...uids.map((uid) => aRow(uid)))
      const taken = await Promise.all(
        daemons.flatMap((daemon, n) => [1, 2, 3].map(() => claim(daemon, `daemon ${n}`, AT, 60))),
      )
      expect(ids(taken.flat()).toSorted((a, b) => a - b)).toEqual(uids)
      expect(taken.flat().every(({ attempts }) => attempts === 1)).toBe(true)
      expect(await claim(store, 'late')).toEqual([])
    })

    test('what a dead daemon held comes back: to itself at once, to others when the claim is over', async () => {
      const store = await start()
      await insert(store, aRow(1), aRow(2))
      await claim(store, 'dead', AT, 1)
      await claim(store, 'other', AT, 1)
      await store.transaction((tx) => releaseInbound(tx, 'dead', later(1), { giveBack: false }))
      expect(ids(await claim(store, 'dead', later(1)))).toEqual([1])
      expect(ids(await claim(store, 'third', later(6 * 60_000)))).toEqual([1, 2])
    })

    test.each([
      [8, 0],
      [9, 15_000],
      [10, 30_000],
      [14, 480_000],
      [15, 900_000],
      [40, 900_000],
    ])('at %i deaths it is left for %i ms', async (deaths, ms) => {
      const store = await start()
      await insert(store, aRow(1))
      await claim(store, 'dead', AT, 1)
      await store.transaction((tx) => tx('inbound_messages').update({ attempts: deaths }))
      await store.transaction((tx) => releaseInbound(tx, 'dead', AT, { giveBack: false }))
      const wish = { inboxIds: [1, 2], owner: 'dead' }
      expect(await nextInboundDue(store.read, wish)).toEqual(new Date(AT.getTime() + ms))
    })

    test('a fate is given once', async () => {
      const store = await start()
      await insert(store, aRow(1))
      const settle = (fate: Exclude<Fate, 'pending'>) =>
        store.transaction((tx) => settleInbound(tx, 1, { ...asTicket, fate }))
      expect(await Promise.all([settle('ticket'), settle('system')])).toEqual([true, false])
      expect(await findInbound(store.read, 1)).toMatchObject({
        fate: 'ticket',
        verdict: 'person',
        reasons: ['a new conversation'],
        evidence: { decision: 'open_ticket' },
      })
      expect(await nextInboundDue(store.read, { inboxIds: [1, 2], owner: 'a' })).toBeNull()
    })

    test('an attempt that the world spoiled is given back, and earlier reasons stay', async () => {
      const store = await start()
      await insert(store, aRow(1))
      await claim(store, 'a')
      const change = { owner: 'a', dueAt: AT, failed: false, reason: 'attempt 1: no space left' }
      const message = { id: 1, reasons: ['imported'] }
      await store.transaction((tx) => postponeInbound(tx, message, change))
      expect(await findInbound(store.read, 1)).toMatchObject({
        attempts: 0,
        failures: 0,
        reasons: ['imported', 'attempt 1: no space left'],
      })
    })

    test('what is in the hand of another daemon by now is not postponed', async () => {
      const store = await start()
      await insert(store, aRow(1))
      await claim(store, 'a')
      await claim(store, 'b', later(5 * 60_000))
      const change = { owner: 'a', dueAt: AT, failed: true, reason: 'attempt 1: crashed' }
      await store.transaction((tx) => postponeInbound(tx, { id: 1, reasons: [] }, change))
      const [row] = await store
        .read('inbound_messages')
        .select('lease_owner', 'attempts', 'failures')
      expect(row).toEqual({ lease_owner: 'b', attempts: 2, failures: 0 })
    })

    test('no more bytes are claimed at once than asked for, but for one message', async () => {
      const store = await start()
      await insert(store, aRow(1, { size: 60 }), aRow(2, { size: 90 }), aRow(3, { size: 1 }))
      const wish = { inboxIds: [1], owner: 'a', limit: 10, bytes: 100, at: AT }
      const next = () => store.transaction((tx) => claimInbound(tx, wish))
      expect([ids(await next()), ids(await next())]).toEqual([[1, 2], [3]])
    })

    test('what is in hand still is not claimed again when its claim has run out', async () => {
      const store = await start()
      await insert(store, aRow(1), aRow(2))
      await claim(store, 'a')
      const wish = { inboxIds: [1], owner: 'a', except: [1] }
      const at = later(5 * 60_000)
      expect(await nextInboundDue(store.read, wish)).toEqual(at)
      const again = await store.transaction((tx) => claimInbound(tx, { ...wish, limit: 10, at }))
      expect(ids(again)).toEqual([2])
      expect(await nextInboundDue(store.read, { ...wish, except: [1, 2] })).toBe(null)
    })

    test('mail of an inbox that this daemon does not serve is left alone', async () => {
      const store = await start()
      await insert(store, aRow(1))
      const claimed = await store.transaction((tx) =>
        claimInbound(tx, { inboxIds: [99], owner: 'a', limit: 10, at: AT }),
      )
      expect(claimed).toEqual([])
    })

    test('a postponed message is due later, and its failure is counted apart', async () => {
      const store = await start()
      await insert(store, aRow(1))
      await claim(store, 'a')
      const change = { owner: 'a', dueAt: later(500), failed: true, reason: 'attempt 1: crashed' }
      await store.transaction((tx) => postponeInbound(tx, { id: 1, reasons: [] }, change))
      expect(await claim(store, 'a', later(499))).toEqual([])
      expect(await nextInboundDue(store.read, { inboxIds: [1, 2], owner: 'a' })).toEqual(later(500))
      expect(await claim(store, 'a', later(500))).toMatchObject([{ attempts: 2, failures: 1 }])
    })

    const GENERATION = { uidValidity: 8, sha256: aRow(1).sha256 }
    const TWINS: readonly [what: string, later: Partial<NewInbound>, isTwin: boolean][] = [
      ['equal Message-ID and body', { messageId: 'm1@customer.test', bodyHash: 'b1' }, true],
      ['equal Message-ID, another body', { messageId: 'm1@customer.test' }, false],
      ['equal body, another Message-ID', { bodyHash: 'b1' }, false],
      ['equal bytes, no Message-ID', { messageId: null, sha256: aRow(1).sha256 }, false],
      ['equal bytes in a rebuilt folder', { messageId: null, ...GENERATION }, true],
    ]
    test.each(TWINS)('%s: a twin? (%#)', async (_what, more, isTwin) => {
      const store = await start()
      await insert(store, aRow(1), aRow(2, more))
      const second = (await findInbound(store.read, 2)) ?? expect.fail('no row')
      expect(await findTwin(store.read, second)).toBeNull()
      await store.transaction((tx) => settleInbound(tx, 1, asTicket))
      expect(await findTwin(store.read, second)).toBe(isTwin ? 1 : null)
    })

    test.each(TWINS)('%s, of words that were erased: a twin? (%#)', async (_what, more, isTwin) => {
      const store = await start()
      // The same bytes have the same Message-ID, or both have none.
      const nameless = more.messageId === null ? { messageId: null } : {}
      await insert(store, aRow(1, nameless), aRow(2, more))
      await store.transaction((tx) => settleInbound(tx, 1, asTicket))
      const ana = { id: 7, email: 'ana@customer.test' as Address }
      // Twice: a ticket of his may be somebody else's, too.
      for (let time = 0; time < 2; time += 1) {
        await store.transaction(async (tx) => {
          await tx('inbound_messages').where({ id: 1 }).update({ sender: ana.email })
          await eraseWords(tx, await findBelongings(tx, ana), AT)
        })
      }
      const first = await findInbound(store.read, 1)
      expect(first).toMatchObject({ messageId: null, bodyHash: null, sha256: null })
      const second = (await findInbound(store.read, 2)) ?? expect.fail('no row')
      expect(await findTwin(store.read, second)).toBe(isTwin ? 1 : null)
    })

    test('a list goes newest first, page by page, and filters by fate and Message-ID', async () => {
      const store = await start()
      await insert(store, ...[1, 2, 3, 4, 5].map((uid) => aRow(uid)))
      await store.transaction((tx) => settleInbound(tx, 3, asTicket))
      expect(ids(await listInbound(store.read, { limit: 2 }))).toEqual([5, 4])
      expect(ids(await listInbound(store.read, { limit: 2, beforeId: 4 }))).toEqual([3, 2])
      expect(ids(await listInbound(store.read, { limit: 9, fate: 'ticket' }))).toEqual([3])
      const messageId = 'm2@customer.test'
      expect(ids(await listInbound(store.read, { limit: 9, messageId }))).toEqual([2])
    })

    test('a cursor only moves forward, and each generation has its own', async () => {
      const store = await start()
      const cursor = { inboxId: 1, folder: 'INBOX', uidValidity: 7, backlogUid: 3, at: AT }
      for (const uidValidity of [7, 7, 4_294_967_295]) {
        await store.transaction((tx) => insertCursor(tx, { ...cursor, uidValidity }))
      }
      for (const uid of [5, 4, 4_294_967_295, 6]) {
        await store.transaction((tx) => advanceCursor(tx, 1, uid))
      }
      const cursors = await listCursors(store.read, 1, 'INBOX')
      expect(cursors.map(({ uidValidity, uid }) => [uidValidity, uid])).toEqual([
        [4_294_967_295, 0],
        [7, 4_294_967_295],
      ])
    })
  },
  migrated,
)
