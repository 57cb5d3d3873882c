/** Logging in, sessions, tokens, and how often one may try. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'
import { LENA, AUTH, mailsTo, codeFor, wait, MINUTE, login, cookieOf, member } from './lena.ts'

eachDatabase(
  'logging in',
  (fresh) => {
    const start = apiStarter(fresh)

    test('a forgotten password is set anew by code, and every session ends', async () => {
      const api = await start()
      await member(api)
      const before = cookieOf(await login(api))
      const forgot = (email: string) =>
        api.nobody.post(`${AUTH}/forgot`, { email }, { 'x-request-id': 'same' })
      const known = await forgot(LENA.email)
      const unknown = await forgot('nobody@customers.test')
      expect([known.status, known.body]).toEqual([202, unknown.body])
      await expect.poll(() => codeFor(api, LENA.email)).toMatch(/^\d{6}$/)
      const code = await codeFor(api, LENA.email)
      const reset = (body: object) => api.nobody.post(`${AUTH}/reset`, body)
      const password = 'another fish entirely'
      expect((await reset({ email: LENA.email, code, password: 'short' })).status).toBe(422)
      expect((await reset({ email: 'ana@customers.test', code, password })).status).toBe(401)
      expect((await reset({ email: LENA.email, code, password })).status).toBe(200)
      expect((await reset({ email: LENA.email, code, password })).status).toBe(401)
      expect((await login(api)).status).toBe(401)
      expect((await login(api, { ...LENA, password })).status).toBe(200)
      expect((await api.nobody.get('/api/v1/me', { cookie: before })).status).toBe(401)
      expect(await mailsTo(api, 'nobody@customers.test')).toEqual([])
      expect((await mailsTo(api, LENA.email))[0]).toContain('Your password was changed')
    })

    test('wrong passwords and unknown addresses get one answer', async () => {
      const api = await start()
      await member(api)
      const tries = [
        { ...LENA, password: 'wrong' },
        { ...LENA, email: 'nobody@customers.test' },
        { ...LENA, email: 'ana@customers.test', password: '' },
      ]
      const answers = new Set<string>()
      for (const person of tries) {
        const { status, body } = await login(api, person, { 'x-request-id': 'same' })
        answers.add(JSON.stringify([status, body]))
      }
      expect([...answers]).toHaveLength(1)
      expect([...answers][0]).toMatch(/^\[401,.*"invalid-credentials"/)
    })

    test('what is stored is no way in, and two users’ equal passwords differ', async () => {
      const api = await start()
      await member(api)
      await member(api, 'agent', { ...LENA, email: 'max@staff.test' })
      const rows = (await api.store.read('passwords').select()) as { hash: string }[]
      expect(new Set(rows.map(({ hash }) => hash)).size).toBe(2)
      for (const { hash } of rows) {
        expect(hash).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/)
        expect((await login(api, { ...LENA, password: hash })).status).toBe(401)
      }
      const cookie = cookieOf(await login(api))
      const all = JSON.stringify(await api.store.read('sessions').select())
      expect(all).not.toContain(cookie.slice(cookie.indexOf('=') + 1))
    })

    test('a session is replaced at login, listed, and ended one by one or all others', async () => {
      const api = await start()
      const id = await member(api, 'agent')
      const first = cookieOf(await login(api))
      const second = cookieOf(await login(api, LENA, { cookie: first }))
      expect(second).not.toBe(first)
      expect((await api.nobody.get('/api/v1/me', { cookie: first })).status).toBe(401)
      const third = cookieOf(await login(api, LENA, { 'user-agent': 'Phone' }))
      const list = (await api.nobody.get('/api/v1/me/sessions', { cookie: second })).body.data ?? []
      expect(list.map(({ current, user_agent: agent }) => [current, agent === 'Phone'])).toEqual([
        [false, true],
        [true, false],
      ])
      const end = (path: string) =>
        api.nobody.send('DELETE', path, undefined, { cookie: second }).then(({ status }) => status)
      expect(await end(`/api/v1/me/sessions/${list[0]?.id}`)).toBe(204)
      expect((await api.nobody.get('/api/v1/me', { cookie: third })).status).toBe(401)
      const fourth = cookieOf(await login(api))
      expect(await end('/api/v1/me/sessions')).toBe(204)
      expect((await api.nobody.get('/api/v1/me', { cookie: fourth })).status).toBe(401)
      expect((await api.nobody.get('/api/v1/me', { cookie: second })).status).toBe(200)
      const out = await api.nobody.send('POST', `${AUTH}/logout`, undefined, { cookie: second })
      expect([out.status, cookieOf(out)]).toEqual([204, 'postroom_session='])
      expect((await api.nobody.get('/api/v1/me', { cookie: second })).status).toBe(401)
      const fifth = cookieOf(await login(api))
      await api.carla.send('DELETE', `/api/v1/users/${id}/sessions`)
      expect((await api.nobody.get('/api/v1/me', { cookie: fifth })).status).toBe(401)
    })

    test('a session ends after twelve idle hours, and after seven days', async () => {
      const api = await start()
      await member(api)
      const cookie = cookieOf(await login(api))
      const status = async () => (await api.nobody.get('/api/v1/me', { cookie })).status
      const used = () =>
        api.store
          .read('sessions')
          .first<{ last_used_at: number }>('last_used_at')
          .then((row) => Number(row.last_used_at))
      for (let hour = 11; hour < 7 * 24; hour += 11) {
        wait(api, 11 * 60 * MINUTE)
        expect(await status()).toBe(200)
        await expect.poll(used).toBe(api.clock.at.getTime())
      }
      wait(api, 11 * 60 * MINUTE)
      expect(await status()).toBe(401)
      const idle = cookieOf(await login(api))
      wait(api, 12 * 60 * MINUTE)
      expect((await api.nobody.get('/api/v1/me', { cookie: idle })).status).toBe(401)
    })

    test('a cookie of a page elsewhere changes nothing', async () => {
      const api = await start()
      await member(api)
      const cookie = cookieOf(await login(api))
      const patch = (headers: Record<string, string>) =>
        api.nobody
          .send('PATCH', '/api/v1/me', { name: 'L' }, { cookie, ...headers })
          .then(({ status, body }) => [status, body.code])
      const csrf = [403, 'csrf']
      expect(await patch({ origin: 'https://evil.test' })).toEqual(csrf)
      expect(await patch({ origin: 'null' })).toEqual(csrf)
      expect(await patch({ 'sec-fetch-site': 'cross-site' })).toEqual(csrf)
      expect(await patch({ 'sec-fetch-site': 'same-site' })).toEqual(csrf)
      expect(await patch({ origin: api.url })).toEqual([200, undefined])
      expect(await patch({ origin: api.config.publicUrl })).toEqual([200, undefined])
      expect(await patch({ 'sec-fetch-site': 'same-origin' })).toEqual([200, undefined])
      expect(await patch({})).toEqual([200, undefined])
      const read = await api.nobody.get('/api/v1/me', { cookie, origin: 'https://evil.test' })
      expect(read.status).toBe(200)
      const planted = await login(api, LENA, { origin: 'https://evil.test' })
      expect([planted.status, planted.headers.get('set-cookie')]).toEqual([403, null])
    })

    test('the cookie is for HTTP only, and for TLS only where there is TLS', async () => {
      const plain = await start()
      await member(plain)
      expect((await login(plain)).headers.get('set-cookie')).toMatch(
        /^postroom_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
      )
      const tls = await start({ public_url: 'https://desk.example.test' })
      await member(tls)
      const reply = await login(tls)
      expect(reply.headers.get('set-cookie')).toMatch(
        /^__Host-postroom_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
      )
      const me = await tls.nobody.get('/api/v1/me', { cookie: cookieOf(reply) })
      expect(me.status).toBe(200)
    })

    test('one’s own password is changed with the old one; other sessions end', async () => {
      const api = await start()
      await member(api)
      const other = cookieOf(await login(api))
      const cookie = cookieOf(await login(api))
      const put = (current: string, password: string) =>
        api.nobody.put('/api/v1/me/password', { current_password: current, password }, { cookie })
      expect((await put('wrong', 'another fish entirely')).body.code).toBe('invalid-credentials')
      expect((await put(LENA.password, 'password1234')).body).toMatchObject({
        errors: [{ pointer: '/password', code: 'weak_password' }],
      })
      expect((await put(LENA.password, 'another fish entirely')).status).toBe(204)
      expect((await api.nobody.get('/api/v1/me', { cookie: other })).status).toBe(401)
      expect((await api.nobody.get('/api/v1/me', { cookie })).status).toBe(200)
      expect((await login(api)).status).toBe(401)
    })

    test('bad input 172: logins are limited by network and by account, and one may read how', async () => {
      const api = await start({ rate_limits: { login: '3/10min' }, trust_proxy: ['127.0.0.1'] })
      await member(api)
      const from = (address: string, email = 'x@y.test', password = 'wrong') =>
        login(api, { ...LENA, email, password }, { 'x-forwarded-for': address })
      const left = []
      for (let n = 0; n < 3; n += 1) {
        const { headers } = await from('192.0.2.1', `${n}@y.test`)
        left.push(headers.get('ratelimit'))
      }
      expect(left).toEqual(['"login";r=2;t=600', '"login";r=1;t=600', '"login";r=0;t=600'])
      const refused = await from('192.0.2.1', LENA.email, LENA.password)
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } })
      expect(refused.headers.get('retry-after')).toBe('600')
      expect(refused.headers.get('ratelimit-policy')).toBe('"login";q=3;w=600')
      // The right password from elsewhere; then others guess at this account.
      expect((await from('198.51.100.1', LENA.email, LENA.password)).status).toBe(200)
      for (const n of [2, 3]) await from(`198.51.100.${n}`, LENA.email)
      expect((await from('198.51.100.4', LENA.email, LENA.password)).status).toBe(429)
      // One subscriber has a /64.
      for (const n of [1, 2, 3]) await from(`2001:db8::${n}`, `${n}@z.test`)
      expect((await from('2001:db8:0:0:ffff::1', 'a@z.test')).status).toBe(429)
      expect((await from('2001:db8:0:1::1', 'a@z.test')).status).toBe(401)
      wait(api, 10 * MINUTE)
      expect((await from('192.0.2.1', LENA.email, LENA.password)).status).toBe(200)
    })

    test('tries at the same moment are counted one by one', async () => {
      const api = await start({ rate_limits: { login: '5/10min' } })
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_none, n) => login(api, { ...LENA, email: `${n}@y.test` })),
      )
      expect(replies.filter(({ status }) => status === 401)).toHaveLength(5)
    })

    test('nobody names his own network', async () => {
      const api = await start({ rate_limits: { login: '1/10min' } })
      const from = (address: string) =>
        login(api, { ...LENA, email: `${address}@y.test` }, { 'x-forwarded-for': address })
      expect((await from('192.0.2.1')).status).toBe(401)
      expect((await from('192.0.2.2')).status).toBe(429)
    })

    test('sessions and tokens have limits of their own', async () => {
      const api = await start({ rate_limits: { token: '2/min' } })
      const statuses = []
      for (let n = 0; n < 3; n += 1) statuses.push((await api.ana.get('/api/v1/me')).status)
      expect(statuses).toEqual([200, 200, 429])
      expect((await api.bruno.get('/api/v1/me')).status).toBe(200)
      wait(api, MINUTE)
      expect((await api.ana.get('/api/v1/me')).status).toBe(200)
    })

    test('an API token is made once, limited, expires, and can be taken away', async () => {
      const api = await start()
      const make = (body: object) => api.bruno.post('/api/v1/me/tokens', body)
      expect((await make({ name: 'x', scopes: ['root'] })).status).toBe(422)
      expect((await make({ name: 'x', expires_at: '2020-01-01T00:00:00Z' })).status).toBe(422)
      const made = await make({
        name: 'ci',
        scopes: ['stats:read'],
        expires_at: '2026-03-01T11:00:00Z',
      })
      expect(made).toMatchObject({ status: 201, body: { name: 'ci', scopes: ['stats:read'] } })
      const { token, id } = made.body
      const headers = { authorization: `Bearer ${String(token)}` }
      expect((await api.nobody.get('/api/v1/stats', headers)).status).toBe(200)
      expect((await api.nobody.get('/api/v1/tickets', headers)).status).toBe(403)
      expect(await api.nobody.post('/api/v1/me/tokens', { name: 'y' }, headers)).toMatchObject({
        status: 403,
        body: { code: 'insufficient-scope' },
      })
      const listed = async () =>
        (await api.bruno.get('/api/v1/me/tokens')).body.data?.find((one) => one.id === id)
      await expect.poll(listed).toMatchObject({ last_used_at: api.clock.at.toISOString() })
      expect(JSON.stringify(await listed())).not.toContain(String(token))
      wait(api, 60 * MINUTE)
      expect((await api.nobody.get('/api/v1/stats', headers)).status).toBe(401)
      expect((await api.bruno.send('DELETE', `/api/v1/me/tokens/${id}`)).status).toBe(204)
      expect(await listed()).toBe(undefined)
      const { users } = api
      expect(
        (await api.carla.get(`/api/v1/users/${users.bruno.id}/tokens`)).body.data,
      ).toHaveLength(1)
      await api.carla.send('DELETE', `/api/v1/users/${users.bruno.id}/tokens`)
      expect((await api.bruno.get('/api/v1/me')).status).toBe(401)
    })
  },
  { prepare: migrated },
)
