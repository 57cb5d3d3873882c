/** POST /tickets: what one may say, and who hears of it. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { TICKETS, COMPLAINT, opened } from './complaint.ts'
import { migrated } from './desk-context.ts'

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
