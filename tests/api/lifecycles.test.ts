/** The lifecycles of other desks through the API, step by step as they are promised. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'

interface Promised {
  readonly initial: string
  /** From each status to those it may change into; the others are refused. */
  readonly steps: Readonly<Record<string, readonly string[]>>
  /** How to come to a status from the initial one. */
  readonly way: Readonly<Record<string, readonly string[]>>
  readonly aliases: Readonly<Record<string, string>>
  readonly afterAgent: string
}

const PROMISED: Readonly<Record<string, Promised>> = {
  strict: {
    initial: 'opened',
    steps: {
      opened: ['answered', 'closed'],
      answered: ['awaited', 'closed'],
      awaited: ['answered', 'closed'],
      closed: [],
    },
    way: {
      opened: [],
      answered: ['answered'],
      awaited: ['answered', 'awaited'],
      closed: ['closed'],
    },
    aliases: { Answered: 'answered', CLOSED: 'closed' },
    afterAgent: 'answered',
  },
  simple: {
    initial: 'open',
    steps: { open: ['wip', 'closed'], wip: ['open', 'closed'], closed: ['open', 'wip'] },
    way: { open: [], wip: ['wip'], closed: ['closed'] },
    aliases: { 'In Progress': 'wip', in_progress: 'wip', Open: 'open' },
    afterAgent: 'open',
  },
  tracker: {
    initial: 'open',
    steps: {
      open: ['pending', 'closed'],
      pending: ['open', 'closed'],
      closed: ['open', 'pending'],
    },
    way: { open: [], pending: ['pending'], closed: ['closed'] },
    aliases: { Pending: 'pending', Closed: 'closed' },
    afterAgent: 'pending',
  },
}

async function opened({ ana }: TestApi): Promise<string> {
  const { body } = await ana.post(TICKETS, { subject: 'Printer', text: 'It burns.' })
  return `${TICKETS}/${body.id}`
}

eachDatabase(
  'the lifecycle',
  (fresh) => {
    const start = apiStarter(fresh)

    test.each(Object.entries(PROMISED))(
      '%s takes its steps and no others',
      async (name, promised) => {
        const api = await start({ lifecycle: name })
        const { bruno } = api
        const all = Object.keys(promised.steps)
        for (const [from, allowed] of Object.entries(promised.steps)) {
          for (const to of all) {
            const ticket = await opened(api)
            for (const step of promised.way[from] ?? []) {
              expect((await bruno.put(`${ticket}/status`, { status: step })).status).toBe(200)
            }
            const before = (await bruno.get(ticket)).body
            expect([before['status'], before['allowed_statuses']]).toEqual([from, allowed])
            const { status, body } = await bruno.put(`${ticket}/status`, { status: to })
            const expected = from === to || allowed.includes(to) ? 200 : 409
            expect([from, to, status]).toEqual([from, to, expected])
            if (status === 409) {
              expect(body).toMatchObject({
                code: 'status-transition-not-allowed',
                current: from,
                allowed,
              })
            }
            const after = (await bruno.get(ticket)).body
            expect(after['status']).toBe(expected === 200 ? to : from)
            expect(after['version']).toBe(
              Number(before['version']) + (expected === 200 && from !== to ? 1 : 0),
            )
          }
        }
      },
    )

    test.each(Object.entries(PROMISED))(
      '%s knows other words, and only open tickets are commented',
      async (name, promised) => {
        const api = await start({ lifecycle: name })
        const { ana, bruno } = api
        const ticket = await opened(api)
        expect((await bruno.get(ticket)).body['status']).toBe(promised.initial)
        const unknown = await bruno.put(`${ticket}/status`, { status: 'nonsense' })
        expect(unknown).toMatchObject({
          status: 422,
          body: { code: 'unknown-status', accepted: Object.keys(promised.steps) },
        })
        const answer = await bruno.post(`${ticket}/comments`, { text: 'Try again.' })
        expect(answer.status).toBe(201)
        expect((await bruno.get(ticket)).body['status']).toBe(promised.afterAgent)
        for (const [word, meant] of Object.entries(promised.aliases)) {
          const other = await opened(api)
          const reply = await bruno.put(`${other}/status`, { status: word })
          expect([word, reply.status, reply.body['status']]).toEqual([word, 200, meant])
          const found = await bruno.all(`${TICKETS}?status=${encodeURIComponent(word)}`)
          expect(found.every(({ status }) => status === meant)).toBe(true)
          expect(found.map(({ id }) => id)).toContain(reply.body.id)
        }
        await bruno.put(`${ticket}/status`, { status: 'closed' })
        for (const client of [ana, bruno]) {
          expect(await client.post(`${ticket}/comments`, { text: 'x' })).toMatchObject({
            status: 409,
            body: { code: 'ticket-closed' },
          })
        }
      },
    )

    test('strict moves on by itself: an answer, a customer’s word', async () => {
      const { ana, bruno, ...api } = await start({ lifecycle: 'strict' })
      const ticket = await opened({ ...api, ana, bruno })
      const status = async () => (await ana.get(ticket)).body['status']
      await ana.post(`${ticket}/comments`, { text: 'Hello?' })
      expect(await status()).toBe('opened')
      await bruno.post(`${ticket}/comments`, { text: 'Try again.' })
      expect(await status()).toBe('answered')
      await bruno.post(`${ticket}/comments`, { text: 'Hm.', visibility: 'internal' })
      expect(await status()).toBe('answered')
      await ana.post(`${ticket}/comments`, { text: 'Still.' })
      expect(await status()).toBe('awaited')
    })
  },
  { prepare: migrated },
)
