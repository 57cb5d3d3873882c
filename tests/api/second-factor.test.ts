import { expect, test } from 'vitest'
import { totpAtStep } from '../../src/desk/totp.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Reply, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const LENA = { email: 'lena@staff.test', password: 'a herring in the garden' }

const login = (api: TestApi, more: object = {}): Promise<Reply> =>
  api.nobody.post('/api/v1/auth/login', { ...LENA, ...more })

const cookieOf = (reply: Reply) => ({
  cookie: (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, ''),
})

/** The app: what it shows `steps` from now. */
async function shown(api: TestApi, steps = 0): Promise<string> {
  const row = await api.store.read('second_factors').first<{ secret: Buffer }>('secret')
  return totpAtStep(row.secret, Math.floor(api.clock.at.getTime() / 30_000) + steps)
}

async function enrolled(api: TestApi) {
  const { body } = await api.carla.post('/api/v1/users', { ...LENA, role: 'agent' })
  const headers = cookieOf(await login(api))
  const post = (path: string, sent: object) => api.nobody.post(path, sent, headers)
  const proposed = await post('/api/v1/me/totp', { password: LENA.password })
  return { id: Number(body.id), headers, post, proposed }
}

eachDatabase(
  'a second factor',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is asked for once the app has proven itself', async () => {
      const api = await start()
      const { headers, post, proposed } = await enrolled(api)
      expect(proposed).toMatchObject({
        status: 201,
        body: {
          secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
          uri: expect.stringMatching(/^otpauth:\/\/totp\/127\.0\.0\.1:lena%40staff\.test\?/),
        },
      })
      const other = cookieOf(await login(api))
      const code = await shown(api)
      const wrong = { code: code === '000000' ? '000001' : '000000' }
      expect(await post('/api/v1/me/totp/confirm', wrong)).toMatchObject({
        status: 401,
        body: { code: 'invalid-totp' },
      })
      expect((await post('/api/v1/me/totp/confirm', { code })).status).toBe(204)
      expect((await api.nobody.get('/api/v1/me/totp', headers)).body).toMatchObject({
        enabled: true,
      })
      expect((await api.nobody.get('/api/v1/me', other)).status).toBe(401)
      expect((await login(api)).body).toMatchObject({ code: 'totp-required' })
      expect((await login(api, { totp: wrong.code })).body).toMatchObject({ code: 'invalid-totp' })
      const next = await shown(api, 1)
      expect((await login(api, { totp: next })).status).toBe(200)
      expect((await post('/api/v1/me/totp', { password: LENA.password })).status).toBe(409)
    })

    test('is good once, also for two who come at the same moment', async () => {
      const api = await start()
      const { post } = await enrolled(api)
      const code = await shown(api)
      await post('/api/v1/me/totp/confirm', { code })
      expect((await login(api, { totp: code })).body).toMatchObject({ code: 'invalid-totp' })
      const totp = await shown(api, 1)
      const replies = await Promise.all([login(api, { totp }), login(api, { totp })])
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401])
    })

    test('may be wrong ten times an hour, whatever the limits are, and right as often as one likes', async () => {
      const api = await start({ rate_limits: { login: 'unlimited' } })
      const { post } = await enrolled(api)
      await post('/api/v1/me/totp/confirm', { code: await shown(api) })
      const later = (minutes: number) => {
        api.clock.at = new Date(api.clock.at.getTime() + minutes * 60_000)
      }
      for (let n = 0; n < 12; n += 1) {
        later(1)
        expect((await login(api, { totp: await shown(api) })).status).toBe(200)
      }
      const right = await shown(api, 1)
      const wrong = right === '000000' ? '000001' : '000000'
      const guesses = await Promise.all(
        Array.from({ length: 20 }, () => login(api, { totp: wrong })),
      )
      const codes = guesses.map(({ body }) => String(body.code)).toSorted()
      expect(codes).toEqual([
        ...Array.from({ length: 10 }, () => 'invalid-totp'),
        ...Array.from({ length: 10 }, () => 'rate-limited'),
      ])
      // Also for who has it now: a guess that is right is one of many.
      const late = await login(api, { totp: right })
      expect([late.status, late.headers.get('retry-after')]).toEqual([429, '3600'])
      // Without a code nothing is guessed.
      expect((await login(api)).body).toMatchObject({ code: 'totp-required' })
      later(61)
      expect((await login(api, { totp: await shown(api) })).status).toBe(200)
    })

    test('tells nothing to who has the wrong password', async () => {
      const api = await start()
      const { post } = await enrolled(api)
      await post('/api/v1/me/totp/confirm', { code: await shown(api) })
      const reply = await login(api, { password: 'wrong', totp: await shown(api, 1) })
      expect(reply.body).toMatchObject({ code: 'invalid-credentials' })
    })

    test('goes with the password, or by an admin when the phone is lost', async () => {
      const api = await start()
      const { id, headers, post } = await enrolled(api)
      await post('/api/v1/me/totp/confirm', { code: await shown(api) })
      const remove = (password: string) =>
        api.nobody.send('DELETE', '/api/v1/me/totp', { password }, headers)
      expect((await remove('wrong')).status).toBe(401)
      expect((await login(api)).status).toBe(401)
      expect((await remove(LENA.password)).status).toBe(204)
      expect((await login(api)).status).toBe(200)
      expect((await remove(LENA.password)).status).toBe(404)
      await post('/api/v1/me/totp', { password: LENA.password })
      await post('/api/v1/me/totp/confirm', { code: await shown(api) })
      expect((await api.carla.send('DELETE', `/api/v1/users/${id}/totp`)).status).toBe(204)
      expect((await login(api)).status).toBe(200)
    })
  },
  { prepare: migrated },
)
