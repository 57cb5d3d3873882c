import { expect, test } from 'vitest'
import { insertInbound, type NewInbound, settleInbound } from '../../src/store/inbound-messages.ts'
import type { Outcome } from '../../src/store/outbox.ts'
import { tooLarge } from '../../src/ticket/not-whole.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const SOURCE = Buffer.from('Subject: Hello\r\n\r\nHello.\r\n')

/** Message 1 with this fate. */
async function settled(
  api: TestApi,
  fate: 'quarantined' | 'system' | 'ticket' | 'comment' | 'ignored',
  more: {
    sha256?: null
    commentId?: number
    evidence?: Record<string, unknown>
    reason?: string
  } = {},
): Promise<void> {
  const { sha256, size } = await api.context.blobs.put(SOURCE)
  const message: NewInbound = {
    inboxId: api.inboxes[0]?.id ?? 0,
    folder: 'INBOX',
    uidValidity: 1,
    uid: 1,
    sha256: more.sha256 === null ? null : sha256,
    size,
    messageId: 'm@example.org',
    bodyHash: null,
    internalAt: null,
    fate: 'pending',
    reasons: [],
    duplicateOf: null,
    marked: 'none',
  }
  await api.store.transaction(async (tx) => {
    await insertInbound(tx, [message], api.clock.at)
    await settleInbound(tx, 1, {
      fate,
      verdict: 'spam',
      reasons: [more.reason ?? 'marked as spam'],
      evidence: more.evidence ?? {},
      sender: null,
      ticketId: null,
      commentId: more.commentId ?? null,
      duplicateOf: null,
    })
  })
}

const INBOUND = '/api/v1/inbound/1'

eachDatabase(
  'orders about messages that came in',
  (fresh) => {
    const start = apiStarter(fresh)

    test.each(['quarantined', 'ignored', 'system'] as const)(
      'what is %s waits again when it is reprocessed, and intake is told',
      async (fate) => {
        const api = await start()
        await settled(api, fate)
        const { status, body } = await api.bruno.post(`${INBOUND}/reprocess`, undefined)
        expect(status).toBe(200)
        expect(body).toMatchObject({
          id: 1,
          inbox: 'Support',
          fate: 'pending',
          reasons: [`put back by user ${api.users.bruno.id}`],
          attempts: 0,
        })
        expect((await api.bruno.get(INBOUND)).body).toEqual({ ...body, evidence: {} })
        expect(api.arrivals()).toBe(1)
        // Intake has it now.
        expect(await api.bruno.post(`${INBOUND}/reprocess`, undefined)).toMatchObject({
          status: 409,
          body: { code: 'fate-not-allowed', current: 'pending' },
        })
      },
    )

    test('of two who say so at the same time one is told that he was late', async () => {
      const api = await start()
      await settled(api, 'quarantined')
      const both = await Promise.all([
        api.bruno.post(`${INBOUND}/discard`, undefined),
        api.carla.post(`${INBOUND}/discard`, undefined),
      ])
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    })

    test('what became a ticket or a comment cannot be decided again', async () => {
      for (const [fate, more, code] of [
        ['ticket', { commentId: 7 }, 'fate-not-allowed'],
        ['comment', { commentId: 7 }, 'fate-not-allowed'],
        // A message nobody could read has a ticket that says so.
        ['quarantined', { commentId: 7 }, 'already-done'],
        // An agent's commands were executed.
        ['system', { evidence: { decision: 'add_comment' } }, 'already-done'],
      ] as const) {
        const api = await start()
        await settled(api, fate, more)
        for (const verb of ['reprocess', 'release']) {
          const { status, body } = await api.bruno.post(`${INBOUND}/${verb}`, undefined)
          expect([fate, verb, status, body.code]).toEqual([fate, verb, 409, code])
        }
      }
    })

    test('a message that was never fetched has nothing to decide about', async () => {
      const api = await start()
      await settled(api, 'ignored', { sha256: null })
      for (const verb of ['reprocess', 'release']) {
        const answer = await api.bruno.post(`${INBOUND}/${verb}`, undefined)
        expect(answer).toMatchObject({ status: 409, body: { code: 'source-missing' } })
      }
    })

    test('what is here as a whole, or became nothing, is not fetched once more', async () => {
      for (const [more, code] of [
        [{ commentId: 7 }, 'already-whole'],
        [{ reason: tooLarge(90_000_000) }, 'no-ticket'],
      ] as const) {
        const api = await start()
        await settled(api, 'system', more)
        const answer = await api.bruno.post(`${INBOUND}/fetch`, undefined)
        expect(answer).toMatchObject({ status: 409, body: { code } })
      }
    })

    test('it is released to a ticket that is there and takes comments', async () => {
      const api = await start()
      await settled(api, 'quarantined')
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.bruno.post('/api/v1/tickets', { subject: 'Mouse', text: 'It bites.' })
      await api.bruno.put('/api/v1/tickets/2/status', { status: 'closed' })
      const release = (body: unknown) => api.bruno.post(`${INBOUND}/release`, body)
      expect(await release({ ticket: 9 })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/ticket', code: 'unknown_ticket' }] },
      })
      expect(await release({ ticket: 2 })).toMatchObject({
        status: 409,
        body: { code: 'ticket-closed' },
      })
      expect(await release({ tickets: [1] })).toMatchObject({ status: 422 })
      expect(await release({ ticket: 1 })).toMatchObject({ status: 200, body: { fate: 'pending' } })
      expect(await api.store.read('inbound_messages').first()).toMatchObject({
        released_by: api.users.bruno.id,
        released_into: 1,
      })
    })

    test('what is discarded is kept with its source, and can be taken up again', async () => {
      const api = await start()
      await settled(api, 'quarantined')
      expect(await api.bruno.post(`${INBOUND}/discard`, undefined)).toMatchObject({
        status: 200,
        body: {
          fate: 'ignored',
          reasons: [`discarded by user ${api.users.bruno.id}`, 'marked as spam'],
        },
      })
      expect((await api.bruno.get(`${INBOUND}/source`)).status).toBe(200)
      expect((await api.bruno.post(`${INBOUND}/discard`, undefined)).status).toBe(409)
      expect((await api.bruno.post(`${INBOUND}/reprocess`, undefined)).status).toBe(200)
    })

    test('each order is an event', async () => {
      const api = await start()
      await settled(api, 'quarantined')
      await api.bruno.post(`${INBOUND}/discard`, undefined)
      expect(await api.store.read('events').select('type', 'actor_id', 'data')).toEqual([
        {
          type: 'inbox.changed',
          actor_id: api.users.bruno.id,
          data: JSON.stringify({
            inbox_id: api.inboxes[0]?.id,
            inbound_id: 1,
            fate: 'ignored',
          }),
        },
      ])
    })
  },
  { prepare: migrated },
)

/** From which outcome each order leads where. */
const ORDERS: Readonly<Record<string, Partial<Record<Outcome, Outcome>>>> = {
  retry: { failed: 'queued', uncertain: 'queued', bounced: 'queued' },
  release: { held: 'queued' },
  discard: {
    held: 'discarded',
    queued: 'discarded',
    failed: 'discarded',
    uncertain: 'discarded',
  },
}

const ALL: readonly Outcome[] = [
  'held',
  'queued',
  'sending',
  'ending',
  'sent',
  'failed',
  'bounced',
  'suppressed',
  'uncertain',
  'discarded',
]

eachDatabase(
  'orders about mail that we owe',
  (fresh) => {
    const start = apiStarter(fresh)

    test.each(Object.keys(ORDERS))('%s leads where the table says, or is refused', async (verb) => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const path = `/api/v1/outbox/1/${verb}`
      for (const outcome of ALL) {
        const change = { outcome, attempts: 3, due_at: null }
        await api.store.transaction((tx) => tx('outbox').where({ id: 1 }).update(change))
        const { status, body } = await api.bruno.post(path, undefined)
        const to = ORDERS[verb]?.[outcome]
        if (to === undefined) {
          expect([outcome, status, body]).toMatchObject([
            outcome,
            409,
            { code: 'outcome-not-allowed', current: outcome },
          ])
          continue
        }
        expect([outcome, status, body]).toMatchObject([
          outcome,
          200,
          {
            id: 1,
            outcome: to,
            attempts: 3,
            next_attempt_at: to === 'queued' ? api.clock.at.toISOString() : null,
          },
        ])
        expect((await api.bruno.get('/api/v1/outbox')).body.data?.at(-1)).toEqual(body)
      }
    })

    test('the senders are told, and the ticket has an event of it', async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.bruno.post('/api/v1/tickets/1/comments', { text: 'Water?' })
      const failed = { outcome: 'failed', detail: '550 no such user' }
      const [row] = (await api.bruno.get('/api/v1/outbox?kind=reply')).body.data ?? []
      await api.store.transaction((tx) =>
        tx('outbox')
          .where({ id: row?.id ?? 0 })
          .update(failed),
      )
      const rings = api.rings()
      await api.bruno.post(`/api/v1/outbox/${row?.id}/retry`, undefined)
      expect(api.rings()).toBe(rings + 1)
      expect((await api.bruno.all('/api/v1/tickets/1/events')).at(-1)).toMatchObject({
        type: 'delivery.changed',
        comment_id: 2,
        actor: { type: 'user', id: api.users.bruno.id },
        data: { outbox_id: row?.id, outcome: 'queued' },
      })
    })

    test('a mail that is not there is not there', async () => {
      const api = await start()
      for (const verb of Object.keys(ORDERS)) {
        expect((await api.bruno.post(`/api/v1/outbox/9/${verb}`, undefined)).status).toBe(404)
      }
    })
  },
  { prepare: migrated },
)
