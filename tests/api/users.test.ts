/** What admins do with people, and what nobody may do. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Reply, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const PASSWORD = 'a herring in the garden'

const login = (api: TestApi, email: string): Promise<Reply> =>
  api.nobody.post('/api/v1/auth/login', { email, password: PASSWORD })

const cookieOf = (reply: Reply): string =>
  (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, '')

async function member(api: TestApi, email: string, role: string): Promise<number> {
  const { body } = await api.carla.post('/api/v1/users', { email, role, password: PASSWORD })
  return Number(body.id)
}

const step = async (api: TestApi, id: number, verb: string) => {
  const { status, body } = await api.carla.post(`/api/v1/users/${id}/${verb}`, undefined)
  return [status, body['role'] ?? body.code]
}

eachDatabase(
  'users',
  (fresh) => {
    const start = apiStarter(fresh)

    test('promote and demote go one step; past the ends there is none', async () => {
      const api = await start()
      const { id } = api.users.ana
      expect(await step(api, id, 'promote')).toEqual([200, 'agent'])
      expect(await step(api, id, 'promote')).toEqual([200, 'admin'])
      expect(await step(api, id, 'promote')).toEqual([409, 'no-such-step'])
      expect(await step(api, id, 'demote')).toEqual([200, 'agent'])
      expect(await step(api, id, 'demote')).toEqual([200, 'customer'])
      expect(await step(api, id, 'demote')).toEqual([409, 'no-such-step'])
      expect(await step(api, 999, 'demote')).toEqual([404, 'not-found'])
    })

    test('a new role means a new login', async () => {
      const api = await start()
      const id = await member(api, 'max@staff.test', 'agent')
      const cookie = cookieOf(await login(api, 'max@staff.test'))
      expect((await api.nobody.get('/api/v1/inboxes', { cookie })).status).toBe(200)
      await step(api, id, 'demote')
      expect((await api.nobody.get('/api/v1/me', { cookie })).status).toBe(401)
      const anew = cookieOf(await login(api, 'max@staff.test'))
      expect((await api.nobody.get('/api/v1/inboxes', { cookie: anew })).status).toBe(403)
    })

    test('bad input 168: the last admin stays, whatever is tried', async () => {
      const api = await start()
      const { id } = api.users.carla
      const refused = { status: 409, body: { code: 'last-admin' } }
      const path = `/api/v1/users/${id}`
      expect(await api.carla.post(`${path}/demote`, undefined)).toMatchObject(refused)
      expect(await api.carla.put(`${path}/role`, { role: 'customer' })).toMatchObject(refused)
      expect(await api.carla.send('PATCH', path, { state: 'disabled' })).toMatchObject(refused)
      expect(await api.carla.send('DELETE', path)).toMatchObject(refused)
      expect((await api.carla.get('/api/v1/me')).body).toMatchObject({ role: 'admin' })
      // A disabled one does not count.
      const other = await member(api, 'dora@staff.test', 'admin')
      await api.carla.send('PATCH', `/api/v1/users/${other}`, { disabled: true })
      expect(await api.carla.post(`${path}/demote`, undefined)).toMatchObject(refused)
    })

    test('bad input 168: of two admins who demote each other at once one stays', async () => {
      const api = await start()
      for (let round = 0; round < 5; round += 1) {
        const email = `dora${round}@staff.test`
        const { user, client } = await api.tokenFor({ email, role: 'admin' })
        const carla = api.users.carla.id
        await Promise.all([
          api.carla.post(`/api/v1/users/${user.id}/demote`, undefined),
          client.post(`/api/v1/users/${carla}/demote`, undefined),
        ])
        const admins = await api.store.read('users').where({ role: 'admin', state: 'active' })
        expect(admins).toHaveLength(1)
        await api.store.transaction((tx) =>
          tx('users').where({ id: carla }).update({ role: 'admin' }),
        )
        await api.store.transaction((tx) =>
          tx('users').where({ id: user.id }).update({ role: 'customer' }),
        )
      }
      expect(api.failures).toEqual([])
    })

    test('who is disabled is out at once, and may come back', async () => {
      const api = await start()
      const id = await member(api, 'max@staff.test', 'agent')
      const cookie = cookieOf(await login(api, 'max@staff.test'))
      const { client } = await api.tokenFor({ email: 'max@staff.test' })
      const patch = (body: object) => api.carla.send('PATCH', `/api/v1/users/${id}`, body)
      expect((await patch({ state: 'disabled' })).body).toMatchObject({ state: 'disabled' })
      expect((await api.nobody.get('/api/v1/me', { cookie })).status).toBe(401)
      expect((await client.get('/api/v1/me')).status).toBe(401)
      expect(await login(api, 'max@staff.test')).toMatchObject({
        status: 403,
        body: { code: 'account-disabled' },
      })
      expect((await patch({ disabled: false })).body).toMatchObject({ state: 'active' })
      expect((await login(api, 'max@staff.test')).status).toBe(200)
      expect((await api.nobody.get('/api/v1/me', { cookie })).status).toBe(401)
    })

    test('bad input 159: a member nobody may set is refused, and nothing changes', async () => {
      const api = await start()
      const path = `/api/v1/users/${api.users.ana.id}`
      for (const body of [
        { role: 'admin', id: 1, password_hash: 'x' },
        { email: 'x@y.test' },
        { state: 'contact' },
        { state: 'active', disabled: true },
        '{"__proto__":{"role":"admin"}}',
      ]) {
        expect((await api.carla.send('PATCH', path, body)).status).toBe(422)
        expect((await api.ana.send('PATCH', '/api/v1/me', body)).status).toBe(422)
      }
      expect((await api.carla.get(path)).body).toMatchObject({ role: 'customer', name: 'Ana' })
    })

    test('name and language are one’s own to change', async () => {
      const api = await start()
      const changed = { name: 'Anna', locale: 'pt-BR' }
      expect(
        (await api.ana.send('PATCH', '/api/v1/me', { name: 'Anna', locale: 'pt-br' })).body,
      ).toMatchObject(changed)
      expect((await api.ana.get('/api/v1/me')).body).toMatchObject(changed)
      expect((await api.ana.send('PATCH', '/api/v1/me', { locale: 'no language' })).status).toBe(
        422,
      )
      expect((await api.ana.send('PATCH', '/api/v1/me', { name: '' })).body['name']).toBe(null)
    })

    test('an admin adds people, who get a mail, once', async () => {
      const api = await start()
      const body = { email: 'Max@Staff.test', name: 'Max', role: 'agent' }
      const added = await api.carla.post('/api/v1/users', body)
      expect(added).toMatchObject({
        status: 201,
        body: { email: 'max@staff.test', name: 'Max', role: 'agent', state: 'active' },
      })
      expect(added.headers.get('location')).toBe(`/api/v1/users/${added.body.id}`)
      const again = await api.carla.post('/api/v1/users', body)
      expect(again).toMatchObject({ status: 409, body: { code: 'email-in-use' } })
      const mails = await api.store.read('outbox').where({ rcpt_to: 'max@staff.test' })
      expect(mails).toHaveLength(1)
      // He has no password yet: nothing logs him in.
      const empty = { email: 'max@staff.test', password: '' }
      expect((await api.nobody.post('/api/v1/auth/login', empty)).status).toBe(401)
    })

    test('people are listed newest first, filtered, page by page', async () => {
      const api = await start()
      for (const n of [1, 2, 3]) await member(api, `max_${n}@staff.test`, 'agent')
      const emails = async (query: string) =>
        (await api.bruno.all(`/api/v1/users?${query}`, 2)).map(({ email }) => email)
      expect(await emails('role=agent')).toEqual([
        'max_3@staff.test',
        'max_2@staff.test',
        'max_1@staff.test',
        'bruno@staff.test',
      ])
      expect(await emails('role=admin&state=active')).toEqual(['carla@staff.test'])
      expect(await emails('q=MAX_2')).toEqual(['max_2@staff.test'])
      expect(await emails('q=%25')).toEqual([])
      expect(await emails('q=mallory')).toEqual(['mallory@strangers.test'])
      expect((await api.bruno.get('/api/v1/users?role=king')).status).toBe(400)
    })

    test.each(['keep', 'anonymize', 'delete'] as const)(
      'deleting an account: tickets=%s',
      async (tickets) => {
        const api = await start()
        const { ana, bruno, carla, users } = api
        await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
        const path = `/api/v1/users/${users.ana.id}`
        const gone = await carla.send('DELETE', `${path}?tickets=${tickets}`)
        expect([gone.status, gone.body]).toEqual([204, ''])
        expect((await carla.get(path)).status).toBe(404)
        expect((await carla.send('DELETE', path)).status).toBe(404)
        expect((await ana.get('/api/v1/me')).status).toBe(401)
        const ticket = await bruno.get('/api/v1/tickets/1')
        if (tickets === 'delete') expect(ticket.status).toBe(404)
        else {
          const email = tickets === 'keep' ? users.ana.email : expect.stringMatching(/\.invalid$/)
          const name = tickets === 'keep' ? 'Ana' : null
          expect(ticket.body).toMatchObject({ requester: { email, name } })
        }
        const rows = JSON.stringify([
          await api.store.read('users').select(),
          await api.store.read('outbox').select(),
        ])
        expect(rows.includes(users.ana.email)).toBe(tickets === 'keep')
        const sources = (await api.store
          .read('outbox')
          .join('outbox_sources', 'outbox.id', 'outbox_sources.outbox_id')
          .where({ user_id: users.ana.id })
          .select('source')) as { source: Buffer }[]
        if (tickets !== 'keep') expect(sources).toEqual([])
        if (tickets !== 'delete') {
          const said = await bruno.post('/api/v1/tickets/1/comments', { text: 'Use water.' })
          expect(said.status).toBe(201)
        }
        const replies = await api.store.read('outbox').where({ kind: 'reply' })
        expect(replies).toHaveLength(tickets === 'keep' ? 1 : 0)
        const owed = api.store.read('outbox').where({ user_id: users.ana.id, outcome: 'queued' })
        expect(await owed).toHaveLength(replies.length)
        expect(api.failures).toEqual([])
      },
    )

    test('a deleted agent holds nothing; who comes back begins anew', async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.bruno.post('/api/v1/tickets/1/take', undefined)
      const path = `/api/v1/users/${api.users.bruno.id}`
      expect((await api.carla.send('DELETE', `${path}?tickets=keep`)).status).toBe(204)
      expect((await api.carla.get('/api/v1/tickets/1')).body).toMatchObject({ assignee: null })
      const { email } = api.users.bruno
      const added = await api.carla.post('/api/v1/users', { email, role: 'customer' })
      expect(added).toMatchObject({ status: 201, body: { role: 'customer', state: 'active' } })
      expect((await api.bruno.get('/api/v1/me')).status).toBe(401)
    })
  },
  { prepare: migrated },
)
