import { expect, test } from 'vitest'
import { EventFeed } from '../../src/api/event-feed.ts'
import { eventStream } from '../../src/api/event-stream.ts'
import { eventsOf as logEvents } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { insertEvents } from '../../src/store/events.ts'
import { openStore } from '../../src/store/open.ts'
import { forgetEvents } from '../../src/store/retention.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'
import { type EventsClient, eventsOf } from './events-client.ts'

const TICKETS = '/api/v1/tickets'
const COMMENTS = `${TICKETS}/1/comments`
const open = (client: Client, body: object = {}) =>
  client.post(TICKETS, { subject: 'Printer', text: 'It burns.', ...body })

const typesOf = async (client: EventsClient, count: number): Promise<unknown[]> =>
  (await client.next(count)).map(({ event }) => event)

eachDatabase(
  'the stream of events',
  (fresh) => {
    const start = apiStarter(fresh)

    test('tells at once what happens, with the number, the name and the ids of it', async () => {
      const { ana, bruno, users } = await start()
      await open(ana)
      const stream = await eventsOf(bruno)
      expect(Object.fromEntries(stream.response.headers)).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      await bruno.put(`${TICKETS}/1/status`, { status: 'in_progress' })
      const [frame] = await stream.next(1)
      expect(stream.text()).toMatch(/^retry: 3000\n\n/)
      expect(frame).toEqual({
        id: 3,
        event: 'ticket.status_changed',
        data: {
          id: 3,
          type: 'ticket.status_changed',
          ticket_id: 1,
          comment_id: null,
          actor: { type: 'user', id: users.bruno.id },
          data: { from: 'open', to: 'in_progress' },
          created_at: '2026-03-01T10:00:00.000Z',
        },
      })
      await stream.close()
    })

    test('goes on after the last event its reader has, and misses none', async () => {
      const { ana, bruno } = await start()
      for (let n = 0; n < 120; n += 1) await open(ana)
      const query = await eventsOf(bruno, '?after=230')
      const ids = (await query.next(10)).map(({ id }) => id)
      expect(ids).toEqual([231, 232, 233, 234, 235, 236, 237, 238, 239, 240])
      // What a browser sends when it connects again; the address still says the old one.
      const header = await eventsOf(bruno, '?after=5', { 'last-event-id': '239' })
      expect((await header.next(1)).map(({ id }) => id)).toEqual([240])
      const all = await eventsOf(bruno, '?after=0')
      expect((await all.next(240)).map(({ id }) => id)).toEqual(
        Array.from({ length: 240 }, (_, n) => n + 1),
      )
      await Promise.all([query.close(), header.close(), all.close()])
    })

    test('begins anew for a reader whose last event we do not have', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      const stream = await eventsOf(bruno, '', { 'last-event-id': '999' })
      expect(await stream.next(1)).toEqual([{ id: 2, event: 'reset', data: {} }])
      await open(ana)
      expect(await typesOf(stream, 2)).toEqual(['ticket.created', 'comment.created'])
      await stream.close()
    })

    test('says so when what the client missed is not kept any more', async () => {
      const { ana, bruno, store } = await start()
      for (let n = 0; n < 3; n += 1) await open(ana)
      const forget = (ids: readonly number[]) =>
        store.transaction((tx) => forgetEvents.drop(tx, ids, new Date()))
      await forget([1, 2, 3])
      const first = async (headers: Record<string, string>) => {
        const stream = await eventsOf(bruno, '', headers)
        const [frame] = await stream.next(1)
        await stream.close()
        return { id: frame?.id, event: frame?.event }
      }
      expect(await first({ 'last-event-id': '2' })).toEqual({ id: 6, event: 'reset' })
      expect(await first({ 'last-event-id': '3' })).toEqual({ id: 4, event: 'comment.created' })
      expect(await first({ 'last-event-id': '0' })).toEqual({ id: 4, event: 'comment.created' })
      await forget([4, 5, 6])
      expect(await first({ 'last-event-id': '5' })).toMatchObject({ event: 'reset' })
    })

    test('refuses what is no id, and a ticket that is not there', async () => {
      const { ana, mallory, bruno } = await start()
      await open(ana)
      for (const query of ['?after=x', '?after=-1', '?ticket=x', '?since=1', '?after=1&after=2']) {
        expect([query, (await bruno.get(`/api/v1/events${query}`)).status]).toEqual([query, 400])
      }
      const bad = { 'last-event-id': 'x' }
      expect(await bruno.get('/api/v1/events', bad)).toMatchObject({ status: 400 })
      expect((await mallory.get('/api/v1/events?ticket=1')).status).toBe(404)
      expect((await bruno.get('/api/v1/events?ticket=9')).status).toBe(404)
    })

    test('can be of one ticket', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      await open(ana)
      const stream = await eventsOf(bruno, '?after=0&ticket=2')
      expect((await stream.next(2)).map(({ id }) => id)).toEqual([3, 4])
      await stream.close()
    })

    test('tells a customer of his own tickets only, and nothing that agents say or do among themselves', async () => {
      const api = await start()
      const { ana, bruno, mallory } = api
      await open(ana)
      await open(mallory)
      const stream = await eventsOf(ana, '?after=0')
      const foreign = await eventsOf(mallory, '?after=0')
      await bruno.post(COMMENTS, { text: 'A difficult one.', visibility: 'internal' })
      await bruno.post(`${TICKETS}/1/take`, undefined)
      await api.store.transaction((tx) =>
        insertEvents(
          tx,
          (['user.changed', 'inbox.changed', 'delivery.changed'] as const).map((type) => ({
            type,
            ticketId: 1,
            commentId: null,
            actor: { type: 'system', id: null },
            data: {},
          })),
          api.clock.at,
        ),
      )
      await bruno.post(COMMENTS, { text: 'Water?' })
      const frames = await stream.next(5)
      expect(frames.map(({ event }) => event)).toEqual([
        'ticket.created',
        'comment.created',
        'ticket.updated',
        'comment.created',
        'ticket.status_changed',
      ])
      expect(frames[2]?.data).toMatchObject({ data: {}, actor: { type: 'user', id: null } })
      expect(frames[3]?.data).toMatchObject({ ticket_id: 1, comment_id: 4, data: {} })
      expect(frames[4]?.data).toMatchObject({ data: { from: 'open', to: 'pending' } })
      const theirs = await foreign.next(2)
      expect(theirs.map(({ data }) => data?.['ticket_id'])).toEqual([2, 2])
      expect(foreign.text()).not.toContain('"ticket_id":1')
      await Promise.all([stream.close(), foreign.close()])
    })

    test('tells a customer of messages that are withdrawn, and not of notes that are corrected or withdrawn', async () => {
      const { ana, bruno, carla } = await start()
      await open(ana)
      const note = await bruno.post(COMMENTS, { text: 'Dificult.', visibility: 'internal' })
      const answer = await bruno.post(COMMENTS, { text: 'Water?' })
      const stream = await eventsOf(ana)
      const agents = await eventsOf(bruno)
      const ofComment = (id: unknown) => `/api/v1/comments/${String(id)}`
      const changed = { text: 'Difficult.' }
      expect((await bruno.send('PATCH', ofComment(note.body.id), changed)).status).toBe(200)
      expect((await carla.send('DELETE', ofComment(note.body.id))).status).toBe(204)
      expect((await carla.send('DELETE', ofComment(answer.body.id))).status).toBe(204)
      const ids = async (client: EventsClient, count: number) =>
        (await client.next(count)).map(({ data }) => data?.['comment_id'])
      expect(await ids(agents, 3)).toEqual([note.body.id, note.body.id, answer.body.id])
      expect(await ids(stream, 1)).toEqual([answer.body.id])
      await Promise.all([stream.close(), agents.close()])
    })

    test('brings what another daemon or a command writes, too', async () => {
      const api = await start()
      const stream = await eventsOf(api.bruno)
      // From now on it listens.
      await api.bruno.post(TICKETS, { subject: 'x', text: 'x' })
      await stream.next(2)
      const other = await openStore(api.config.database)
      const event = {
        type: 'user.changed' as const,
        ticketId: null,
        commentId: null,
        actor: { type: 'system' as const, id: null },
        data: { user_id: 1 },
      }
      await other.transaction((tx) => insertEvents(tx, [event], api.clock.at))
      expect(await typesOf(stream, 1)).toEqual(['user.changed'])
      await Promise.all([stream.close(), other.close()])
    })

    test('ends when the daemon does, so that its reader finds another one', async () => {
      const { bruno, drain } = await start()
      const stream = await eventsOf(bruno)
      drain()
      await stream.ended()
      expect((await bruno.get('/api/v1/events')).status).toBe(503)
    })

    test('bad input 176: is not given to one person without end', async () => {
      const { bruno, carla } = await start()
      const streams = await Promise.all(Array.from({ length: 20 }, () => eventsOf(bruno)))
      expect((await bruno.get('/api/v1/events')).status).toBe(429)
      const others = await eventsOf(carla)
      expect(others.response.status).toBe(200)
      await Promise.all([...streams, others].map((stream) => stream.close()))
      await expect.poll(async () => (await bruno.get('/api/v1/events')).status).toBe(200)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'a stream that is silent',
  (fresh) => {
    const start = apiStarter(fresh)

    const streamOf = (api: TestApi, again: () => Promise<never> | Promise<object>) => {
      const feed = new EventFeed({
        store: api.store,
        events: logEvents(silentLog),
        draining: () => false,
      })
      const reader = { user: api.users.bruno, ticketId: null }
      const deps = { store: api.store, feed, heartbeatMs: 30, checkMs: 30, again: again as never }
      return eventStream(deps, reader, { afterId: null, head: 0 })
    }

    test('shows that it is alive', async () => {
      const api = await start()
      const reader = { user: api.users.bruno, ticketId: null }
      const stream = streamOf(api, async () => reader)
      let text = ''
      for await (const chunk of stream) {
        text += String(chunk)
        if (text.split(': alive\n\n').length > 3) break
      }
      expect(text).toBe(`retry: 3000\n\n${': alive\n\n'.repeat(3)}`)
    })

    test('ends long before a sign of life is due when its reader is disabled', async () => {
      const { bruno, carla, users } = await start()
      const stream = await eventsOf(bruno)
      const since = performance.now()
      const { status } = await carla.send('PATCH', `/api/v1/users/${users.bruno.id}`, {
        disabled: true,
      })
      expect(status).toBe(200)
      await stream.ended()
      // Four, and what a busy machine adds.
      expect(performance.now() - since).toBeLessThan(10_000)
    })

    test('ends when its reader may not read any more', async () => {
      const api = await start()
      const stream = streamOf(api, async () => {
        throw new Error('disabled')
      })
      let text = ''
      for await (const chunk of stream) text += String(chunk)
      expect(text).toBe('retry: 3000\n\n')
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'the log of events',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is fetched piece by piece, each after the last event of the one before', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      await open(ana)
      const log = async (query: string) => (await bruno.get(`/api/v1/events/log${query}`)).body
      const first = await log('?limit=3')
      expect(first.data?.map(({ id }) => id)).toEqual([1, 2, 3])
      expect(first.page).toEqual({ next_cursor: '3', has_more: true })
      const second = await log(`?limit=3&after=${first.page?.next_cursor}`)
      expect(second.data?.map(({ id }) => id)).toEqual([4])
      expect(second.page).toEqual({ next_cursor: '4', has_more: false })
      const third = await log('?after=4')
      expect(third).toEqual({ data: [], page: { next_cursor: '4', has_more: false } })
      expect((await log('?ticket=2')).data?.map(({ id }) => id)).toEqual([3, 4])
      expect((await bruno.get('/api/v1/events/log?limit=201')).status).toBe(400)
    })
  },
  { prepare: migrated },
)
