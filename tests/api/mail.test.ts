import { expect, test } from 'vitest'
import { insertInbound, type NewInbound, settleInbound } from '../../src/store/inbound-messages.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const SOURCE = Buffer.from('Subject: caf\xe9 \0\r\n\r\n<script>alert(1)</script>\r\n', 'latin1')

async function received(api: TestApi, count: number, change: Partial<NewInbound> = {}) {
  const { sha256, size } = await api.context.blobs.put(SOURCE)
  const messages = Array.from(
    { length: count },
    (_, n): NewInbound => ({
      inboxId: api.inboxes[0]?.id ?? 0,
      folder: 'INBOX',
      uidValidity: 3_000_000_000,
      uid: n + 1,
      sha256,
      size: size + 7,
      messageId: `m${n + 1}@example.org`,
      bodyHash: null,
      internalAt: null,
      fate: 'pending',
      reasons: [],
      duplicateOf: null,
      marked: 'none',
      ...change,
    }),
  )
  await api.store.transaction((tx) => insertInbound(tx, messages, api.clock.at))
}

eachDatabase(
  'the ledger over HTTP',
  (fresh) => {
    const start = apiStarter(fresh)

    test('shows every message with its fate, newest first', async () => {
      const api = await start()
      await received(api, 5)
      await api.store.transaction((tx) =>
        settleInbound(tx, 2, {
          fate: 'system',
          verdict: 'bounce',
          reasons: ['it is a delivery report'],
          evidence: {},
          sender: null,
          ticketId: null,
          commentId: null,
          duplicateOf: null,
        }),
      )
      const all = await api.bruno.all('/api/v1/inbound', 2)
      expect(all.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1])
      expect(all[3]).toEqual({
        id: 2,
        inbox: 'Support',
        folder: 'INBOX',
        uidvalidity: 3_000_000_000,
        uid: 2,
        message_id: 'm2@example.org',
        sender: null,
        size: SOURCE.length + 7,
        received_at: '2026-03-01T10:00:00.000Z',
        fate: 'system',
        verdict: 'bounce',
        reasons: ['it is a delivery report'],
        ticket_id: null,
        comment_id: null,
        attempts: 0,
      })
      expect((await api.bruno.get('/api/v1/inbound/2')).body).toEqual({ ...all[3], evidence: {} })
      const found = async (query: string) =>
        (await api.bruno.all(`/api/v1/inbound?${query}`)).map(({ id }) => id)
      expect(await found('fate=system')).toEqual([2])
      expect(await found('fate=pending')).toEqual([5, 4, 3, 1])
      expect(await found('message_id=m3@example.org')).toEqual([3])
      expect(await found(`message_id=${encodeURIComponent('<m3@example.org>')}`)).toEqual([3])
      expect((await api.bruno.get('/api/v1/inbound?fate=lost')).status).toBe(400)
    })

    test('hands out the exact bytes, which no browser will run', async () => {
      const api = await start()
      await received(api, 1)
      const { token } = await api.tokenFor({ email: 'bruno@staff.test' })
      const response = await fetch(`${api.url}/api/v1/inbound/1/source`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(Buffer.from(await response.arrayBuffer()).equals(SOURCE)).toBe(true)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'message/rfc822',
        'content-disposition': 'attachment; filename="message-1.eml"',
        'content-security-policy': `default-src 'none'; sandbox`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      expect((await api.bruno.send('HEAD', '/api/v1/inbound/1/source')).status).toBe(200)
    })

    test('has no source where none was fetched, and says of one that should be there that it is gone', async () => {
      const api = await start()
      await received(api, 1, { sha256: null, fate: 'ignored' })
      await received(api, 1, { sha256: 'a'.repeat(64), uid: 2 })
      const statuses = []
      for (const id of [1, 2, 3]) {
        statuses.push((await api.bruno.get(`/api/v1/inbound/${id}/source`)).status)
      }
      expect(statuses).toEqual([404, 410, 404])
      expect(api.failures).toEqual([])
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'the outbox over HTTP',
  (fresh) => {
    const start = apiStarter(fresh)

    test('shows what we owe to whom', async () => {
      const { ana, bruno } = await start()
      await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await ana.post('/api/v1/tickets', { subject: 'Mouse', text: 'It bites.' })
      await bruno.post('/api/v1/tickets/1/comments', { text: 'Water?' })
      const all = await bruno.all('/api/v1/outbox', 2)
      expect(all.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1])
      expect(all[0]).toEqual({
        id: 5,
        ticket_id: 1,
        comment_id: 3,
        kind: 'reply',
        message_id: expect.stringMatching(/^[\w.]+@desk\.test$/),
        to: 'ana@customers.test',
        outcome: 'queued',
        attempts: 0,
        next_attempt_at: '2026-03-01T10:00:00.000Z',
        detail: null,
      })
      const found = async (query: string) =>
        (await bruno.all(`/api/v1/outbox?${query}`)).map(({ kind, ticket_id }) => [kind, ticket_id])
      expect(await found('outcome=discarded')).toEqual([['acknowledgement', 1]])
      expect(await found('kind=reply')).toEqual([['reply', 1]])
      expect(await found('ticket=2&kind=acknowledgement')).toEqual([['acknowledgement', 2]])
      expect(await found('ticket=9')).toEqual([])
      expect((await bruno.get('/api/v1/outbox?outcome=lost')).status).toBe(400)
      expect((await bruno.get('/api/v1/outbox?ticket=abc')).status).toBe(400)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'inboxes, counts and oneself over HTTP',
  (fresh) => {
    const start = apiStarter(fresh)

    test('an inbox shows how its connections are right now', async () => {
      const api = await start()
      await received(api, 3)
      const at = new Date('2026-03-01T09:00:00Z')
      const retry = new Date('2026-03-01T09:00:30Z')
      api.health.succeeded('Support', 'imap', at)
      api.health.failed('Support', 'smtp', { error: 'connection refused', nextRetryAt: retry }, at)
      expect((await api.bruno.get('/api/v1/inboxes')).body).toEqual({
        data: [
          {
            id: api.inboxes[0]?.id,
            name: 'Support',
            address: 'support@desk.test',
            paused_at: null,
            imap: {
              state: 'connected',
              since: at.toISOString(),
              last_success_at: at.toISOString(),
              error: null,
              next_retry_at: null,
            },
            smtp: {
              state: 'error',
              since: at.toISOString(),
              last_success_at: null,
              error: 'connection refused',
              next_retry_at: retry.toISOString(),
            },
            pending: 3,
          },
        ],
        page: { next_cursor: null, has_more: false },
      })
    })

    test('counts are of the tickets one may see', async () => {
      const { ana, bruno, mallory, users, clock } = await start()
      const open = (body: object) =>
        bruno.post('/api/v1/tickets', { subject: 'x', text: 'x', ...body })
      const requester = { email: 'ana@customers.test' }
      await open({ requester, priority: 'high', category: 'Hardware' })
      clock.at = new Date(clock.at.getTime() + 60_000)
      await open({ requester, priority: 'urgent' })
      await open({ priority: 'low', category: 'Software' })
      await bruno.put('/api/v1/tickets/3/status', { status: 'resolved' })
      await bruno.put('/api/v1/tickets/2/assignee', { assignee: users.bruno.id })
      clock.at = new Date(clock.at.getTime() + 1_500)
      expect((await bruno.get('/api/v1/stats')).body).toEqual({
        total: 3,
        by_status: { open: 2, in_progress: 0, pending: 0, resolved: 1, closed: 0 },
        by_category: { Hardware: 1, Software: 1, General: 0, none: 1 },
        open: 2,
        resolved: 1,
        high_priority: 2,
        unassigned: 2,
        mine: 1,
        open_mine: 1,
        open_unassigned: 1,
        oldest_waiting_s: 61,
      })
      expect((await ana.get('/api/v1/stats')).body).toMatchObject({
        total: 2,
        by_status: { open: 2, resolved: 0 },
        mine: 0,
      })
      expect((await mallory.get('/api/v1/stats')).body).toMatchObject({
        total: 0,
        oldest_waiting_s: null,
      })
      await bruno.post('/api/v1/tickets/1/comments', { text: 'Water?' })
      expect((await bruno.get('/api/v1/stats')).body).toMatchObject({ oldest_waiting_s: 1 })
    })

    test('one learns who one is', async () => {
      const { carla, users } = await start()
      expect((await carla.get('/api/v1/me')).body).toEqual({
        id: users.carla.id,
        email: 'carla@staff.test',
        name: 'Carla',
        role: 'admin',
        state: 'active',
        locale: null,
        created_at: '2026-03-01T10:00:00.000Z',
        last_login_at: null,
      })
    })
  },
  { prepare: migrated },
)
