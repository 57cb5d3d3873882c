/** Logging in with an OpenID provider: whom it lets in, and what nobody can make of it. */
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { totpAtStep } from '../../src/desk/totp.ts'
import { eachDatabase } from '../kit/databases.ts'
import { type OpenidServer, startOpenidServer } from '../kit/openid-provider.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { apiStarter, type Reply, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const BEGIN = '/login/provider'
const LENA = { sub: 'lena-1', email: 'lena@staff.test', email_verified: true, name: 'Lena' }
const PASSWORD = 'a herring in the garden'
const scratch = scratchDirectories('provider-login')
let provider: OpenidServer

beforeAll(async () => {
  provider = await startOpenidServer()
})
afterAll(() => provider.close())
afterEach(() => {
  provider.says = {}
  provider.saysWhenAsked = {}
  provider.forges = false
})

function settings(more: object = {}, rest: object = {}): object {
  const file = join(scratch.make(), 'secret')
  writeFileSync(file, 'shared with the provider', { mode: 0o600 })
  const oidc = {
    name: 'Acme',
    issuer: provider.issuer,
    client_id: 'postroom',
    client_secret_file: file,
    ...more,
  }
  return { oidc, ...rest }
}

const cookieOf = (reply: Reply) => ({
  cookie: (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, ''),
})
const locationOf = (reply: Reply): string => reply.headers.get('location') ?? ''
const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

/** As a browser walks it: to the provider and back. */
async function walk(api: TestApi, to = ''): Promise<{ reply: Reply; headers: { cookie: string } }> {
  const begun = await api.nobody.get(`${BEGIN}${to}`)
  expect(begun.status).toBe(302)
  const headers = cookieOf(begun)
  const back = await provider.visit(locationOf(begun))
  return { reply: await api.nobody.get(pathOf(back), headers), headers }
}

const issuerOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const whoIs = async (api: TestApi, reply: Reply) =>
  (await api.nobody.get('/api/v1/me', cookieOf(reply))).body

const problemIn = (reply: Reply): string | null =>
  new URL(locationOf(reply), 'http://desk').searchParams.get('problem')

eachDatabase(
  'logging in with a provider',
  (fresh) => {
    const start = apiStarter(fresh)

    async function added(api: TestApi, more: object = {}): Promise<number> {
      const person = { email: LENA.email, password: PASSWORD, role: 'agent', ...more }
      return Number((await api.carla.post('/api/v1/users', person)).body.id)
    }

    test('opens the account whose address the provider vouches for', async () => {
      const api = await start(settings())
      const id = await added(api)
      provider.says = LENA
      const { reply } = await walk(api, '?to=/tickets/7%3Fa=1')
      expect(locationOf(reply)).toBe('/tickets/7?a=1')
      expect(reply.headers.get('set-cookie')).toMatch(/^postroom_session=.*HttpOnly; SameSite=Lax/)
      expect(await whoIs(api, reply)).toMatchObject({ id, role: 'agent' })
      const { body } = await api.carla.get(`/api/v1/audit?type=user.changed`)
      expect(body.data?.[0]?.['data']).toEqual({ user_id: id, identity: provider.issuer })
    })

    test('lets in whoever comes for the first time by two doors at once', async () => {
      const api = await start(settings())
      const id = await added(api)
      provider.says = LENA
      const begun = await Promise.all([1, 2, 3, 4].map(() => api.nobody.get(BEGIN)))
      const backs = await Promise.all(begun.map((reply) => provider.visit(locationOf(reply))))
      const replies = await Promise.all(
        backs.map((back, n) => {
          const reply = begun[n] ?? expect.fail('not begun')
          return api.nobody.get(pathOf(back), cookieOf(reply))
        }),
      )
      expect(replies.map(problemIn)).toEqual([null, null, null, null])
      for (const reply of replies) expect(await whoIs(api, reply)).toMatchObject({ id })
    })

    test('knows somebody by the subject, whatever the address is later', async () => {
      const api = await start(settings())
      const id = await added(api)
      provider.says = LENA
      await walk(api)
      provider.says = { ...LENA, email: 'lena@married.test', email_verified: false }
      expect(await whoIs(api, (await walk(api)).reply)).toMatchObject({ id, email: LENA.email })
    })

    test('asks again for an address that the token does not tell', async () => {
      const api = await start(settings())
      const id = await added(api)
      const { sub, ...rest } = LENA
      provider.says = { sub }
      provider.saysWhenAsked = rest
      expect(await whoIs(api, (await walk(api)).reply)).toMatchObject({ id })
    })

    test.each<[string, object, object]>([
      ['an address that is not verified', {}, { email_verified: false }],
      ['an address nothing is said about', {}, { email_verified: undefined }],
      ['an address that is none', {}, { email: 'lena' }],
      ['an address of another domain', { domains: ['acme.test'] }, {}],
      [
        'an address that is not verified, of a trusted provider',
        { trust_email: true },
        { email_verified: false },
      ],
    ])('%s opens nothing', async (_what, config, claims) => {
      const api = await start(settings(config))
      await added(api)
      provider.says = { ...LENA, ...claims }
      const { reply } = await walk(api)
      expect(problemIn(reply)).toBe('address-not-proven')
      expect(reply.headers.get('set-cookie')).toBeNull()
    })

    test.each([{ domains: ['Staff.test'] }, { trust_email: true }])(
      '%j lets in',
      async (config) => {
        const api = await start(settings(config))
        const id = await added(api)
        provider.says = 'trust_email' in config ? { ...LENA, email_verified: undefined } : LENA
        expect(await whoIs(api, (await walk(api)).reply)).toMatchObject({ id })
      },
    )

    test('is a registration for who has no account, as far as the desk allows it', async () => {
      provider.says = LENA
      const open = await start(settings({}, { registration: 'open' }))
      expect(await whoIs(open, (await walk(open)).reply)).toMatchObject({
        email: LENA.email,
        name: 'Lena',
        role: 'customer',
        state: 'active',
      })
      const approval = await start(settings())
      expect(problemIn((await walk(approval)).reply)).toBe('approval-pending')
      const told = await approval.store.read('outbox').select<{ rcpt_to: string }[]>('rcpt_to')
      expect(told).toEqual([{ rcpt_to: approval.users.carla.email }])
      const { id } = await approval.store.read('users').where({ email: LENA.email }).first()
      expect((await approval.carla.post(`/api/v1/users/${id}/approve`, undefined)).status).toBe(200)
      expect(await whoIs(approval, (await walk(approval)).reply)).toMatchObject({ id })
      const closed = await start(settings({}, { registration: 'closed' }))
      expect(problemIn((await walk(closed)).reply)).toBe('registration-closed')
      const anybody = await closed.store.read('users').where({ email: LENA.email, state: 'active' })
      expect(anybody).toEqual([])
    })

    test('makes no password good that somebody else asked for with this address', async () => {
      const api = await start(settings({}, { registration: 'open' }))
      const asked = { email: LENA.email, password: PASSWORD }
      const registration = { ...asked, name: 'Mallory' }
      await api.nobody.post('/api/v1/auth/register', registration)
      provider.says = LENA
      expect(await whoIs(api, (await walk(api)).reply)).toMatchObject({ name: 'Lena' })
      const login = await api.nobody.post('/api/v1/auth/login', asked)
      expect(login.body.code).toBe('invalid-credentials')
    })

    test('somebody who got the address of another one there does not get his account', async () => {
      const api = await start(settings())
      const id = await added(api)
      provider.says = LENA
      const first = cookieOf((await walk(api)).reply)
      provider.says = { ...LENA, sub: 'lena-2' }
      expect(problemIn((await walk(api)).reply)).toBe('other-identity')
      // Until an admin says that it is the same person.
      const forget = (): Promise<Reply> =>
        api.carla.send('DELETE', `/api/v1/users/${id}/identities`)
      expect((await forget()).status).toBe(204)
      expect((await forget()).status).toBe(404)
      expect((await api.nobody.get('/api/v1/me', first)).status).toBe(401)
      expect(await whoIs(api, (await walk(api)).reply)).toMatchObject({ id })
    })

    test('does not let in who is disabled', async () => {
      const api = await start(settings())
      const id = await added(api)
      provider.says = LENA
      await walk(api)
      await api.carla.send('PATCH', `/api/v1/users/${id}`, { state: 'disabled' })
      expect(problemIn((await walk(api)).reply)).toBe('account-disabled')
    })

    test('asks for the second factor of ours, too', async () => {
      const api = await start(settings())
      const id = await added(api)
      const own = cookieOf(
        await api.nobody.post('/api/v1/auth/login', { email: LENA.email, password: PASSWORD }),
      )
      await api.nobody.post('/api/v1/me/totp', { password: PASSWORD }, own)
      const { secret } = await api.store.read('second_factors').first<{ secret: Buffer }>('secret')
      const code = (steps: number): string =>
        totpAtStep(secret, Math.floor(api.clock.at.getTime() / 30_000) + steps)
      await api.nobody.post('/api/v1/me/totp/confirm', { code: code(0) }, own)
      provider.says = LENA
      const { reply } = await walk(api, '?to=/tickets/7')
      expect(locationOf(reply)).toBe('/sign-in?step=code&to=%2Ftickets%2F7')
      const waiting = cookieOf(reply)
      expect((await api.nobody.get('/api/v1/me', waiting)).status).toBe(401)
      const step = (totp: string, headers = waiting): Promise<Reply> =>
        api.nobody.post('/api/v1/auth/second-step', { totp }, headers)
      const wrong = [code(-1), code(0), code(1)].includes('000000') ? '999999' : '000000'
      expect((await step(wrong)).body.code).toBe('invalid-totp')
      await api.carla.send('DELETE', `/api/v1/users/${id}/identities`)
      expect((await step(code(1))).body.code).toBe('login-expired')
      await walk(api)
      const done = await step(code(1))
      expect(done.status).toBe(200)
      expect(await whoIs(api, done)).toMatchObject({ id })
      // The code is good once, the provider's word for five minutes.
      expect((await step(code(1))).body.code).toBe('invalid-totp')
      api.clock.at = new Date(api.clock.at.getTime() + 7 * 60_000)
      expect((await step(code(0))).body.code).toBe('login-expired')
      const forged = { cookie: `postroom_login=${api.context.tokens.make(viewOf(id))}` }
      expect((await step(code(0), forged)).body.code).toBe('login-expired')
    })

    const viewOf = (userId: number) => ({ kind: 'view', ticketId: 1, userId, day: 1 }) as const

    test('goes nowhere without the browser that began it', async () => {
      const api = await start(settings())
      await added(api)
      provider.says = LENA
      const begun = await api.nobody.get(BEGIN)
      const back = pathOf(await provider.visit(locationOf(begun)))
      for (const cookie of ['', 'postroom_login=x', `postroom_login=${'e30'.repeat(2_000)}`]) {
        expect(problemIn(await api.nobody.get(back, { cookie }))).toBe('login-expired')
      }
      // Mallory's own login, slipped into Lena's browser.
      const other = cookieOf(await api.nobody.get(BEGIN))
      expect(problemIn(await api.nobody.get(back, other))).toBe('provider-failed')
      // The code is still good for who asked, and once.
      expect(locationOf(await api.nobody.get(back, cookieOf(begun)))).toBe('/')
      expect(problemIn(await api.nobody.get(back, cookieOf(begun)))).toBe('provider-failed')
    })

    test('does not believe a token for somebody else, or of somebody else', async () => {
      const api = await start(settings())
      await added(api)
      for (const claim of [
        { aud: 'another-desk' },
        { iss: 'https://evil.test' },
        { nonce: 'another' },
        { exp: 1 },
      ]) {
        provider.says = { ...LENA, ...claim }
        expect(problemIn((await walk(api)).reply)).toBe('provider-failed')
      }
    })

    test('does not believe a token that the provider did not sign', async () => {
      const api = await start(settings())
      await added(api)
      provider.says = LENA
      provider.forges = true
      expect(problemIn((await walk(api)).reply)).toBe('provider-failed')
    })

    test('says when the person declined, and when the provider is away', async () => {
      const api = await start(settings())
      const begun = await api.nobody.get(BEGIN)
      const state = new URL(locationOf(begun)).searchParams.get('state') ?? ''
      const declined = `${BEGIN}/callback?error=access_denied&state=${state}`
      expect(problemIn(await api.nobody.get(declined, cookieOf(begun)))).toBe('provider-declined')
      const away = await start(settings({ issuer: 'http://127.0.0.1:9' }))
      expect(problemIn(await away.nobody.get(BEGIN))).toBe('provider-failed')
      // One that says who it is, and not where people log in.
      const server = createServer((_request, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ issuer: issuerOf(server) }))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const vague = await start(settings({ issuer: issuerOf(server) }))
      expect(problemIn(await vague.nobody.get(BEGIN))).toBe('provider-failed')
    })

    test('leads to no other site afterwards', async () => {
      const api = await start(settings())
      await added(api)
      provider.says = LENA
      for (const to of ['https://evil.test', '//evil.test', '/\\evil.test', '/%0d%0aX: y']) {
        expect(locationOf((await walk(api, `?to=${encodeURIComponent(to)}`)).reply)).toMatch(
          /^\/(?:%|$)/,
        )
      }
    })

    test('tells the page what there is, and is nothing where it is not configured', async () => {
      const methods = async (api: TestApi): Promise<unknown> =>
        (await api.nobody.get('/api/v1/auth/methods')).body
      const provided = { name: 'Acme', path: BEGIN }
      expect(await methods(await start(settings()))).toEqual({
        registration: 'approval',
        provider: provided,
      })
      const without = await start({ registration: 'closed' })
      expect(await methods(without)).toEqual({ registration: 'closed', provider: null })
      expect((await without.nobody.get(BEGIN)).status).toBe(404)
      expect((await without.nobody.get(`${BEGIN}/callback?code=x`)).status).toBe(404)
    })
  },
  { prepare: migrated },
)
