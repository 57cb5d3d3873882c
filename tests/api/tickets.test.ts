import { describe, expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Json } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const COMPLAINT = { subject: 'Printer', text: 'It burns.' }

const idsOf = (rows: readonly Json[] | undefined): unknown[] => (rows ?? []).map(({ id }) => id)

async function opened(client: Client, body: object = {}): Promise<Json> {
  const { status, body: ticket } = await client.post(TICKETS, { ...COMPLAINT, ...body })
  expect(status).toBe(201)
  return ticket
}

/** What is laid over a good body, and what is said about it. */
const MISTAKES: readonly [object, string, string][] = [
  [{ subject: undefined }, '/subject', 'required'],
  [{ text: '  ' }, '/text', 'required'],
  [{ subject: 7 }, '/subject', 'invalid_type'],
  [{ subjekt: 'x' }, '/subjekt', 'unknown_member'],
  [{ id: 4, status: 'closed' }, '/id', 'unknown_member'],
  [{ requester: { email: 'a@b.test, c@d.test' } }, '/requester/email', 'custom'],
  [{ requester: { email: `${'x'.repeat(300)}@b.test` } }, '/requester/email', 'custom'],
  [{ requester: { email: 'a@b.test\r\nBcc: c@d.test' } }, '/requester/email', 'custom'],
  [{ requester: { email: 'Support@Desk.test' } }, '/requester/email', 'own_address'],
  [{ requester: { email: 'support+t1@desk.test' } }, '/requester/email', 'own_address'],
  [{ requester: { email: 'a@b.test', role: 'admin' } }, '/requester/role', 'unknown_member'],
  [{ priority: 'blazing' }, '/priority', 'custom'],
  [{ category: 'Gardening' }, '/category', 'unknown_category'],
  [{ inbox: 'Sales' }, '/inbox', 'unknown_inbox'],
  [{ tags: ['a,b'] }, '/tags/0', 'custom'],
  [{ tags: 'a' }, '/tags', 'invalid_type'],
  [{ fields: { a: 1 } }, '/fields/a', 'invalid_type'],
  [{ author: 'somebody' }, '/author', 'invalid_value'],
  [{ participants: Array(21).fill('a@b.test') }, '/participants', 'too_big'],
]

const BAD_QUERIES: readonly [string, string][] = [
  ['limit=0', 'invalid-parameter'],
  ['limit=-1', 'invalid-parameter'],
  ['limit=201', 'invalid-parameter'],
  ['limit=1e9', 'invalid-parameter'],
  ['limit=1;--', 'invalid-parameter'],
  ['limit=5&limit=6', 'invalid-parameter'],
  ['cursor=', 'invalid-parameter'],
  ['cursor=abc', 'invalid-cursor'],
  ['cursor=MS4xLjE', 'invalid-cursor'],
  ['status=bogus', 'unknown-status'],
  ['status[$ne]=x', 'unknown-parameter'],
  ['status={">":""}', 'unknown-status'],
  ['sort=id;drop', 'invalid-parameter'],
  ['statuss=open', 'unknown-parameter'],
  ['__proto__=x', 'unknown-parameter'],
  ['constructor=x', 'unknown-parameter'],
  ['priority=blazing', 'invalid-parameter'],
  ['assignee=somebody', 'invalid-parameter'],
  ['assignee=99999999999', 'invalid-parameter'],
  ['requester=not-an-address', 'invalid-parameter'],
  ['q=%00', 'invalid-parameter'],
  [`q=${'x'.repeat(201)}`, 'invalid-parameter'],
  ['created_after=yesterday', 'invalid-parameter'],
  ['created_after=2026-02-31T10:00:00', 'invalid-parameter'],
  ['waiting_longer_than=4', 'invalid-parameter'],
  ['has=everything', 'invalid-parameter'],
  ['deleted=1', 'invalid-parameter'],
  ['sort=subject', 'invalid-parameter'],
  ['sort=--id', 'invalid-parameter'],
  ['sort=id&sort=-id', 'invalid-parameter'],
  ['tag=a%00b', 'invalid-parameter'],
  ['token=pst_x', 'unknown-parameter'],
]

eachDatabase(
  'opening a ticket',
  (fresh) => {
    const start = apiStarter(fresh)

    test('answers with the whole ticket and where it is', async () => {
      const { ana, users, rings } = await start()
      const { status, headers, body } = await ana.post(TICKETS, COMPLAINT)
      expect(status).toBe(201)
      expect(headers.get('location')).toBe(`${TICKETS}/1`)
      expect(headers.get('etag')).toBe(`"v${String(body['version'])}"`)
      const person = { id: users.ana.id, email: 'ana@customers.test', name: 'Ana' }
      expect(body).toEqual({
        id: 1,
        subject: 'Printer',
        status: 'open',
        status_category: 'open',
        status_label: 'Open',
        allowed_statuses: ['resolved', 'closed'],
        priority: 'normal',
        category: null,
        tags: [],
        fields: {},
        inbox: 'Support',
        requester: person,
        requester_source: 'api',
        participants: [{ email: person.email, name: 'Ana', role: 'requester' }],
        assignee: null,
        follow_up_of: null,
        merged_into: null,
        related: [],
        created_at: '2026-03-01T10:00:00.000Z',
        updated_at: '2026-03-01T10:00:00.000Z',
        closed_at: null,
        waiting_since: '2026-03-01T10:00:00.000Z',
        snoozed_until: null,
        version: 1,
        counts: { comments: 1 },
      })
      expect(rings()).toBe(1)
      expect((await ana.get(`${TICKETS}/1`)).body).toEqual(body)
    })

    test('keeps everything that was said about it', async () => {
      const { bruno } = await start()
      const ticket = await opened(bruno, {
        requester: { email: 'Lena@Example.org', name: ' Lena\nFuchs ' },
        priority: 'Medium',
        category: 'hardware',
        tags: ['vip', 'vip', 'eu'],
        fields: { product_id: 'p-1', pdf_link: 'https://example.org/a.pdf' },
        participants: ['boss@example.org', { email: 'aunt@example.org', name: 'Aunt' }],
        inbox: 'support',
      })
      expect(ticket).toMatchObject({
        requester: { email: 'lena@example.org', name: 'Lena Fuchs' },
        priority: 'normal',
        category: 'Hardware',
        tags: ['vip', 'eu'],
        fields: { product_id: 'p-1', pdf_link: 'https://example.org/a.pdf' },
        participants: [
          { email: 'lena@example.org', role: 'requester' },
          { email: 'boss@example.org', role: 'cc' },
          { email: 'aunt@example.org', name: 'Aunt', role: 'cc' },
        ],
      })
    })

    test('by a customer acknowledges it to him and tells the agents', async () => {
      const { ana, carla } = await start()
      await opened(ana)
      const mails = await carla.all('/api/v1/outbox')
      expect(mails.map(({ kind, to }) => [kind, to])).toEqual([
        ['acknowledgement', 'ana@customers.test'],
        ['agent_notice', 'bruno@staff.test'],
      ])
    })

    test('by an agent for a customer acknowledges it and does not tell that agent', async () => {
      const { bruno, tokenFor } = await start()
      await tokenFor({ email: 'dora@staff.test', role: 'agent' })
      await opened(bruno, { requester: { email: 'lena@example.org' } })
      const mails = await bruno.all('/api/v1/outbox')
      expect(mails.map(({ kind, to }) => [kind, to])).toEqual([
        ['acknowledgement', 'lena@example.org'],
        ['agent_notice', 'dora@staff.test'],
      ])
      const { body } = await bruno.get(`${TICKETS}/1/comments`)
      expect(body.data).toMatchObject([{ author: { type: 'customer', email: 'lena@example.org' } }])
    })

    test('as the agent himself mails his words and acknowledges nothing', async () => {
      const { bruno } = await start()
      await opened(bruno, { requester: { email: 'lena@example.org' }, author: 'me' })
      const mails = await bruno.all('/api/v1/outbox')
      expect(mails.map(({ kind, to }) => [kind, to])).toEqual([['reply', 'lena@example.org']])
      expect((await bruno.get(`${TICKETS}/1`)).body).toMatchObject({ status: 'open' })
    })

    test('needs no words when there are fields', async () => {
      const { bruno } = await start()
      const ticket = await opened(bruno, { subject: '', text: '', fields: { user_id: '7' } })
      expect(ticket).toMatchObject({ subject: '(no subject)', fields: { user_id: '7' } })
    })

    test('leaves out our own addresses and staff among the participants', async () => {
      const { ana } = await start()
      const own = ['support@desk.test', 'support+t1@desk.test']
      const participants = [...own, 'bruno@staff.test', 'boss@example.org']
      const ticket = await opened(ana, { participants })
      expect(ticket['participants']).toMatchObject([
        { email: 'ana@customers.test' },
        { email: 'boss@example.org' },
      ])
    })

    test('refuses what it does not understand, and then nothing has happened', async () => {
      const { bruno, rings } = await start()
      for (const [change, pointer, code] of MISTAKES) {
        const { status, headers, body } = await bruno.post(TICKETS, { ...COMPLAINT, ...change })
        expect([change, status, body.code]).toEqual([change, 422, 'validation-failed'])
        expect(headers.get('content-type')).toBe('application/problem+json')
        expect(body['errors']).toContainEqual(expect.objectContaining({ pointer, code }))
      }
      expect((await bruno.get(TICKETS)).body.data).toEqual([])
      expect(rings()).toBe(0)
    })

    test('bad input 159: names all mistakes at once', async () => {
      const { bruno } = await start()
      const { body } = await bruno.post(TICKETS, { subject: 1, text: 2, x: 3 })
      expect(body['errors']).toHaveLength(3)
    })

    test('keeps text that no database takes as it is', async () => {
      const { bruno } = await start()
      const ticket = await opened(bruno, { subject: 'a\0b\ud800c\u202ed', text: 'x\0y\ud800\r\nz' })
      expect(ticket['subject']).toBe('abcd')
      const { body } = await bruno.get(`${TICKETS}/1/comments`)
      expect(body.data).toMatchObject([{ text: 'xy\nz' }])
    })

    test('a customer opens tickets for himself only', async () => {
      const { ana } = await start()
      const own = { requester: { email: 'ana@customers.test' } }
      expect(await ana.post(TICKETS, { ...COMPLAINT, ...own })).toMatchObject({ status: 201 })
      const other = { requester: { email: 'mallory@strangers.test' } }
      expect(await ana.post(TICKETS, { ...COMPLAINT, ...other })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      })
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'the list of tickets',
  (fresh) => {
    const start = apiStarter(fresh)

    test('pages without gaps or repetitions while tickets come in', async () => {
      const { bruno } = await start()
      for (let n = 1; n <= 7; n += 1) await opened(bruno, { subject: `n${n}` })
      const first = await bruno.get(`${TICKETS}?limit=3`)
      expect(idsOf(first.body.data)).toEqual([7, 6, 5])
      expect(first.body.page).toMatchObject({ has_more: true })
      await opened(bruno, { subject: 'late' })
      const next = await bruno.get(
        `${TICKETS}?limit=3&cursor=${String(first.body.page?.next_cursor)}`,
      )
      expect(idsOf(next.body.data)).toEqual([4, 3, 2])
      expect(idsOf(await bruno.all(TICKETS, 3))).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
      const exact = await bruno.get(`${TICKETS}?limit=8`)
      expect(exact.body.page).toEqual({ next_cursor: null, has_more: false })
    })

    test('is filtered', async () => {
      const api = await start()
      const { bruno } = api
      const lena = { email: 'lena@example.org' }
      await opened(bruno, { subject: 'Printer on FIRE 100%', requester: lena, priority: 'high' })
      await opened(bruno, { subject: 'Änderung an a_b', category: 'Software', tags: ['eu', 'vip'] })
      await opened(bruno, { subject: 'Maus', tags: ['vip', 'a"b'], priority: 'urgent' })
      await bruno.put(`${TICKETS}/3/status`, { status: 'pending' })
      await api.store.transaction(async (tx) => {
        await tx('tickets').where({ id: 2 }).update({ assignee_id: api.users.bruno.id })
        await tx('tickets').where({ id: 1 }).update({ assignee_id: api.users.carla.id })
      })
      const found = async (query: string): Promise<unknown[]> => {
        const { status, body } = await bruno.get(`${TICKETS}?${query}`)
        expect([query, status]).toEqual([query, 200])
        return idsOf(body.data).toReversed()
      }
      const lenaId = (await bruno.get(`${TICKETS}/1`)).body['requester'] as Json
      expect(await found('')).toEqual([1, 2, 3])
      expect(await found('status=open')).toEqual([1, 2])
      expect(await found('status=NEW')).toEqual([1, 2])
      expect(await found('status=open,pending')).toEqual([1, 2, 3])
      expect(await found('status=open&status=answered')).toEqual([1, 2, 3])
      expect(await found('status=closed')).toEqual([])
      expect(await found('priority=high,urgent')).toEqual([1, 3])
      expect(await found('priority=medium')).toEqual([2])
      expect(await found('category=Software')).toEqual([2])
      expect(await found('category=Software&category=General')).toEqual([2])
      expect(await found('assignee=me')).toEqual([2])
      expect(await found('assignee=none')).toEqual([3])
      expect(await found(`assignee=${api.users.carla.id}`)).toEqual([1])
      expect(await found('tag=vip')).toEqual([2, 3])
      expect(await found('tag=vip&tag=eu')).toEqual([2])
      expect(await found('tag=vi')).toEqual([])
      expect(await found('tag=%25')).toEqual([])
      expect(await found(`tag=${encodeURIComponent('a"b')}`)).toEqual([3])
      expect(await found('requester=Lena@example.org')).toEqual([1])
      expect(await found(`requester=${String(lenaId.id)}`)).toEqual([1])
      expect(await found('requester=nobody@example.org')).toEqual([])
      expect(await found('inbox=support')).toEqual([1, 2, 3])
      expect(await found(`inbox=${String(api.inboxes[0]?.id)}`)).toEqual([1, 2, 3])
      expect(await found('inbox=Sales')).toEqual([])
      expect(await found('q=fire')).toEqual([1])
      expect(await found('q=fire+printer')).toEqual([1])
      expect(await found('q=100%25')).toEqual([1])
      expect(await found('q=a_b')).toEqual([2, 3])
      expect(await found(`q=${encodeURIComponent('Änder')}`)).toEqual([2])
      expect(await found('q=%233')).toEqual([3])
      expect(await found(`q=${encodeURIComponent(`'"*\\!`)}`)).toEqual([])
      expect(await found('status=open&priority=high&q=printer')).toEqual([1])
    })

    test('bad input 164: refuses questions that mean nothing', async () => {
      const { bruno, failures } = await start()
      for (const [query, code] of BAD_QUERIES) {
        const { status, body } = await bruno.get(`${TICKETS}?${query}`)
        expect([query, status, body.code]).toEqual([query, 400, code])
      }
      expect(failures).toEqual([])
    })

    test('says where the next page is, for who follows links', async () => {
      const { bruno } = await start()
      for (let n = 0; n < 3; n += 1) await opened(bruno)
      let path = `${TICKETS}?limit=1&status=open&status=closed`
      const ids: unknown[] = []
      for (let n = 0; n < 3; n += 1) {
        const { headers, body } = await bruno.get(path)
        ids.push(...idsOf(body.data))
        const next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
        expect(next === undefined).toBe(n === 2)
        path = next ?? ''
      }
      expect(ids).toEqual([3, 2, 1])
    })

    test('bad input 163: takes a cursor only for the question it belongs to', async () => {
      const { bruno } = await start()
      await opened(bruno)
      await opened(bruno)
      const { body } = await bruno.get(`${TICKETS}?limit=1&status=open`)
      const cursor = String(body.page?.next_cursor)
      const other = await bruno.get(`${TICKETS}?limit=1&status=closed&cursor=${cursor}`)
      expect(other).toMatchObject({ status: 400, body: { code: 'cursor-mismatch' } })
      const list = await bruno.get(`/api/v1/inbound?cursor=${cursor}`)
      expect(list).toMatchObject({ status: 400, body: { code: 'cursor-mismatch' } })
      const same = await bruno.get(`${TICKETS}?limit=1&status=open&cursor=${cursor}`)
      expect(idsOf(same.body.data)).toEqual([1])
    })

    test('has no deleted tickets', async () => {
      const { bruno, store } = await start()
      await opened(bruno)
      await store.transaction((tx) => tx('tickets').update({ deleted_at: 1 }))
      expect((await bruno.get(TICKETS)).body.data).toEqual([])
      expect((await bruno.get(`${TICKETS}/1`)).status).toBe(404)
    })

    test('asks the database as often for many tickets as for one', async () => {
      const { bruno, store } = await start()
      const queries = async (): Promise<number> => {
        let count = 0
        const seen = (): void => void (count += 1)
        store.read.on('query', seen)
        await bruno.get(TICKETS)
        store.read.off('query', seen)
        return count
      }
      for (let n = 0; n < 2; n += 1) await opened(bruno, { participants: ['a@example.org'] })
      await queries()
      const few = await queries()
      for (let n = 0; n < 8; n += 1) {
        await opened(bruno, { requester: { email: `r${n}@example.org` } })
      }
      expect(await queries()).toBe(few)
    })
  },
  { prepare: migrated },
)

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
