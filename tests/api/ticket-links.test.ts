import { beforeEach, describe, expect, test } from 'vitest'
import { dayOf, withoutTicketLinks } from '../../src/reply-token.ts'
import { insertComment } from '../../src/store/comments.ts'
import { addParticipant } from '../../src/store/participants.ts'
import { listOutbox, sourceOf } from '../../src/store/outbox.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const DAY_MS = 24 * 60 * 60_000
const API = '/api/v1'
const linkOf = (token: string | undefined): string => `/t/${token}/api`

eachDatabase(
  'a link to one ticket',
  (fresh) => {
    const start = apiStarter(fresh)
    let api: TestApi
    let nobody: Client
    /** Ana's, to ticket 1. */
    let link = ''

    const tokenOf = (person: 'ana' | 'bruno' | 'mallory', ticketId = 1): string =>
      api.context.tokens.make({
        kind: 'view',
        ticketId,
        userId: api.users[person].id,
        day: dayOf(api.clock.at),
      })
    const statusOf = async (path: string): Promise<number> => (await nobody.get(path)).status

    beforeEach(async () => {
      api = await start()
      nobody = api.nobody
      await api.ana.post(`${API}/tickets`, {
        subject: 'Printer',
        text: 'It burns.',
        participants: ['boss@example.org'],
      })
      await api.ana.post(`${API}/tickets`, { subject: 'Another', text: 'Not by this link.' })
      link = linkOf(tokenOf('ana'))
    })

    test('shows it as its reader may see it', async () => {
      await api.bruno.post(`${API}/tickets/1/comments`, { text: 'Water?' })
      await api.bruno.post(`${API}/tickets/1/comments`, { text: 'Rude.', visibility: 'internal' })
      const { body } = await nobody.get(link)
      expect(body).toMatchObject({ ticket_id: 1, user: { email: 'ana@customers.test' } })
      const ticket = await nobody.get(`${link}/tickets/1`)
      expect(ticket.body).toEqual((await api.ana.get(`${API}/tickets/1`)).body)
      const comments = (await nobody.get(`${link}/tickets/1/comments`)).body.data ?? []
      expect(comments.map(({ text }) => text)).toEqual(['It burns.', 'Water?'])
      expect(JSON.stringify(comments)).not.toContain('bruno@staff.test')
      expect(ticket.headers.get('cache-control')).toBe('no-store')
      expect(ticket.headers.get('referrer-policy')).toBe('no-referrer')
    })

    test('leads to no other ticket, and to nothing that is not for customers', async () => {
      await api.bruno.post(`${API}/tickets/2/comments`, { text: 'Hello.' })
      for (const path of [
        '/tickets/2',
        '/tickets/2/comments',
        '/comments/2/page',
        '/events?ticket=2',
        '/tickets',
        '/stats',
        '/me',
        '/users',
      ]) {
        expect([path, await statusOf(`${link}${path}`)]).toEqual([path, 404])
      }
      const post = await nobody.post(`${link}/tickets/2/comments`, { text: 'x' })
      expect(post.status).toBe(404)
      const note = { text: 'x', visibility: 'internal' }
      expect((await nobody.post(`${link}/tickets/1/comments`, note)).status).toBe(403)
    })

    test('lets one answer as if by mail, once however often it is sent', async () => {
      const body = { text: 'Still burning.' }
      const headers = { 'idempotency-key': 'one' }
      const first = await nobody.post(`${link}/tickets/1/comments`, body, headers)
      const second = await nobody.post(`${link}/tickets/1/comments`, body, headers)
      expect([first.status, second.status]).toEqual([201, 201])
      expect(second.headers.get('idempotent-replayed')).toBe('true')
      const comments = (await api.bruno.get(`${API}/tickets/1/comments`)).body.data ?? []
      expect(comments.map(({ text, author }) => [text, (author as { name: string }).name])).toEqual(
        [
          ['It burns.', 'Ana'],
          ['Still burning.', 'Ana'],
        ],
      )
    })

    test('takes a file along, and gives it to nobody by another link', async () => {
      const upload = await nobody.send('POST', `${link}/attachments`, 'the photo', {
        'content-type': 'text/plain',
        'content-disposition': 'attachment; filename="photo.txt"',
      })
      expect(upload.status).toBe(201)
      const body = { text: 'See the photo.', attachments: [upload.body.id] }
      expect((await nobody.post(`${link}/tickets/1/comments`, body)).status).toBe(201)
      expect((await nobody.get(`${link}/attachments/${upload.body.id}`)).body).toBe('the photo')
      const other = linkOf(tokenOf('ana', 2))
      expect(await statusOf(`${other}/attachments/${upload.body.id}`)).toBe(404)
    })

    test('closes the ticket only for who asked, and only by a request that changes', async () => {
      await nobody.get(`${link}/tickets/1`)
      expect((await api.bruno.get(`${API}/tickets/1`)).body).toMatchObject({ version: 1 })
      const boss = await api.tokenFor({ email: 'boss@example.org' })
      const bosses = api.context.tokens.make({
        kind: 'view',
        ticketId: 1,
        userId: boss.user.id,
        day: dayOf(api.clock.at),
      })
      const closed = { status: 'closed' }
      expect((await nobody.put(`${linkOf(bosses)}/tickets/1/status`, closed)).status).toBe(403)
      expect((await nobody.put(`${link}/tickets/1/status`, closed)).status).toBe(200)
    })

    test('is no link when altered, old, another kind, an agent’s, or a stranger’s', async () => {
      const ids = { ticketId: 1, userId: api.users.ana.id }
      const { tokens } = api.context
      const good = tokenOf('ana')
      const today = dayOf(api.clock.at)
      for (const bad of [
        `${good.slice(0, -2)}aa`,
        tokens.make({ kind: 'reply', ...ids }),
        tokens.make({ kind: 'mute', ...ids }),
        tokens.make({ kind: 'view', ...ids, day: today - 61 }),
        tokenOf('bruno'),
        tokenOf('mallory'),
        tokenOf('ana', 99),
      ]) {
        expect([await statusOf(linkOf(bad)), await statusOf(`${linkOf(bad)}/tickets/1`)]).toEqual([
          404, 404,
        ])
      }
      expect(await statusOf(linkOf(good))).toBe(200)
      api.clock.at = new Date(api.clock.at.getTime() + 61 * DAY_MS)
      expect(await statusOf(linkOf(good))).toBe(404)
    })

    test('ends when its reader takes part no more, or may not come in', async () => {
      const boss = await api.tokenFor({ email: 'boss@example.org' })
      const day = dayOf(api.clock.at)
      const { tokens } = api.context
      const its = { kind: 'view', ticketId: 1, userId: boss.user.id, day } as const
      const bosses = `${linkOf(tokens.make(its))}/tickets/1`
      expect(await statusOf(bosses)).toBe(200)
      await api.bruno.send('DELETE', `${API}/tickets/1/participants/boss@example.org`)
      expect(await statusOf(bosses)).toBe(404)
      await api.carla.send('PATCH', `${API}/users/${api.users.ana.id}`, { state: 'disabled' })
      expect(await statusOf(link)).toBe(404)
    })

    test('goes on where its ticket was merged into', async () => {
      await api.bruno.post(`${API}/tickets/1/merge`, { into: 2 })
      expect((await nobody.get(link)).body).toMatchObject({ ticket_id: 2 })
      expect((await nobody.get(`${link}/tickets/2`)).body).toMatchObject({ subject: 'Another' })
    })

    test('stands in the mail that one gets, each with his own', async () => {
      await api.bruno.post(`${API}/tickets/1/comments`, { text: 'Water?' })
      const found = new Map<string, string>()
      for (const row of await listOutbox(api.store.read, { ticketId: 1, limit: 10 })) {
        const bytes = (await sourceOf(api.store.read, row.id))?.source
        const text = String(bytes).replaceAll('=\r\n', '').replaceAll('=3D', '=')
        const token = /http:\/\/127\.0\.0\.1:8025\/t\/([a-z2-7]+)/.exec(text)?.[1] ?? ''
        found.set(`${row.kind} to ${row.rcptTo}`, token)
      }
      expect(await statusOf(linkOf(found.get('reply to ana@customers.test')))).toBe(200)
      expect(await statusOf(linkOf(found.get('reply to boss@example.org')))).toBe(200)
      expect(found.get('reply to ana@customers.test')).not.toBe(
        found.get('reply to boss@example.org'),
      )
    })

    test('is the one for those who sign in, in the mail of staff who take part', async () => {
      const carla = api.users.carla.id
      const takesPart = { ticketId: 1, userId: carla, role: 'cc' } as const
      await api.store.transaction((tx) => addParticipant(tx, takesPart, api.clock.at))
      await api.bruno.post(`${API}/tickets/1/comments`, { text: 'Water?' })
      const rows = await listOutbox(api.store.read, { ticketId: 1, limit: 10 })
      const hers = rows.find(({ kind, userId }) => kind === 'reply' && userId === carla)
      const bytes = (await sourceOf(api.store.read, hers?.id ?? 0))?.source
      const text = String(bytes).replaceAll('=\r\n', '')
      expect(text).toContain('http://127.0.0.1:8025/tickets/1')
      expect(text).not.toContain('8025/t/')
    })

    test('is not shown to others whom its reader’s words reach', async () => {
      const quoted = `> http://127.0.0.1:8025/t/${tokenOf('ana')}`
      await api.store.transaction((tx) =>
        insertComment(
          tx,
          {
            ticketId: 1,
            visibility: 'public',
            authorType: 'customer',
            authorId: api.users.ana.id,
            text: quoted,
            quotedText: quoted,
            fullText: quoted,
            html: `<p>${quoted}</p>`,
            source: 'email',
            messageId: null,
            referenceIds: [],
            inboundId: null,
            authentication: null,
          },
          api.clock.at,
        ),
      )
      await api.bruno.put(`${API}/tickets/1/participants/mallory@strangers.test`, undefined)
      const { mallory } = api
      const comments = await mallory.get(`${API}/tickets/1/comments`)
      const last = comments.body.data?.at(-1)
      const page = await mallory.get(`${API}/comments/${last?.id}/page`)
      const transcript = await mallory.get(`${API}/tickets/1/transcript?format=txt`)
      for (const { body, status } of [comments, page, transcript]) {
        expect(status).toBe(200)
        expect(JSON.stringify(body)).toContain('/t/…')
        expect(JSON.stringify(body)).not.toContain(tokenOf('ana'))
      }
    })
  },
  { prepare: migrated },
)

describe('text without links', () => {
  test.each([
    ['see https://desk.test/t/abcdefghijklmnopqrstuvwxyz2345 now', 'see https://desk.test/t/… now'],
    ['/t/short and /t/', '/t/short and /t/'],
    [
      'https://eu.safelinks.test/?url=https%3A%2F%2Fdesk.test%2Ft%2Fabcdefghijklmnopqrstuvwxyz2345&data=05',
      'https://eu.safelinks.test/?url=https%3A%2F%2Fdesk.test%2Ft%2F…&data=05',
    ],
    [
      'https://a.test/?a=https%253a%252f%252fdesk.test%252ft%252fabcdefghijklmnopqrstuvwxyz2345%26x',
      'https://a.test/?a=https%253a%252f%252fdesk.test%252ft%252f…%26x',
    ],
    [
      'https://urldefense.test/v2/url?u=https-3A__desk.test_t_abcdefghijklmnopqrstuvwxyz2345&d=x',
      'https://urldefense.test/v2/url?u=https-3A__desk.test_t_…&d=x',
    ],
    [
      '<a href="https:&#x2F;&#x2F;desk.test&#x2F;t&#x2F;abcdefghijklmnopqrstuvwxyz2345">',
      '<a href="https:&#x2F;&#x2F;desk.test&#x2F;t&#x2F;…">',
    ],
    ['x'.repeat(10), 'x'.repeat(10)],
  ])('%s', (text, expected) => {
    expect(withoutTicketLinks(text)).toBe(expected)
  })
})
