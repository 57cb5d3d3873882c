import { expect, test } from 'vitest'
import { TicketIndexer } from '../../src/desk/index-tickets.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const HOUR_MS = 3_600_000

const open = async (client: Client, more: object = {}) =>
  expect((await client.post(TICKETS, { subject: 'x', text: 'x', ...more })).status).toBe(201)

const go = (api: TestApi, iso: string) => {
  api.clock.at = new Date(iso)
}

/** Three tickets of two days; the first was answered after an hour and resolved after a day. */
async function story(api: TestApi): Promise<void> {
  const { ana, bruno } = api
  await open(ana)
  go(api, '2026-03-01T11:00:00Z')
  await bruno.post(`${TICKETS}/1/comments`, { text: 'an answer' })
  await open(bruno, { author: 'me', requester: { email: 'lena@example.org' } })
  await bruno.post(`${TICKETS}/2/comments`, { text: 'and another thing' })
  go(api, '2026-03-02T10:00:00Z')
  await bruno.put(`${TICKETS}/1/status`, { status: 'resolved' })
  await open(ana)
}

eachDatabase(
  'stats over time',
  (fresh) => {
    const start = apiStarter(fresh)

    test('tell what came, what was done, and what was left, day by day', async () => {
      const api = await start()
      await story(api)
      const { bruno } = api
      const { body } = await bruno.get('/api/v1/stats/timeseries?from=2026-02-28&to=2026-03-03')
      expect(body).toEqual({
        from: '2026-02-28',
        to: '2026-03-03',
        data: [
          { day: '2026-02-28', created: 0, resolved: 0, backlog: 0 },
          { day: '2026-03-01', created: 2, resolved: 0, backlog: 2 },
          { day: '2026-03-02', created: 1, resolved: 1, backlog: 2 },
          { day: '2026-03-03', created: 0, resolved: 0, backlog: 2 },
        ],
      })
      const { body: last } = await bruno.get('/api/v1/stats/timeseries')
      expect(last.data).toHaveLength(30)
      expect(last.data?.at(-1)).toMatchObject({ day: '2026-03-02', backlog: 2 })
      const { body: later } = await bruno.get(
        '/api/v1/stats/timeseries?from=2026-03-03&to=2026-03-03&inbox=support',
      )
      expect(later.data).toEqual([{ day: '2026-03-03', created: 0, resolved: 0, backlog: 2 }])
      await bruno.put(`${TICKETS}/1/status`, { status: 'open' })
      const { body: reopened } = await bruno.get('/api/v1/stats/timeseries?from=2026-03-02')
      expect(reopened.data).toMatchObject([{ resolved: 0, backlog: 3 }])
    })

    test('tell how long answers took', async () => {
      const api = await start()
      await story(api)
      const path = '/api/v1/stats/response-times?from=2026-03-01&to=2026-03-02'
      const { body } = await api.bruno.get(`${path}&interval=all&percentiles=50,95`)
      const [all] = body.data ?? []
      // What we opened ourselves was no answer.
      expect(all).toMatchObject({
        from: '2026-03-01',
        first_response_count: 1,
        resolution_count: 1,
      })
      const near = (value: unknown, ms: number) =>
        expect(Math.abs(Number(value) * 1000 - ms) / ms).toBeLessThan(0.1)
      near(all?.['first_response_p50_s'], HOUR_MS)
      near(all?.['first_response_p95_s'], HOUR_MS)
      near(all?.['resolution_p95_s'], 24 * HOUR_MS)
      const { body: days } = await api.bruno.get(`${path}&interval=day`)
      expect(days.data).toMatchObject([
        {
          from: '2026-03-01',
          first_response_count: 1,
          resolution_count: 0,
          resolution_p50_s: null,
        },
        { from: '2026-03-02', first_response_count: 0, resolution_count: 1 },
      ])
      const { body: weeks } = await api.bruno.get(path)
      expect(weeks.data?.map(({ from }) => from)).toEqual(['2026-02-23', '2026-03-02'])
    })

    test('tell at which hours of the week tickets come in, by the clock of the inbox', async () => {
      // Chatham is 13 hours and 45 minutes ahead: 10:00 on Sunday in UTC is 23:45 there.
      const server = { host: '127.0.0.1', port: 1, tls: 'none', user: 'a', password: 'b' }
      const inbox = { name: 'Support', address: 'support@desk.test', imap: server, smtp: server }
      const api = await start({ inboxes: [{ ...inbox, time_zone: 'Pacific/Chatham' }] })
      await api.ana.post(TICKETS, { subject: 'a', text: 'a' })
      api.clock.at = new Date('2026-03-01T10:20:00Z')
      await api.ana.post(TICKETS, { subject: 'b', text: 'b' })
      await api.ana.post(TICKETS, { subject: 'c', text: 'c' })
      const path = '/api/v1/stats/hours'
      const { body } = await api.bruno.get(`${path}?from=2026-03-01&to=2026-03-02`)
      expect(body['time_zone']).toBe('Pacific/Chatham')
      expect(body.data).toHaveLength(168)
      const some = body.data?.filter(({ created }) => created !== 0)
      expect(some).toEqual([
        { weekday: 1, hour: 0, created: 2 },
        { weekday: 7, hour: 23, created: 1 },
      ])
      const sunday = await api.bruno.get(`${path}?from=2026-03-01&to=2026-03-01`)
      const counts = sunday.body.data?.map(({ created }) => Number(created)) ?? []
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1)
      const csv = await api.bruno.get(`${path}.csv?from=2026-03-01`)
      expect(csv.body).toMatch(/^weekday,hour,created\r\n1,0,2\r\n/)
      expect((await api.bruno.get(`${path}?from=2025-01-01&to=2026-03-01`)).status).toBe(400)
    })

    test('come as CSV for who asks', async () => {
      const api = await start()
      await story(api)
      const csv = 'day,created,resolved,backlog\r\n2026-03-01,2,0,2\r\n2026-03-02,1,1,2\r\n'
      const series = '/api/v1/stats/timeseries'
      const byName = await api.bruno.get(`${series}.csv?from=2026-03-01`)
      expect([byName.body, byName.headers.get('content-type')]).toEqual([
        csv,
        'text/csv; charset=utf-8; header=present',
      ])
      const accept = { accept: 'text/csv' }
      expect((await api.bruno.get(`${series}?from=2026-03-01`, accept)).body).toBe(csv)
    })

    test('are refused for spans that mean nothing, and to customers', async () => {
      const { ana, bruno, failures } = await start()
      for (const query of [
        'from=2026-02-30x',
        'from=2026-02-30',
        'from=tomorrow',
        'from=2026-03-05&to=2026-03-01',
        'from=1970-01-01',
        'inbox=Sales',
        'metric=created',
        'from=2026-13-01',
      ]) {
        const { status } = await bruno.get(`/api/v1/stats/timeseries?${query}`)
        expect([query, status]).toEqual([query, 400])
      }
      for (const query of ['percentiles=0', 'percentiles=a', 'percentiles=100', 'interval=hour']) {
        const { status } = await bruno.get(`/api/v1/stats/response-times?${query}`)
        expect([query, status]).toEqual([query, 400])
      }
      expect((await ana.get('/api/v1/stats/timeseries')).status).toBe(403)
      expect(failures).toEqual([])
    })

    test('stay right whatever happens to tickets, with several daemons', async () => {
      const { ana, bruno, carla, store, inboxes } = await start()
      const indexers = [1, 2, 3].map(() => new TicketIndexer({ store, inboxes }))
      const turns = async () => Promise.all(indexers.map((indexer) => indexer.turn()))
      for (let n = 1; n <= 20; n += 1) {
        await open(n % 3 === 0 ? bruno : ana, { priority: n % 2 === 0 ? 'high' : 'low' })
        if (n % 4 === 0) await turns()
      }
      await Promise.all([
        bruno.post(`${TICKETS}/bulk`, { ids: [1, 2, 3, 4], patch: { status: 'resolved' } }),
        bruno.post(`${TICKETS}/bulk`, { ids: [3, 4, 5], patch: { assignee: 'me' } }),
        carla.send('DELETE', `${TICKETS}/6`),
        turns(),
      ])
      await carla.send('DELETE', `${TICKETS}/7`)
      await turns()
      await carla.send('DELETE', `${TICKETS}/7?purge=true`)
      await bruno.put(`${TICKETS}/1/status`, { status: 'open' })
      await carla.post(`${TICKETS}/6/restore`, undefined)
      const { body } = await bruno.get('/api/v1/stats')
      expect(body).toMatchObject({
        total: 19,
        by_status: { open: 16, resolved: 3 },
        high_priority: 10,
        unassigned: 16,
        mine: 3,
        resolved: 3,
      })
      // Counted from nothing it is the same.
      await store.transaction(async (tx) => {
        for (const table of ['counted_tickets', 'ticket_tallies', 'daily_counts', 'daily_times']) {
          await tx(table).del()
        }
        await tx('index_progress').update({ tickets_below: 100 })
      })
      for (let n = 0; n < 3; n += 1) await turns()
      expect((await bruno.get('/api/v1/stats')).body).toEqual(body)
    })
  },
  { prepare: migrated },
)
