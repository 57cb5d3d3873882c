/** Every route against every role and scope: what is not listed here is refused. */
import { describe, expect, test } from 'vitest'
import type { Route } from '../../src/api/route.ts'
import { routesOf } from '../../src/api/routes.ts'
import { createToken, SCOPES } from '../../src/desk/create-token.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { Health } from '../../src/health.ts'
import { Bell } from '../../src/pause.ts'
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'
import { eventsOf as streamOf } from './events-client.ts'
import { GOOD_BODIES } from './good-bodies.ts'
import { EXPECTED } from './who-may-what-table.ts'

/** The table without the public routes. */
const privateRoutes = (api: TestApi): Route[] =>
  routesOf({
    ...api,
    health: new Health(),
    arrived: new Bell(),
    outgoing: new Bell(),
    passwords: new Passwords(10),
    events: eventsOf(silentLog),
    version: '',
    draining: () => false,
  })
    .filter(({ access }) => access.roles !== 'public')
    .toSorted((a, b) => rank(a) - rank(b))

/** Late: a closed ticket takes no comments, a merged or deleted one nothing. */
const LATE = [
  '/status',
  '/merge',
  'DELETE /api/v1/tickets/:id',
  '/restore',
  '/reject',
  '/demote',
  'DELETE /api/v1/users/:id',
  // These want a delivery, which the test of a webhook makes.
  'GET /api/v1/webhooks/:id/deliveries/:delivery',
  'POST /api/v1/webhooks/:id/deliveries/:delivery/redeliver',
  'DELETE /api/v1/webhooks/:id',
  'DELETE /api/v1/suppressions/:id',
  'DELETE /api/v1/blocked-senders/:id',
  // Nobody comes back from this.
  'DELETE /api/v1/me',
]
const rank = ({ method, path }: Route): number =>
  LATE.findIndex((end) => `${method} ${path}`.endsWith(end))

const PIA = { email: 'pia@customers.test', state: 'pending_approval' } as const
/** After the cast. */
const PIA_ID = '5'

const pathOf = (name: string): string =>
  name
    .replace('/users/:id', `/users/${PIA_ID}`)
    .replace(':id', '1')
    .replace(':email', 'olga@customers.test')
    .replace(':user', 'me')
    .replace(':delivery', '1')
    .replace(':notice/:locale', 'reply/en')

/** Neither an id nor the name of a notice that there is. */
const NOTHING = '999999'

const UNAUTHENTICATED = {
  status: 401,
  body: { code: 'unauthenticated' },
}

eachDatabase(
  'who may do what',
  (fresh) => {
    const start = apiStarter(fresh)

    test('each route answers each role as the table says', async () => {
      const api = await start()
      expect((await api.tokenFor(PIA)).user.id).toBe(Number(PIA_ID))
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const routes = privateRoutes(api)
      const names = routes.map(({ method, path }) => `${method} ${path}`)
      expect(names.toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
      for (const name of names) {
        const [method = '', path = ''] = pathOf(name).split(' ')
        for (const who of ['mallory', 'bruno', 'ana', 'carla'] as const) {
          const { status } = await api[who].send(method, path, GOOD_BODIES[name])
          expect([name, who, status]).toEqual([name, who, EXPECTED[name]?.[who]])
        }
        expect(await api.nobody.send(method, path, GOOD_BODIES[name])).toMatchObject(
          UNAUTHENTICATED,
        )
      }
    })

    test('what is not there is not there for anybody, and what is another’s looks the same', async () => {
      const api = await start()
      await api.tokenFor(PIA)
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const about = privateRoutes(api).filter(({ path }) => path.includes(':'))
      expect(about.length).toBeGreaterThan(60)
      for (const route of about) {
        const name = `${route.method} ${route.path}`
        const [method = '', nothing = ''] = pathOf(name.replace(/:(?:id|notice)\b/, NOTHING)).split(
          ' ',
        )
        const roles = route.access.roles === 'public' ? [] : route.access.roles
        for (const who of ['ana', 'mallory', 'bruno', 'carla'] as const) {
          const { role } = api.users[who]
          const { status } = await api[who].send(method, nothing, GOOD_BODIES[name])
          expect([name, who, status]).toEqual([name, who, roles.includes(role) ? 404 : 403])
        }
        if (EXPECTED[name]?.mallory !== 404) continue
        const [, there = ''] = pathOf(name).split(' ')
        const headers = { 'x-request-id': 'same' }
        const foreign = await api.mallory.send(method, there, GOOD_BODIES[name], headers)
        const unknown = await api.mallory.send(method, nothing, GOOD_BODIES[name], headers)
        expect([name, foreign.body]).toEqual([name, unknown.body])
      }
    })

    test('what is listed, found, counted, streamed and handed out is one’s own', async () => {
      const api = await start()
      const streams = {
        ana: await streamOf(api.ana),
        mallory: await streamOf(api.mallory),
        bruno: await streamOf(api.bruno),
      }
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.', tags: ['x'] })
      await api.bruno.post('/api/v1/tickets/1/comments', { text: 'Hm.', visibility: 'internal' })
      const seen = async (who: 'ana' | 'mallory' | 'bruno' | 'carla') => {
        const client = api[who]
        const count = async (path: string) => (await client.all(`/api/v1/${path}`)).length
        const stats = (await client.get('/api/v1/stats')).body
        return {
          listed: await count('tickets'),
          found: await count('tickets?q=printer'),
          hidden: await count('tickets?q=hm'),
          byNumber: await count('tickets?q=1'),
          total: stats['total'],
          open: (stats['by_status'] as Record<string, number>)['open'],
        }
      }
      const mine = { listed: 1, found: 1, hidden: 0, byNumber: 1, total: 1, open: 1 }
      const none = { listed: 0, found: 0, hidden: 0, byNumber: 0, total: 0, open: 0 }
      expect(await seen('ana')).toEqual(mine)
      expect(await seen('mallory')).toEqual(none)
      expect(await seen('bruno')).toEqual({ ...mine, hidden: 1 })
      expect(await seen('carla')).toEqual({ ...mine, hidden: 1 })
      const typesOf = async (who: keyof typeof streams, count: number) =>
        (await streams[who].next(count)).map(({ event }) => event)
      expect(await typesOf('bruno', 3)).toEqual([
        'ticket.created',
        'comment.created',
        'comment.created',
      ])
      expect(await typesOf('ana', 2)).toEqual(['ticket.created', 'comment.created'])
      // What happens to her comes; nothing of the others has come before it.
      await api.mallory.post('/api/v1/tickets', { subject: 'Lamp', text: 'It flickers.' })
      const [first] = await streams.mallory.next(1)
      expect(first).toMatchObject({ event: 'ticket.created', data: { ticket_id: 2 } })
      expect(streams.ana.text()).not.toContain('"ticket_id":2')
      expect(streams.ana.text()).not.toContain('internal')
      await Promise.all(Object.values(streams).map((stream) => stream.close()))
    })

    test('a limited token does only what its scopes say', async () => {
      const api = await start()
      await api.tokenFor(PIA)
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      for (const route of privateRoutes(api)) {
        const needed = route.access.roles === 'public' ? [] : route.access.scopes
        const scopes = needed === 'unlimited' ? null : needed
        const others = SCOPES.filter((scope) => scopes?.includes(scope) !== true)
        const name = `${route.method} ${route.path}`
        const path = pathOf(route.path)
        const who = route.access.roles.includes('agent') ? 'bruno' : 'carla'
        const { email } = api.users[who]
        const { client } = await api.tokenFor({ email }, others)
        const { status, body } = await client.send(route.method, path, GOOD_BODIES[name])
        if (scopes?.length === 0) expect([name, status]).toEqual([name, 200])
        else
          expect([name, body]).toMatchObject([
            name,
            { code: 'insufficient-scope', required: scopes ?? [] },
          ])
        const enough = await api.tokenFor({ email }, scopes)
        const allowed = await enough.client.send(route.method, path, GOOD_BODIES[name])
        expect([name, allowed.status]).toEqual([name, EXPECTED[name]?.[who]])
      }
    })

    test('a limited token makes nobody who may do more than it', async () => {
      const { carla, tokenFor, users } = await start()
      const { client } = await tokenFor({ email: 'carla@staff.test' }, ['users:write'])
      const refused = { status: 403, body: { code: 'insufficient-scope', required: [] } }
      const pia = { email: 'pia@customers.test' }
      for (const more of [{ role: 'agent' }, { role: 'admin' }, { password: 'correct horse 1' }]) {
        expect(await client.post('/api/v1/users', { ...pia, ...more })).toMatchObject(refused)
      }
      expect((await client.post('/api/v1/users', pia)).status).toBe(201)
      const user = `/api/v1/users/${users.bruno.id}`
      expect(await client.put(`${user}/role`, { role: 'admin' })).toMatchObject(refused)
      for (const step of ['promote', 'demote']) {
        expect(await client.post(`${user}/${step}`, undefined)).toMatchObject(refused)
      }
      expect(await client.send('DELETE', `${user}/totp`)).toMatchObject(refused)
      expect((await carla.put(`${user}/role`, { role: 'admin' })).status).toBe(200)
    })

    test('a webhook sends no texts on behalf of a token that may not read them', async () => {
      const { carla, tokenFor } = await start()
      const hooks = '/api/v1/webhooks'
      const blind = await tokenFor({ email: 'carla@staff.test' }, ['webhooks:write'])
      const seeing = await tokenFor({ email: 'carla@staff.test' }, [
        'webhooks:write',
        'tickets:read',
      ])
      const refused = { status: 403, body: { required: ['tickets:read'] } }
      const url = 'https://8.8.8.8/hook'
      const whole = { url, include_bodies: true }
      expect(await blind.client.post(hooks, whole)).toMatchObject(refused)
      expect((await blind.client.post(hooks, { url })).status).toBe(201)
      const patch = (client: Client, id: number, change: object) =>
        client.send('PATCH', `${hooks}/${id}`, change)
      expect(await patch(blind.client, 1, { include_bodies: true })).toMatchObject(refused)
      expect((await patch(blind.client, 1, { description: 'x' })).status).toBe(200)
      expect((await seeing.client.post(hooks, whole)).status).toBe(201)
      const elsewhere = { url: 'https://8.8.4.4/hook' }
      expect(await patch(blind.client, 2, elsewhere)).toMatchObject(refused)
      expect((await carla.get(`${hooks}/2`)).body['url']).toBe(url)
      expect((await patch(blind.client, 2, { include_bodies: false })).status).toBe(200)
    })

    test('a note wants another scope than a reply', async () => {
      const { ana, tokenFor } = await start()
      await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const { client } = await tokenFor({ email: 'bruno@staff.test' }, ['comments:write'])
      const note = { text: 'x', visibility: 'internal' }
      expect(await client.post('/api/v1/tickets/1/comments', note)).toMatchObject({
        status: 403,
        body: { code: 'insufficient-scope', required: ['notes:write'] },
      })
    })

    test('a comment that moves the ticket wants the scope to move it', async () => {
      const { ana, bruno, tokenFor } = await start()
      await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const comments = '/api/v1/tickets/1/comments'
      const email = 'bruno@staff.test'
      const moving = { text: 'x', status: 'solved' }
      const notes = await tokenFor({ email }, ['comments:write', 'notes:write'])
      for (const visibility of ['public', 'internal']) {
        expect(await notes.client.post(comments, { ...moving, visibility })).toMatchObject({
          status: 403,
          body: { code: 'insufficient-scope', required: ['tickets:write'] },
        })
      }
      expect((await bruno.get('/api/v1/tickets/1')).body['status']).toBe('open')
      expect((await notes.client.post(comments, { text: 'x' })).status).toBe(201)
      const both = await tokenFor({ email }, ['comments:write', 'tickets:write'])
      expect((await both.client.post(comments, moving)).status).toBe(201)
    })

    test('every wrong credential gets the same answer', async () => {
      const { url, store, users, clock, tokenFor, nobody } = await start()
      const disabled = await tokenFor({
        email: 'dora@staff.test',
        role: 'agent',
        state: 'disabled',
      })
      const contact = await tokenFor({ email: 'lena@example.org', state: 'contact' })
      const unapproved = await tokenFor({ email: 'b@example.org', state: 'pending_approval' })
      const expired = await tokenFor({ email: 'bruno@staff.test' })
      await store.transaction((tx) =>
        tx('api_tokens')
          .where({ user_id: users.bruno.id })
          .update({ expires_at: clock.at.getTime() }),
      )
      const valid = await tokenFor({ email: 'carla@staff.test' })
      const headers = [
        {},
        { authorization: '' },
        { authorization: `Bearer ${disabled.token}` },
        { authorization: `Bearer ${contact.token}` },
        { authorization: `Bearer ${unapproved.token}` },
        { authorization: `Bearer ${expired.token}` },
        { authorization: `Bearer pst_${'x'.repeat(43)}` },
        { authorization: `Bearer ${valid.token}x` },
        { authorization: `Bearer Bearer ${valid.token}` },
        { authorization: `Basic ${valid.token}` },
        { authorization: valid.token },
        { authorization: `Bearer ${'x'.repeat(8_000)}` },
        { cookie: `token=${valid.token}`, 'x-remote-user': 'carla@staff.test' },
      ]
      const answers = new Set<string>()
      for (const header of headers) {
        const reply = await nobody.get('/api/v1/me', { 'x-request-id': 'same', ...header })
        expect(reply).toMatchObject(UNAUTHENTICATED)
        expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /)
        answers.add(JSON.stringify(reply.body))
      }
      expect(answers.size).toBe(1)
      expect((await new Client(url, valid.token).get('/api/v1/me')).status).toBe(200)
      const lower = await nobody.get('/api/v1/me', { authorization: `bearer ${valid.token}` })
      expect(lower.status).toBe(200)
    })

    test('a token in the address is refused, whoever asks', async () => {
      const { carla, nobody, tokenFor } = await start()
      const { token } = await tokenFor({ email: 'carla@staff.test' })
      for (const client of [carla, nobody]) {
        expect(await client.get(`/api/v1/me?token=${token}`)).toMatchObject({
          status: 400,
          body: { code: 'unknown-parameter' },
        })
      }
    })

    test('only a hash of a token is stored, and when it was last used', async () => {
      const { store, tokenFor, clock } = await start()
      const { token, client } = await tokenFor({ email: 'dora@staff.test', role: 'agent' })
      expect(token).toMatch(/^pst_[\w-]{43}$/)
      const used = async () => {
        const rows = await store.read('api_tokens').orderBy('id', 'desc')
        expect(JSON.stringify(rows)).not.toContain(token.slice(4))
        return (rows as { last_used_at: number | null }[])[0]?.last_used_at
      }
      expect(await used()).toBe(null)
      await client.get('/api/v1/me')
      await expect.poll(used).toBe(clock.at.getTime())
      await client.get('/api/v1/me')
      clock.at = new Date(clock.at.getTime() + 61_000)
      await client.get('/api/v1/me')
      await expect.poll(used).toBe(clock.at.getTime())
    })

    test('participants see a ticket, others never do', async () => {
      const { ana, mallory, tokenFor } = await start()
      const { client: boss } = await tokenFor({ email: 'boss@example.org' })
      const body = { subject: 'Printer', text: 'It burns.', participants: ['boss@example.org'] }
      await ana.post('/api/v1/tickets', body)
      for (const [client, count] of [
        [ana, 1],
        [boss, 1],
        [mallory, 0],
      ] as const) {
        expect((await client.get('/api/v1/tickets')).body.data).toHaveLength(count)
        expect((await client.get('/api/v1/tickets?q=printer')).body.data).toHaveLength(count)
        expect((await client.get('/api/v1/stats')).body).toMatchObject({ total: count })
      }
      const unknown = await mallory.get('/api/v1/tickets/2', { 'x-request-id': 'same' })
      const foreign = await mallory.get('/api/v1/tickets/1', { 'x-request-id': 'same' })
      expect(foreign.body).toEqual(unknown.body)
      expect((await boss.get('/api/v1/tickets/1')).body['allowed_statuses']).toEqual([])
    })
  },
  { prepare: migrated },
)

describe('a new token', () => {
  test('with a scope nobody knows is not made', async () => {
    // It is refused before anything is written, so there is nothing to write to.
    const nothing = undefined as never
    const wanted = { userId: 1, name: 'x', scopes: ['tickets:read', 'root'] }
    await expect(createToken(nothing, wanted, new Date())).rejects.toMatchObject({
      code: 'unknown-scope',
      details: { accepted: SCOPES },
    })
  })
})
