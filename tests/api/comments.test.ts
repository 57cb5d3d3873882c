import { expect, test } from 'vitest'
import { insertComment } from '../../src/store/comments.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Json } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKET = '/api/v1/tickets/1'
const COMMENTS = `${TICKET}/comments`

const open = (client: Client, body: object = {}) =>
  client.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.', ...body })

const statusOf = async (client: Client): Promise<unknown> =>
  (await client.get(TICKET)).body['status']

const mailsOf = async (client: Client): Promise<string[]> =>
  (await client.all('/api/v1/outbox'))
    .filter(({ outcome }) => outcome !== 'discarded')
    .map(({ kind, to }) => `${String(kind)} to ${String(to)}`)
    .toSorted()

eachDatabase(
  'commenting a ticket',
  (fresh) => {
    const start = apiStarter(fresh)

    test('in public by an agent mails it and moves the ticket', async () => {
      const { ana, bruno, users, rings } = await start()
      await open(ana, { participants: ['boss@example.org'] })
      const { status, body } = await bruno.post(COMMENTS, { visibility: 'public', text: 'Water?' })
      expect(status).toBe(201)
      expect(body).toEqual({
        id: 2,
        ticket_id: 1,
        visibility: 'public',
        author: { type: 'agent', id: users.bruno.id, name: 'Bruno', email: 'bruno@staff.test' },
        text: 'Water?',
        quoted_text: '',
        html: null,
        attachments: [],
        source: 'api',
        message_id: null,
        authentication: null,
        deliveries: [
          { address: 'ana@customers.test', outcome: 'queued', detail: null },
          { address: 'boss@example.org', outcome: 'queued', detail: null },
        ],
        created_at: '2026-03-01T10:00:00.000Z',
        edited_at: null,
        deleted_at: null,
      })
      expect(await statusOf(bruno)).toBe('pending')
      expect(rings()).toBe(2)
    })

    test('in public by an agent moves it where he says', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      expect((await bruno.post(COMMENTS, { text: 'Done.', status: 'solved' })).status).toBe(201)
      expect(await statusOf(bruno)).toBe('resolved')
      expect(await bruno.post(COMMENTS, { text: 'Done.', status: 'gone' })).toMatchObject({
        status: 422,
        body: { code: 'unknown-status' },
      })
      expect((await bruno.get(COMMENTS)).body.data).toHaveLength(2)
    })

    test('internally mails nobody and leaves the status', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      const before = await mailsOf(bruno)
      const note = { visibility: 'internal', text: 'He is rude.' }
      expect((await bruno.post(COMMENTS, note)).body).toMatchObject(note)
      expect(await mailsOf(bruno)).toEqual(before)
      expect(await statusOf(bruno)).toBe('open')
      expect((await bruno.get(TICKET)).body['counts']).toEqual({ comments: 2 })
    })

    test('by a customer moves it as his mail would and tells the agents', async () => {
      const { ana, bruno, users } = await start({ agent_notices: { coalesce: '0s' } })
      await open(ana)
      await bruno.post(COMMENTS, { text: 'Water?' })
      const { status, body } = await ana.post(COMMENTS, { text: 'Yes.' })
      expect(status).toBe(201)
      expect(body).toMatchObject({ author: { type: 'customer', id: users.ana.id }, deliveries: [] })
      expect(await statusOf(bruno)).toBe('open')
      expect(await mailsOf(bruno)).toEqual([
        'agent_notice to bruno@staff.test',
        'agent_notice to bruno@staff.test',
        'reply to ana@customers.test',
      ])
    })

    test("by an agent can be a customer's words, which are not mailed back to him", async () => {
      const { ana, bruno, users, tokenFor } = await start()
      await tokenFor({ email: 'dora@staff.test', role: 'agent' })
      await open(ana)
      await bruno.put(`${TICKET}/status`, { status: 'resolved' })
      const author = { email: 'ana@customers.test' }
      const { status, body } = await bruno.post(COMMENTS, { text: 'He called again.', author })
      expect(status).toBe(201)
      expect(body).toMatchObject({ author: { type: 'customer', id: users.ana.id }, deliveries: [] })
      expect(await statusOf(bruno)).toBe('open')
      const notices = (await mailsOf(bruno)).filter((mail) => mail.startsWith('agent_notice'))
      expect(notices).toContain('agent_notice to dora@staff.test')
      const events = await bruno.all(`${TICKET}/events`)
      expect(events.at(-1)).toMatchObject({ actor: { type: 'user', id: users.bruno.id } })
    })

    test('is refused on a closed ticket, whoever speaks', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      await bruno.put(`${TICKET}/status`, { status: 'closed' })
      const author = { email: 'ana@customers.test' }
      for (const [client, body] of [
        [bruno, { text: 'x' }],
        [bruno, { text: 'x', visibility: 'internal' }],
        [bruno, { text: 'x', author }],
        [ana, { text: 'x' }],
      ] as const) {
        expect(await client.post(COMMENTS, body)).toMatchObject({
          status: 409,
          body: { code: 'ticket-closed', current: 'closed' },
        })
      }
    })

    test('reopens a closed ticket within the window', async () => {
      const server = { host: '127.0.0.1', port: 1, tls: 'none', user: 'x', password: 'x' }
      const inbox = { name: 'Support', address: 'support@desk.test', imap: server, smtp: server }
      const { ana, bruno, clock } = await start({ inboxes: [{ ...inbox, reopen_window: '1h' }] })
      await open(ana)
      await bruno.put(`${TICKET}/status`, { status: 'closed' })
      clock.at = new Date(clock.at.getTime() + 3_599_000)
      expect((await ana.post(COMMENTS, { text: 'Again!' })).status).toBe(201)
      expect(await statusOf(bruno)).toBe('open')
      await bruno.put(`${TICKET}/status`, { status: 'closed' })
      clock.at = new Date(clock.at.getTime() + 3_600_000)
      expect((await ana.post(COMMENTS, { text: 'Again!' })).body.code).toBe('ticket-closed')
    })

    test('follows the strict lifecycle when that is chosen', async () => {
      const { ana, bruno } = await start({ lifecycle: 'strict' })
      await open(ana)
      expect(await statusOf(bruno)).toBe('opened')
      await bruno.post(COMMENTS, { text: 'Water?' })
      expect(await statusOf(bruno)).toBe('answered')
      await ana.post(COMMENTS, { text: 'Yes.' })
      expect(await statusOf(bruno)).toBe('awaited')
      expect(await bruno.put(`${TICKET}/status`, { status: 'opened' })).toMatchObject({
        status: 409,
        body: { current: 'awaited', allowed: ['answered', 'closed'] },
      })
    })

    test('bad input 169: refuses what it does not understand', async () => {
      const { ana, bruno, carla } = await start()
      await open(ana)
      const says = async (client: Client, body: unknown) => {
        const { status, body: problem } = await client.post(COMMENTS, body)
        return [status, problem.code]
      }
      const refused = [422, 'validation-failed']
      expect(await says(bruno, {})).toEqual(refused)
      expect(await says(bruno, { text: ' \n ' })).toEqual(refused)
      expect(await says(bruno, { text: 'x', visibility: 'secret' })).toEqual(refused)
      expect(await says(bruno, { text: 'x', author_id: 1 })).toEqual(refused)
      expect(await says(bruno, { text: 'x', author: { email: 'support@desk.test' } })).toEqual(
        refused,
      )
      expect(await says(bruno, { text: 'x', author: { email: 'support+t1@desk.test' } })).toEqual(
        refused,
      )
      expect(await says(bruno, { text: 'x', author: { email: 'carla@staff.test' } })).toEqual(
        refused,
      )
      const note = { text: 'x', author: { email: 'a@b.test' }, visibility: 'internal' }
      expect(await says(carla, note)).toEqual(refused)
      expect(await says(ana, { text: 'x', visibility: 'internal' })).toEqual([403, 'forbidden'])
      expect(await says(ana, { text: 'x', author: { email: 'a@b.test' } })).toEqual([
        403,
        'forbidden',
      ])
      expect(await says(ana, { text: 'x', status: 'pending' })).toEqual([403, 'forbidden'])
      expect((await bruno.get(COMMENTS)).body.data).toHaveLength(1)
    })

    test('a hundred times at once loses and repeats nothing', async () => {
      const { ana, bruno, failures } = await start({ agent_notices: { default: 'off' } })
      await open(ana)
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          (n % 2 === 0 ? ana : bruno).post(COMMENTS, { text: `n${n}` }),
        ),
      )
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
      expect((await bruno.get(TICKET)).body['counts']).toEqual({ comments: 101 })
      expect(await bruno.all(COMMENTS, 30)).toHaveLength(101)
      expect(failures).toEqual([])
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'the comments of a ticket',
  (fresh) => {
    const start = apiStarter(fresh)

    test('come oldest first, in pages', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      for (let n = 2; n <= 7; n += 1) await bruno.post(COMMENTS, { text: `n${n}` })
      const first = await ana.get(`${COMMENTS}?limit=3`)
      expect(first.body.data?.map(({ text }) => text)).toEqual(['It burns.', 'n2', 'n3'])
      const all = await ana.all(COMMENTS, 3)
      expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7])
      const events = await bruno.all(`${TICKET}/events`, 2)
      expect(events).toEqual(await bruno.all(`${TICKET}/events`))
      const other = `/api/v1/tickets/1/events?cursor=${String(first.body.page?.next_cursor)}`
      expect((await bruno.get(other)).body.code).toBe('cursor-mismatch')
    })

    test('show a customer nothing that is only for agents', async () => {
      const { ana, bruno, users, store } = await start()
      await open(ana)
      await bruno.post(COMMENTS, { visibility: 'internal', text: 'He is rude.' })
      await store.transaction((tx) =>
        insertComment(
          tx,
          {
            ticketId: 1,
            visibility: 'public',
            authorType: 'agent',
            authorId: users.bruno.id,
            text: 'Water?',
            quotedText: 'To: support+secret-token@desk.test',
            fullText: 'Water? support+secret-token@desk.test',
            html: '<p>support+secret-token@desk.test</p>',
            source: 'email',
            messageId: 'from-his-laptop@staff.test',
            referenceIds: [],
            inboundId: null,
            authentication: { spf: 'pass', dkim: null, dmarc: null, aligned: true, source: null },
          },
          new Date(),
        ),
      )
      const seen = await ana.all(COMMENTS)
      expect(seen.map(({ text }) => text)).toEqual(['It burns.', 'Water?'])
      const shown = JSON.stringify([seen, (await ana.get(TICKET)).body])
      expect(shown).not.toMatch(/secret-token|staff\.test|rude/)
      expect(seen[1]?.['author']).toMatchObject({ type: 'agent', name: 'Bruno', email: null })
      expect((await ana.get(TICKET)).body['counts']).toEqual({ comments: 2 })
      const known = (await bruno.all(COMMENTS))[2] as Json
      expect(known).toMatchObject({
        quoted_text: 'To: support+secret-token@desk.test',
        message_id: 'from-his-laptop@staff.test',
        authentication: { spf: 'pass', aligned: true },
      })
    })
  },
  { prepare: migrated },
)
