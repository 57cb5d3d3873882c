import { expect, test } from 'vitest'
import { connectionTeller } from '../../src/desk/tell-connections.ts'
import { Health } from '../../src/health.ts'
import { listEvents } from '../../src/store/events.ts'
import type { Inbox } from '../../src/ticket/inbox.ts'
import { eachDatabase } from '../kit/databases.ts'
import { AT, later, migrated, stores } from '../store/a-store.ts'

const INBOXES = [{ id: 1, name: 'Support' }] as unknown as readonly Inbox[]

eachDatabase(
  'the connections of an inbox',
  (fresh) => {
    const open = stores(fresh)

    test('are told of when their state changes, in order, and never why', async () => {
      const store = await open()
      const failures: unknown[] = []
      const tell = connectionTeller({ store, inboxes: INBOXES, failed: (e) => failures.push(e) })
      const health = new Health(tell)
      health.connecting('Support', 'imap', AT)
      health.succeeded('Support', 'imap', later(1))
      health.succeeded('Support', 'imap', later(2))
      health.failed(
        'Support',
        'imap',
        { error: 'ana@acme.test was refused', nextRetryAt: later(99) },
        later(3),
      )
      health.connecting('Support', 'imap', later(4))
      health.failed('Support', 'imap', { error: 'still', nextRetryAt: later(99) }, later(5))
      health.succeeded('Support', 'imap', later(6))
      health.succeeded('Support', 'smtp', later(7))
      health.succeeded('Nobody', 'smtp', later(8))
      const told = async () => listEvents(store.read, { ticketId: null, afterId: 0, limit: 99 })
      await expect.poll(async () => (await told()).length).toBe(4)
      const events = await told()
      expect(events.map(({ type }) => type)).toEqual(Array(4).fill('inbox.changed'))
      expect(events.map(({ data }) => data)).toEqual([
        { inbox_id: 1, connection: 'imap', from: 'connecting', to: 'connected' },
        { inbox_id: 1, connection: 'imap', from: 'connected', to: 'error' },
        { inbox_id: 1, connection: 'imap', from: 'error', to: 'connected' },
        { inbox_id: 1, connection: 'smtp', from: null, to: 'connected' },
      ])
      expect(failures).toEqual([])
    })

    test('work on when the event cannot be written', async () => {
      const failures: unknown[] = []
      const broken = { transaction: () => Promise.reject(new Error('disk full')) }
      const tell = connectionTeller({
        store: broken,
        inboxes: INBOXES,
        failed: (err) => failures.push(err),
      })
      const health = new Health(tell)
      health.succeeded('Support', 'imap', AT)
      await expect.poll(() => failures.length).toBe(1)
      expect(health.of('Support', 'imap')?.state).toBe('connected')
    })
  },
  migrated,
)
