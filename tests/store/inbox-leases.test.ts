/** Leases of inboxes between daemons with connections of their own. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { claimInbound, insertInbound, nextInboundDue } from '../../src/store/inbound-messages.ts'
import {
  holdsLease,
  orderLook,
  releaseLease,
  renewLease,
  takeLease,
} from '../../src/store/inbox-leases.ts'
import type { Store } from '../../src/store/open.ts'
import { onPostgres } from '../kit/databases.ts'
import { AT, migrated, stores } from './a-store.ts'

const LONG_MS = 60_000
const SHORT_MS = 150

const take = async (store: Store, owner: string, ms = LONG_MS) =>
  store.exclusively((tx) => takeLease(tx, { inboxId: 1, owner, ms }))

async function held(store: Store, owner: string, ms = LONG_MS) {
  const taken = await take(store, owner, ms)
  if (taken === null) throw new Error('not taken')
  return taken
}

describe('leases of inboxes', () => {
  const open = stores(onPostgres(migrated))

  test('of daemons that want an inbox at the same time one gets it', async () => {
    const all = await open.shared(4)
    const taken = await Promise.all(all.map((store, index) => take(store, `daemon ${index}`)))
    expect(taken.filter((one) => one !== null)).toHaveLength(1)
  })

  test('who is overtaken cannot renew, nor prove that it holds it', async () => {
    const store = await open()
    const first = await held(store, 'a', SHORT_MS)
    expect(await take(store, 'b')).toBe(null)
    await delay(SHORT_MS + 50)
    const second = await held(store, 'b')
    expect(second).toMatchObject({ deadOwner: 'a', lease: { epoch: first.lease.epoch + 1 } })
    expect(await store.exclusively((tx) => renewLease(tx, first.lease, LONG_MS))).toBe(null)
    expect(await store.transaction((tx) => holdsLease(tx, first.lease))).toBe(false)
    await store.exclusively((tx) => releaseLease(tx, first.lease))
    expect(await store.transaction((tx) => holdsLease(tx, second.lease))).toBe(true)
  })

  test('a heartbeat keeps it, however often others ask', async () => {
    const store = await open()
    const { lease } = await held(store, 'a', SHORT_MS)
    const renewed = await store.exclusively((tx) => renewLease(tx, lease, LONG_MS))
    expect(Math.abs((renewed?.now.getTime() ?? 0) - Date.now())).toBeLessThan(5_000)
    await delay(SHORT_MS + 50)
    expect(await take(store, 'b')).toBe(null)
  })

  test('a daemon that was started again has its own at once, as another holder', async () => {
    const store = await open()
    const before = await held(store, 'a')
    const after = await held(store, 'a')
    expect(after).toMatchObject({ deadOwner: null, lease: { epoch: before.lease.epoch + 1 } })
    expect(await store.transaction((tx) => holdsLease(tx, before.lease))).toBe(false)
  })

  test('one that is given back is free, and nobody died', async () => {
    const store = await open()
    const { lease } = await held(store, 'a')
    await store.exclusively((tx) => releaseLease(tx, lease))
    expect(await held(store, 'b')).toMatchObject({ deadOwner: null })
  })

  test('nobody takes it while its holder writes', async () => {
    const [a, b] = (await open.shared(2)) as [Store, Store]
    const { lease } = await held(a, 'a', SHORT_MS)
    const done: string[] = []
    const writing = a.transaction(async (tx) => {
      expect(await holdsLease(tx, lease)).toBe(true)
      await delay(3 * SHORT_MS)
      done.push('written')
    })
    await delay(2 * SHORT_MS)
    await held(b, 'b')
    done.push('taken')
    await writing
    expect(done).toEqual(['written', 'taken'])
  })

  test('looks that anybody orders reach the holder', async () => {
    const store = await open()
    const { lease } = await held(store, 'a')
    await store.transaction((tx) => orderLook(tx, 1))
    const renewed = await store.exclusively((tx) => renewLease(tx, lease, LONG_MS))
    expect(renewed?.looks).toBe(lease.looks + 1)
  })

  test('mail is taken in by the holder of its inbox, or by anybody when there is none', async () => {
    const store = await open()
    await store.transaction((tx) => insertInbound(tx, [1, 2].map(message), AT))
    const claim = (owner: string, limit = 10) =>
      store.transaction((tx) => claimInbound(tx, { inboxIds: [1], owner, limit, at: AT }))
    const due = (owner: string) => nextInboundDue(store.read, { inboxIds: [1], owner })
    const { lease } = await held(store, 'a')
    expect(await claim('b')).toEqual([])
    expect(await due('b')).toBe(null)
    expect(await due('a')).toEqual(AT)
    expect(await claim('a', 1)).toHaveLength(1)
    await store.exclusively((tx) => releaseLease(tx, lease))
    expect(await due('b')).toEqual(AT)
    expect(await claim('b')).toHaveLength(1)
  })

  test('one that lost an inbox and holds another is not dead', async () => {
    const store = await open()
    await store.transaction((tx) =>
      tx('inboxes').insert({ name: 'Sales', address: 'sales@acme.test', created_at: 0 }),
    )
    await held(store, 'a', SHORT_MS)
    await store.exclusively((tx) => takeLease(tx, { inboxId: 2, owner: 'a', ms: LONG_MS }))
    await delay(SHORT_MS + 50)
    expect(await held(store, 'b')).toMatchObject({ deadOwner: null })
  })

  test('a transaction that stands still loses its locks', async () => {
    const store = await open()
    const shown = await store.read.raw<{ rows: Record<string, string>[] }>(
      'show idle_in_transaction_session_timeout',
    )
    expect(shown.rows[0]).toEqual({ idle_in_transaction_session_timeout: '30s' })
  })
})

const message = (uid: number) => ({
  inboxId: 1,
  folder: 'INBOX',
  uidValidity: 1,
  uid,
  sha256: null,
  size: 1,
  messageId: null,
  bodyHash: null,
  internalAt: null,
  fate: 'pending' as const,
  reasons: [],
  duplicateOf: null,
  marked: 'none' as const,
})
