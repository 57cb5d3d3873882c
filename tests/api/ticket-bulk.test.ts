import { expect, test } from 'vitest'
import { brokenInvariants } from '../../src/store/reads/invariants.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Json } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'

async function open(client: Client, more: object = {}): Promise<Json> {
  const { status, body } = await client.post(TICKETS, { subject: 'Printer', text: 'x', ...more })
  expect(status).toBe(201)
  return body
}

const say = async (client: Client, text: string, visibility = 'public') =>
  (await client.post(`${TICKETS}/1/comments`, { text, visibility })).body

eachDatabase(
  'many tickets at once',
  (fresh) => {
    const start = apiStarter(fresh)

    test('are changed each by itself, and each is told', async () => {
      const { ana, bruno, users, failures } = await start()
      for (let n = 0; n < 30; n += 1) await open(ana)
      await bruno.put(`${TICKETS}/2/status`, { status: 'closed' })
      const ids = [...Array.from({ length: 30 }, (_, n) => n + 1), 99, 1]
      const patch = { status: 'in_progress', assignee: 'me', tags: ['moved'] }
      const { status, body } = await bruno.post(`${TICKETS}/bulk`, { ids, patch })
      expect(status).toBe(200)
      expect(body).toMatchObject({ changed: 29, failed: 2 })
      expect(body.data?.map(({ id }) => id)).toEqual(ids.slice(0, 31))
      expect(body.data?.[0]).toEqual({ id: 1, status: 200, version: 2 })
      expect(body.data?.[1]).toMatchObject({
        id: 2,
        status: 409,
        problem: { code: 'status-transition-not-allowed', current: 'closed' },
      })
      expect(body.data?.[30]).toMatchObject({ id: 99, status: 404, problem: { code: 'not-found' } })
      expect((await bruno.get(`${TICKETS}/30`)).body).toMatchObject({
        status: 'in_progress',
        tags: ['moved'],
        assignee: { id: users.bruno.id },
      })
      // All or nothing for each.
      expect((await bruno.get(`${TICKETS}/2`)).body).toMatchObject({ tags: [], assignee: null })
      expect(failures).toEqual([])
    })

    test('when the database fails half-way, what was changed is told all the same', async () => {
      const { ana, bruno, store, rings, failures } = await start()
      for (let n = 0; n < 26; n += 1) await open(ana)
      const before = rings()
      const real = { ...store }
      let count = 0
      Object.assign(store, {
        transaction: (async (work) => {
          count += 1
          if (count > 25) throw new Error('disk full')
          return real.transaction(work)
        }) satisfies typeof store.transaction,
      })
      const ids = Array.from({ length: 26 }, (_, n) => n + 1)
      const sent = bruno.post(`${TICKETS}/bulk`, { ids, patch: { priority: 'high' } })
      expect((await sent).status).toBe(500)
      expect(failures).toHaveLength(1)
      expect(rings()).toBe(before + 1)
    })

    test('are those that a filter finds, as the list would', async () => {
      const { ana, bruno, users } = await start()
      for (const tags of [['a'], ['a', 'b'], ['b'], []]) await open(ana, { tags })
      await bruno.put(`${TICKETS}/2/priority`, { priority: 'urgent' })
      const bulk = async (filter: object, patch: object = { assignee: 'me' }) =>
        (await bruno.post(`${TICKETS}/bulk`, { filter, patch })).body
      expect(await bulk({ tag: 'a', priority: ['low', 'normal'] })).toEqual({
        data: [{ id: 1, status: 200, version: 2 }],
        changed: 1,
        failed: 0,
        has_more: false,
        next_before: null,
      })
      expect((await bulk({ assignee: 'none', status: 'category:open' })).data).toHaveLength(3)
      const mine = await bruno.all(`${TICKETS}?assignee=${users.bruno.id}`)
      expect(mine.map(({ id }) => id)).toEqual([4, 3, 2, 1])
      expect((await bulk({ q: 'printer', tag: 'b' }, { status: 'resolved' })).data).toHaveLength(2)
      expect(await bulk({ status: 'nonsense' })).toMatchObject({ code: 'unknown-status' })
      for (const filter of [
        {},
        { statuss: 'open' },
        { limit: '1' },
        { deleted: 'true' },
        { tag: 1 },
      ])
        expect(await bulk(filter)).toMatchObject({ status: 422 })
      const both = { ids: [1], filter: { tag: 'a' }, patch: { priority: 'low' } }
      expect((await bruno.post(`${TICKETS}/bulk`, both)).status).toBe(422)
    })

    test('of more than fit are changed in turn, none twice', async () => {
      const { bruno, store, clock } = await start()
      await store.transaction(async (tx) => {
        const at = clock.at.getTime()
        const many = Array.from({ length: 501 }, (_, n) => ({
          subject: `Ticket ${n + 1}`,
          status: 'open',
          status_category: 'open',
          priority: 'normal',
          tags: '[]',
          fields: '{}',
          requester_source: 'api',
          created_at: at,
          updated_at: at,
          version: 1,
        }))
        await tx.batchInsert('tickets', many, 100)
      })
      const bulk = async (before?: number) => {
        const body = { filter: { status: 'open' }, patch: { priority: 'high' }, before }
        return (await bruno.post(`${TICKETS}/bulk`, body)).body
      }
      const first = await bulk()
      expect(first).toMatchObject({ changed: 500, has_more: true, next_before: 2 })
      const rest = await bulk(Number(first['next_before']))
      expect(rest).toMatchObject({ changed: 1, has_more: false, next_before: null })
      expect(rest.data).toEqual([{ id: 1, status: 200, version: 2 }])
      const both = { ids: [1], before: 2, patch: { priority: 'low' } }
      expect((await bruno.post(`${TICKETS}/bulk`, both)).status).toBe(422)
    })

    test('are bounded, and want a change', async () => {
      const { bruno, ana } = await start()
      const patch = { priority: 'low' }
      const ids = Array.from({ length: 501 }, (_, n) => n + 1)
      for (const body of [
        { ids, patch },
        { ids: [], patch },
        { ids: [1] },
        { ids: [1], patch: {} },
      ])
        expect((await bruno.post(`${TICKETS}/bulk`, body)).status).toBe(422)
      expect((await ana.post(`${TICKETS}/bulk`, { ids: [1], patch })).status).toBe(403)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'a ticket as a whole',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is split: some comments become a ticket of their own', async () => {
      const { ana, mallory, bruno, carla, store, context, clock } = await start()
      await open(ana, { participants: ['mallory@strangers.test'], tags: ['vip'] })
      await say(bruno, 'Which printer?')
      clock.at = new Date(clock.at.getTime() + 1_000)
      const other = await say(mallory, 'My mouse squeaks, by the way.')
      const answer = await say(bruno, 'Oil it.')
      const body = { comment_ids: [other.id, answer.id], subject: 'Mouse' }
      const { status, body: made, headers } = await bruno.post(`${TICKETS}/1/split`, body)
      expect(status).toBe(201)
      expect(headers.get('location')).toBe(`${TICKETS}/2`)
      expect(made).toMatchObject({
        id: 2,
        subject: 'Mouse',
        status: 'open',
        tags: ['vip'],
        requester: { email: 'mallory@strangers.test' },
        related: [1],
        counts: { comments: 2 },
      })
      const textsOf = async (client: Client, id: number) =>
        (await client.all(`${TICKETS}/${id}/comments`)).map(({ text }) => text)
      expect(await textsOf(bruno, 1)).toEqual([
        'x',
        'Which printer?',
        '2 of its comments became ticket 2.',
      ])
      expect(await textsOf(ana, 1)).toEqual(['x', 'Which printer?'])
      expect(await textsOf(mallory, 2)).toEqual(['My mouse squeaks, by the way.', 'Oil it.'])
      expect((await bruno.get(`${TICKETS}/1`)).body['counts']).toEqual({ comments: 3 })
      expect((await bruno.get(`${TICKETS}?q=oil`)).body.data).toMatchObject([{ id: 2 }])
      const events = await carla.all(`${TICKETS}/1/events`)
      expect(events.at(-2)).toMatchObject({ data: { split_into: 2 } })
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
    })

    test('keeps its first comment, and gives nothing that is not its own', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      await open(ana)
      await say(bruno, 'Which?')
      const split = async (ids: number[]) => bruno.post(`${TICKETS}/1/split`, { comment_ids: ids })
      expect(await split([1])).toMatchObject({ status: 409, body: { code: 'nothing-left' } })
      expect(await split([2])).toMatchObject({ status: 422, body: { code: 'unknown-comment' } })
      expect(await split([3, 4])).toMatchObject({ status: 422, body: { code: 'unknown-comment' } })
      expect((await split([])).status).toBe(422)
      expect((await bruno.get(`${TICKETS}/1`)).body['counts']).toEqual({ comments: 2 })
    })

    test('goes on in another one', async () => {
      const { ana, bruno, mallory } = await start()
      await open(ana)
      await bruno.put(`${TICKETS}/1/status`, { status: 'closed' })
      const own = await ana.post(TICKETS, { text: 'Again!', follow_up_of: 1 })
      expect(own).toMatchObject({ status: 201, body: { subject: 'Printer', follow_up_of: 1 } })
      const staff = await bruno.post(TICKETS, { text: 'Better?', author: 'me', follow_up_of: 1 })
      expect(staff.body).toMatchObject({ requester: { email: 'ana@customers.test' } })
      const foreign = await mallory.post(TICKETS, { text: 'Me too', follow_up_of: 1 })
      expect(foreign).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/follow_up_of', code: 'unknown_ticket' }] },
      })
    })

    test('is read as text, a page, mails or data; customers get what is theirs', async () => {
      const { ana, bruno, mallory } = await start()
      await open(ana, { subject: 'Drücker <b>', text: 'It burns.\nFrom here on\n>From there' })
      await say(bruno, 'psst', 'internal')
      await say(bruno, 'Water & <i>ice</i>')
      const read = async (client: Client, format: string) => {
        const reply = await client.get(`${TICKETS}/1/transcript?format=${format}`)
        expect(reply.status).toBe(200)
        expect(reply.headers.get('content-disposition')).toContain(`ticket-1.${format}`)
        return reply.body as unknown as string
      }
      const text = await read(bruno, 'txt')
      expect(text).toContain('#1 Drücker <b>\n')
      expect(text).toMatch(/Bruno \(internal\)\n\npsst\n[\s\S]+Bruno\n\nWater & <i>ice<\/i>\n/)
      const page = await read(bruno, 'html')
      expect(page).toContain('<title>#1 Drücker &lt;b&gt;</title>')
      expect(page).toContain('Water &amp; &lt;i&gt;ice&lt;/i&gt;')
      const mails = await read(bruno, 'mbox')
      expect(mails.match(/^From \S+@\S+ Sun Mar {2}1 10:00:00 2026$/gm)).toHaveLength(3)
      expect(mails).toContain('\n>From here on\n>>From there\n')
      expect(mails).toContain('\nSubject: =?UTF-8?B?')
      expect(mails).toContain('From: "Bruno" <bruno@staff.test>')
      const data = (await read(bruno, 'json')) as unknown as { comments: Json[]; ticket: Json }
      expect(data.ticket).toMatchObject({ id: 1 })
      expect(data.comments).toHaveLength(3)
      for (const format of ['txt', 'html', 'mbox', 'json']) {
        const own = JSON.stringify(await read(ana, format))
        expect(own).toContain('Water')
        expect(own).not.toMatch(/psst|bruno@staff\.test/)
        expect((await mallory.get(`${TICKETS}/1/transcript?format=${format}`)).status).toBe(404)
      }
      expect((await ana.get(`${TICKETS}/1/transcript?format=pdf`)).status).toBe(400)
    })

    test('is purged for good by an admin, after it was deleted', async () => {
      const { ana, bruno, carla, store, context } = await start()
      await open(ana, { text: 'secret words' })
      await open(ana)
      await bruno.post(`${TICKETS}/2/merge`, { into: 1 })
      await say(bruno, 'an answer')
      const purge = (client: Client) => client.send('DELETE', `${TICKETS}/1?purge=true`)
      expect(await purge(carla)).toMatchObject({ status: 409, body: { code: 'not-deleted' } })
      await carla.send('DELETE', `${TICKETS}/1`)
      expect((await purge(bruno)).status).toBe(403)
      expect((await purge(ana)).status).toBe(403)
      expect((await purge(carla)).status).toBe(204)
      expect((await purge(carla)).status).toBe(404)
      expect((await carla.post(`${TICKETS}/1/restore`, undefined)).status).toBe(404)
      expect((await bruno.get(`${TICKETS}?q=secret`)).body.data).toEqual([])
      expect((await bruno.get(`${TICKETS}/2`)).body).toMatchObject({ merged_into: null })
      for (const table of ['comments', 'participants', 'outbox_sources']) {
        const rows = JSON.stringify(await store.read(table).select())
        expect([table, rows]).toEqual([table, expect.not.stringContaining('secret')])
      }
      const { body } = await carla.get('/api/v1/events/log?ticket=1&limit=200')
      expect(body.data?.at(-1)).toMatchObject({ data: { purged: true } })
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
    })

    test('is described with words that can be asked for', async () => {
      const { ana, bruno } = await start()
      await open(bruno, { tags: ['eu', 'vip'] })
      await open(bruno, { tags: ['vip'] })
      const names = async (path: string, client = ana) =>
        (await client.get(path)).body.data?.map(({ name }) => name)
      expect(await names('/api/v1/statuses')).toEqual([
        'open',
        'in_progress',
        'pending',
        'resolved',
        'closed',
      ])
      expect((await ana.get('/api/v1/statuses')).body.data?.[0]).toMatchObject({
        initial: true,
        category: 'open',
        to: expect.arrayContaining(['in_progress', 'closed']) as unknown,
      })
      expect(await names('/api/v1/priorities')).toEqual(['low', 'normal', 'high', 'urgent'])
      expect(await names('/api/v1/categories')).toEqual(['Hardware', 'Software', 'General'])
      expect((await bruno.get('/api/v1/tags')).body.data).toEqual([
        { name: 'vip', count: 2 },
        { name: 'eu', count: 1 },
      ])
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'one comment',
  (fresh) => {
    const start = apiStarter(fresh)
    const COMMENT = '/api/v1/comments'

    test('is corrected by who wrote it, while it is a fresh note', async () => {
      const { ana, bruno, carla, clock, store } = await start()
      await open(ana)
      const note = await say(bruno, 'teh note', 'internal')
      const reply = await say(bruno, 'an answer')
      const correct = (client: Client, id = note.id) =>
        client.send('PATCH', `${COMMENT}/${id}`, { text: 'the note' })
      expect(await correct(carla)).toMatchObject({ status: 403, body: { code: 'not-yours' } })
      expect(await correct(bruno, reply.id)).toMatchObject({
        status: 409,
        body: { code: 'not-a-note' },
      })
      expect((await correct(ana)).status).toBe(403)
      expect((await bruno.send('PATCH', `${COMMENT}/${note.id}`, { text: ' ' })).status).toBe(422)
      clock.at = new Date(clock.at.getTime() + 60_000)
      expect((await correct(bruno)).body).toMatchObject({
        text: 'the note',
        edited_at: '2026-03-01T10:01:00.000Z',
      })
      expect(await store.read('comment_versions').select('text')).toEqual([{ text: 'teh note' }])
      expect((await bruno.get(`${TICKETS}?q=teh`)).body.data).toEqual([])
      clock.at = new Date(clock.at.getTime() + 15 * 60_000)
      expect(await correct(bruno)).toMatchObject({ status: 409, body: { code: 'too-late' } })
    })

    test('is withdrawn by an admin: its place stays', async () => {
      const { ana, bruno, carla, store, context } = await start()
      const { body: file } = await ana.post('/api/v1/attachments', 'x', {
        'content-type': 'text/plain',
      })
      await open(ana, { text: 'my password is hunter2', attachments: [file.id] })
      expect((await bruno.send('DELETE', `${COMMENT}/1`)).status).toBe(403)
      expect((await carla.send('DELETE', `${COMMENT}/1`)).status).toBe(204)
      expect((await carla.send('DELETE', `${COMMENT}/1`)).status).toBe(404)
      expect((await ana.get(`${COMMENT}/1`)).body).toMatchObject({
        text: '',
        attachments: [],
        deleted_at: '2026-03-01T10:00:00.000Z',
      })
      expect((await bruno.get(`${TICKETS}?q=hunter2`)).body.data).toEqual([])
      expect((await ana.get(`/api/v1/attachments/${file.id}`)).status).toBe(404)
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
    })

    test('is there for who may read it', async () => {
      const { ana, bruno, mallory } = await start()
      await open(ana)
      await say(bruno, 'psst', 'internal')
      expect((await ana.get(`${COMMENT}/1`)).body).toMatchObject({ id: 1, text: 'x' })
      expect((await ana.get(`${COMMENT}/2`)).status).toBe(404)
      expect((await mallory.get(`${COMMENT}/1`)).status).toBe(404)
      const listed = async (visibility: string, client = bruno) =>
        (await client.all(`${TICKETS}/1/comments?visibility=${visibility}`)).map(({ id }) => id)
      expect(await listed('internal')).toEqual([2])
      expect(await listed('public')).toEqual([1])
      expect(await listed('internal', ana)).toEqual([])
    })

    test('is sent again to those it did not reach', async () => {
      const { ana, bruno, store, rings } = await start()
      await open(ana, { participants: ['boss@example.org'] })
      const reply = await say(bruno, 'an answer')
      const resend = () => bruno.post(`${COMMENT}/${reply.id}/resend`, undefined)
      expect(await resend()).toMatchObject({ status: 409, body: { code: 'nothing-to-resend' } })
      await store.transaction(async (tx) => {
        await tx('outbox').where({ comment_id: reply.id }).update({ outcome: 'sent' })
        await tx('outbox').where({ rcpt_to: 'boss@example.org' }).update({ outcome: 'bounced' })
      })
      const before = rings()
      expect((await resend()).body).toMatchObject({
        deliveries: [
          { address: 'ana@customers.test', outcome: 'sent' },
          { address: 'boss@example.org', outcome: 'queued' },
        ],
      })
      expect(rings()).toBe(before + 1)
    })
  },
  { prepare: migrated },
)
