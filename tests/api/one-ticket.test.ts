/** GET /tickets/{id} and its status. */
import { describe, expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { TICKETS, opened } from './complaint.ts'
import { migrated } from './desk-context.ts'

describe('one ticket', () => {
  eachDatabase(
    'by its number',
    (fresh) => {
      const start = apiStarter(fresh)

      test('bad input 160: is not there under anything that is no number', async () => {
        const { bruno, failures } = await start()
        await opened(bruno)
        const ids = [
          '0',
          '-1',
          '1e3',
          '1.5',
          '01',
          '2',
          'abc',
          '%00',
          '%zz',
          '%31%00',
          '+1',
          '1%20',
        ]
        for (const id of [...ids, '2147483648', '9007199254740993', 'x'.repeat(10_000)]) {
          const { status, body } = await bruno.get(`${TICKETS}/${id}`)
          expect([id, status, body.code]).toEqual([id, 404, 'not-found'])
        }
        expect(failures).toEqual([])
      })

      test('is found related in both directions, by agents only', async () => {
        const { ana, bruno, store } = await start()
        await opened(ana)
        await opened(ana)
        await store.transaction((tx) =>
          tx('ticket_links').insert({ ticket_id: 2, related_id: 1, reason: 'tag', created_at: 1 }),
        )
        expect((await bruno.get(`${TICKETS}/1`)).body['related']).toEqual([2])
        expect((await bruno.get(`${TICKETS}/2`)).body['related']).toEqual([1])
        expect((await ana.get(`${TICKETS}/2`)).body['related']).toEqual([])
      })
    },
    { prepare: migrated },
  )
})

eachDatabase(
  'the status of a ticket',
  (fresh) => {
    const start = apiStarter(fresh)
    const STATUS = `${TICKETS}/1/status`

    test('moves along the lifecycle and answers with the ticket', async () => {
      const { bruno } = await start()
      await opened(bruno)
      const { status, body } = await bruno.put(STATUS, { status: 'In Progress' })
      expect(status).toBe(200)
      expect(body).toMatchObject({ status: 'in_progress', status_label: 'In progress', version: 2 })
      const closed = await bruno.put(STATUS, { status: 'closed' })
      expect(closed.body).toMatchObject({
        status: 'closed',
        status_category: 'closed',
        allowed_statuses: [],
        closed_at: '2026-03-01T10:00:00.000Z',
      })
    })

    test('stays without an event when it is the same', async () => {
      const { bruno } = await start()
      await opened(bruno)
      const { status, body } = await bruno.put(STATUS, { status: 'new' })
      expect([status, body['status'], body['version']]).toEqual([200, 'open', 1])
      const events = await bruno.all(`${TICKETS}/1/events`)
      expect(events.map(({ type }) => type)).toEqual(['ticket.created', 'comment.created'])
    })

    test('bad input 161: refuses what it does not know, and steps that are none', async () => {
      const { bruno } = await start()
      await opened(bruno)
      expect(await bruno.put(STATUS, { status: 'lost' })).toMatchObject({
        status: 422,
        body: {
          code: 'unknown-status',
          accepted: ['open', 'in_progress', 'pending', 'resolved', 'closed'],
        },
      })
      await bruno.put(STATUS, { status: 'closed' })
      expect(await bruno.put(STATUS, { status: 'open' })).toMatchObject({
        status: 409,
        body: { code: 'status-transition-not-allowed', current: 'closed', allowed: [] },
      })
      expect((await bruno.put(STATUS, {})).status).toBe(422)
      expect((await bruno.put(STATUS, { status: null })).status).toBe(422)
      expect((await bruno.put(`${TICKETS}/2/status`, { status: 'open' })).status).toBe(404)
    })

    test('bad input 161: refuses who has seen an older version', async () => {
      const { bruno } = await start()
      await opened(bruno)
      const seen = { 'if-match': '"v1"' }
      expect((await bruno.put(STATUS, { status: 'wip' }, seen)).status).toBe(200)
      const stale = await bruno.put(STATUS, { status: 'closed' }, seen)
      expect(stale).toMatchObject({
        status: 412,
        body: { code: 'stale-version', current: { status: 'in_progress', version: 2 } },
      })
      const fresher = { 'if-match': String(stale.headers.get('etag')) }
      expect((await bruno.put(STATUS, { status: 'closed' }, fresher)).status).toBe(200)
    })

    test('bad input 162: survives a hundred writers at once', async () => {
      const { bruno, failures } = await start()
      await opened(bruno)
      const words = ['open', 'in_progress', 'pending', 'resolved']
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, n) => bruno.put(STATUS, { status: words[n % 4] })),
      )
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
      expect(failures).toEqual([])
      // No lost update: every move has its event, and the events follow each other.
      const events = await bruno.all(`${TICKETS}/1/events`)
      const moves = events.filter(({ type }) => type === 'ticket.status_changed')
      const { body } = await bruno.get(`${TICKETS}/1`)
      expect(body['version']).toBe(1 + moves.length)
      let at = 'open'
      for (const { data } of moves) {
        const { from, to } = data as unknown as { from: string; to: string }
        expect(from).toBe(at)
        at = to
      }
      expect(body['status']).toBe(at)
    })

    test('can be closed by its customer, and not otherwise moved', async () => {
      const { ana, mallory } = await start()
      await opened(ana, { participants: ['mallory@strangers.test'] })
      expect((await mallory.put(STATUS, { status: 'closed' })).body.code).toBe('forbidden')
      expect((await ana.put(STATUS, { status: 'pending' })).body.code).toBe('forbidden')
      expect((await ana.put(STATUS, { status: 'closed' })).body).toMatchObject({ status: 'closed' })
    })
  },
  { prepare: migrated },
)
