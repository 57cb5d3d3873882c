/** From registering to a password: codes, approval, and what guards the way. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'
import {
  LENA,
  AUTH,
  mailsTo,
  codeFor,
  wait,
  MINUTE,
  registered,
  verified,
  login,
  cookieOf,
  idOf,
  UNLIMITED,
} from './lena.ts'

eachDatabase(
  'registering',
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
