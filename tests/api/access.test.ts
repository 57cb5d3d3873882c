/** From registering to logging in, and everything that guards the way. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Reply, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const LENA = { email: 'lena@customers.test', name: 'Lena', password: 'a herring in the garden' }
const AUTH = '/api/v1/auth'

/** What was mailed to an address, newest first: the text part as it is. */
async function mailsTo(api: TestApi, address: string): Promise<string[]> {
  const rows = (await api.store
    .read('outbox')
    .join('outbox_sources', 'outbox.id', 'outbox_sources.outbox_id')
    .where({ rcpt_to: address })
    .orderBy('outbox.id', 'desc')
    .select('source')) as { source: Buffer }[]
  return rows.map(({ source }) => source.toString())
}

async function codeFor(api: TestApi, address: string): Promise<string> {
  const [mail = ''] = await mailsTo(api, address)
  return /^(\d{6})\r?$/m.exec(mail)?.[1] ?? 'none'
}

const wait = (api: TestApi, ms: number): void => {
  api.clock.at = new Date(api.clock.at.getTime() + ms)
}

const MINUTE = 60_000

async function registered(api: TestApi, person = LENA): Promise<void> {
  expect((await api.nobody.post(`${AUTH}/register`, person)).status).toBe(202)
}

async function verified(api: TestApi, person = LENA): Promise<Reply> {
  await registered(api, person)
  const code = await codeFor(api, person.email)
  return api.nobody.post(`${AUTH}/verify`, { email: person.email, code })
}

const login = (api: TestApi, { email, password } = LENA, headers = {}): Promise<Reply> =>
  api.nobody.post(`${AUTH}/login`, { email, password }, headers)

const cookieOf = (reply: Reply): string =>
  (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, '')

const idOf = async (client: Client, email: string): Promise<number> =>
  Number((await client.get(`/api/v1/users?q=${email}`)).body.data?.[0]?.id)

/** Somebody with a password who may log in. */
async function member(api: TestApi, role = 'customer', person = LENA): Promise<number> {
  const { body } = await api.carla.post('/api/v1/users', { ...person, role })
  return Number(body.id)
}

const UNLIMITED = {
  rate_limits: {
    login: 'unlimited',
    register: 'unlimited',
    verify: 'unlimited',
    forgot: 'unlimited',
  },
}

eachDatabase(
  'access',
  (fresh) => {
    const start = apiStarter(fresh)

    test('register, code, approval, login: in this order only', async () => {
      const api = await start()
      await registered(api)
      expect(await login(api)).toMatchObject({ status: 403, body: { code: 'email-not-verified' } })
      const code = await codeFor(api, LENA.email)
      const wrong = code === '123456' ? '654321' : '123456'
      const refused = await api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code: wrong })
      expect(refused).toMatchObject({ status: 401, body: { code: 'invalid-code' } })
      expect(await api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code })).toMatchObject({
        status: 200,
        body: { state: 'pending_approval' },
      })
      expect(await login(api)).toMatchObject({ status: 403, body: { code: 'approval-pending' } })
      const again = await api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code })
      expect(again.status).toBe(401)
      const id = await idOf(api.carla, LENA.email)
      expect(await api.carla.post(`/api/v1/users/${id}/approve`, undefined)).toMatchObject({
        status: 200,
        body: { state: 'active', name: 'Lena', role: 'customer' },
      })
      const reply = await login(api)
      expect(reply).toMatchObject({ status: 200, body: { user: { id, email: LENA.email } } })
      const headers = { cookie: cookieOf(reply) }
      expect((await api.nobody.get(`${AUTH}/session`, headers)).body).toMatchObject({
        user: { id, last_login_at: api.clock.at.toISOString() },
        session: { current: true },
      })
      expect((await api.nobody.get('/api/v1/me', headers)).body.id).toBe(id)
      expect(await mailsTo(api, 'carla@staff.test')).toHaveLength(1)
      expect(api.failures).toEqual([])
    })

    test('the mail has one number of six digits, and nothing the stranger typed', async () => {
      const api = await start()
      await registered(api, { ...LENA, name: 'Cheap Pills 999999' })
      const [mail = ''] = await mailsTo(api, LENA.email)
      const text = mail.slice(mail.indexOf('\r\n\r\n'))
      const numbers = text.match(/(?<![\w])\d{6}(?![\w])/g)
      expect(new Set(numbers)).toEqual(new Set([await codeFor(api, LENA.email)]))
      expect(mail).not.toContain('Pills')
      expect(mail).toMatch(/^Auto-Submitted: auto-generated\r$/m)
      expect(mail).toMatch(/^From: "?Support"? <support@desk\.test>\r$/m)
    })

    test('without approval who proves the address is in', async () => {
      const api = await start({ registration: 'open' })
      expect((await verified(api)).body).toEqual({ state: 'active' })
      expect((await login(api)).status).toBe(200)
    })

    test('where registration is closed, nobody registers', async () => {
      const api = await start({ registration: 'closed' })
      expect(await api.nobody.post(`${AUTH}/register`, LENA)).toMatchObject({
        status: 403,
        body: { code: 'registration-closed' },
      })
    })

    test('who is rejected cannot log in, and may register again', async () => {
      const api = await start()
      await verified(api)
      const id = await idOf(api.carla, LENA.email)
      expect(await api.carla.post(`/api/v1/users/${id}/reject`, undefined)).toMatchObject({
        status: 200,
        body: { state: 'contact' },
      })
      expect((await login(api)).status).toBe(401)
      wait(api, 2 * MINUTE)
      expect((await verified(api)).body).toEqual({ state: 'pending_approval' })
    })

    test('an address with an account answers as any other; its owner is told by mail', async () => {
      const api = await start()
      const known = await api.nobody.post(
        `${AUTH}/register`,
        { ...LENA, email: 'ana@customers.test' },
        { 'x-request-id': 'same' },
      )
      const unknown = await api.nobody.post(`${AUTH}/register`, LENA, { 'x-request-id': 'same' })
      expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
      const [mail = ''] = await mailsTo(api, 'ana@customers.test')
      expect(mail).toMatch(/^Subject: You already have an account\r$/m)
      expect(mail).not.toMatch(/^\d{6}\r$/m)
      await api.nobody.post(`${AUTH}/register`, { ...LENA, email: 'ana@customers.test' })
      expect(await mailsTo(api, 'ana@customers.test')).toHaveLength(1)
      expect((await login(api, { ...LENA, email: 'ana@customers.test' })).status).toBe(401)
    })

    test('of a hundred guesses at once five are looked at', async () => {
      const api = await start(UNLIMITED)
      await registered(api)
      const code = await codeFor(api, LENA.email)
      const guess = (given: string) =>
        api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code: given })
      const wrong = Array.from({ length: 100 }, (_none, n) => String(n).padStart(6, '0'))
      await Promise.all(wrong.filter((one) => one !== code).map(guess))
      const [row] = (await api.store.read('codes').select('tries')) as { tries: number }[]
      expect(row?.tries).toBe(5)
      expect((await guess(code)).status).toBe(401)
      // Another code brings five more, then no more for an hour.
      wait(api, MINUTE)
      await registered(api)
      for (let n = 0; n < 5; n += 1) await guess('000000')
      wait(api, MINUTE)
      await registered(api)
      expect((await guess(await codeFor(api, LENA.email))).status).toBe(401)
    })

    test('a stranger who registers an address first, or again, leaves no password', async () => {
      const api = await start({ ...UNLIMITED, registration: 'open' })
      const MALLORY = { ...LENA, name: 'Mallory', password: 'the way in for mallory' }
      const orders = [
        [MALLORY, LENA],
        [LENA, MALLORY],
        [MALLORY, LENA, MALLORY],
        [MALLORY, LENA, LENA],
      ]
      for (const pause of [0, MINUTE + 1, 11 * MINUTE]) {
        for (const [nth, order] of orders.entries()) {
          const email = `lena${pause}.${nth}@customers.test`
          for (const person of order) {
            wait(api, pause)
            await registered(api, { ...person, email })
          }
          const code = await codeFor(api, email)
          expect(await api.nobody.post(`${AUTH}/verify`, { email, code })).toMatchObject({
            status: 200,
            body: { state: 'active' },
          })
          expect(await api.store.read('passwords').select()).toEqual([])
          expect((await login(api, { ...MALLORY, email })).status).toBe(401)
          const seen = await api.carla.get(`/api/v1/users?q=${email}`)
          expect(seen.body.data?.[0]).toMatchObject({ name: null })
        }
      }
    })

    test('another code is no way around that', async () => {
      const api = await start({ ...UNLIMITED, registration: 'open' })
      await registered(api, { ...LENA, password: 'the way in for mallory' })
      await registered(api)
      wait(api, MINUTE)
      await api.nobody.post(`${AUTH}/verify/resend`, { email: LENA.email })
      await expect.poll(() => mailsTo(api, LENA.email)).toHaveLength(2)
      const code = await codeFor(api, LENA.email)
      const reply = await api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code })
      expect(reply.body).toEqual({ state: 'active' })
      expect(await api.store.read('passwords').select()).toEqual([])
    })

    test('the owner of a contested address chooses a password by code', async () => {
      const api = await start({ ...UNLIMITED, registration: 'open' })
      await registered(api, { ...LENA, password: 'the way in for mallory' })
      await verified(api)
      wait(api, MINUTE)
      await api.nobody.post(`${AUTH}/forgot`, { email: LENA.email })
      await expect.poll(() => mailsTo(api, LENA.email)).toHaveLength(2)
      const code = await codeFor(api, LENA.email)
      const reset = await api.nobody.post(`${AUTH}/reset`, { ...LENA, name: undefined, code })
      expect(reset.status).toBe(200)
      expect((await login(api)).status).toBe(200)
    })

    test('who registers again with the same password keeps it, however often at once', async () => {
      const api = await start({ ...UNLIMITED, registration: 'open' })
      await Promise.all([1, 2, 3].map(() => registered(api)))
      wait(api, MINUTE)
      await registered(api)
      expect((await verified(api)).body).toEqual({ state: 'active' })
      expect((await login(api)).status).toBe(200)
      expect(api.failures).toEqual([])
    })

    test('a registration that nobody confirmed for an hour contests nothing', async () => {
      const api = await start({ ...UNLIMITED, registration: 'open' })
      await registered(api, { ...LENA, password: 'one she has forgotten' })
      wait(api, 60 * MINUTE)
      await verified(api)
      expect((await login(api)).status).toBe(200)
    })

    test('a contested address answers as any other', async () => {
      const api = await start(UNLIMITED)
      const same = { 'x-request-id': 'same' }
      const answers = []
      for (const password of [LENA.password, 'the way in for mallory', 'a third one, who knows']) {
        const { status, body } = await api.nobody.post(
          `${AUTH}/register`,
          { ...LENA, password },
          same,
        )
        answers.push(JSON.stringify([status, body]))
      }
      expect(new Set(answers).size).toBe(1)
    })

    test('a code is good for ten minutes', async () => {
      const api = await start()
      await registered(api)
      const code = await codeFor(api, LENA.email)
      wait(api, 10 * MINUTE)
      const late = await api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code })
      expect(late.status).toBe(401)
    })

    test('codes are mailed a minute apart, five an hour; the newest counts', async () => {
      const api = await start(UNLIMITED)
      await registered(api)
      const first = await codeFor(api, LENA.email)
      const resend = () => api.nobody.post(`${AUTH}/verify/resend`, { email: LENA.email })
      const count = async () => (await mailsTo(api, LENA.email)).length
      expect((await resend()).status).toBe(202)
      for (const mails of [2, 3, 4, 5, 5, 5]) {
        wait(api, MINUTE)
        await resend()
        await expect.poll(count).toBe(mails)
      }
      const last = await codeFor(api, LENA.email)
      const verify = (code: string) =>
        api.nobody.post(`${AUTH}/verify`, { email: LENA.email, code })
      if (first !== last) expect((await verify(first)).status).toBe(401)
      expect((await verify(last)).status).toBe(200)
      wait(api, 60 * MINUTE)
      expect((await api.nobody.post(`${AUTH}/verify/resend`, { email: 'x@y.test' })).status).toBe(
        202,
      )
      expect(await mailsTo(api, 'x@y.test')).toEqual([])
    })

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

    test('bad input 167: passwords that anybody would guess are refused', async () => {
      const api = await start(UNLIMITED)
      const bad = ['short', 'x'.repeat(1025), 'aaaaaaaaaaaaaa', '123456789012', LENA.email]
      for (const password of bad) {
        const reply = await api.nobody.post(`${AUTH}/register`, { ...LENA, password })
        expect([password.slice(0, 20), reply.status]).toEqual([password.slice(0, 20), 422])
        if (password.length > 5) expect(JSON.stringify(reply.body)).not.toContain(password)
      }
    })
  },
  { prepare: migrated },
)
