/** From registering to leaving: accounts, sessions, tokens, second factors, privacy. */
import { expect } from 'vitest'
import { totpAtStep } from '../../../src/desk/totp.ts'
import type { Reply } from '../desk-api.ts'
import { codeFor, idIn, loggedIn, member, must, PASSWORD, ticket, type World } from './world.ts'

const AUTH = '/api/v1/auth'
const USERS = '/api/v1/users'

export async function walkPeople(world: World): Promise<void> {
  await walkRegistering(world)
  await walkLogin(world)
  await walkSecondFactor(world)
  await walkUsers(world)
  await walkOwn(world)
  await walkPrivacy(world)
  await walkLastAdmin(world)
}

async function walkRegistering(world: World): Promise<void> {
  const { api, nobody, carla } = world
  const email = 'lena@customers.test'
  const login = { email, password: PASSWORD }
  must(await nobody.post(`${AUTH}/register`, { ...login, name: 'Lena' }), 202)
  must(await nobody.post(`${AUTH}/login`, login), 'email-not-verified')
  must(await nobody.post(`${AUTH}/verify/resend`, { email }), 202)
  const { id } = await userWith(world, email)
  must(await carla.post(`${USERS}/${id}/approve`, undefined), 'email-not-verified')
  must(await carla.post(`${USERS}/${id}/reject`, undefined), 'email-not-verified')
  must(await carla.send('PATCH', `${USERS}/${id}`, { state: 'active' }), 'email-not-verified')
  must(await nobody.post(`${AUTH}/verify`, { email, code: 'x'.repeat(43) }), 'invalid-code')
  must(await nobody.post(`${AUTH}/verify`, { email, code: await codeFor(api, email) }), 200)
  must(await nobody.post(`${AUTH}/login`, login), 'approval-pending')
  must(await carla.send('PATCH', `${USERS}/${id}`, { state: 'active' }), 'approval-pending')
  must(await carla.post(`${USERS}/${id}/approve`, undefined), 200)
  must(await carla.post(`${USERS}/${id}/reject`, undefined), 'already-approved')
  must(await nobody.post(`${AUTH}/forgot`, { email }), 202)
  const reset = { email, password: PASSWORD }
  must(await nobody.post(`${AUTH}/reset`, { ...reset, code: 'x'.repeat(43) }), 'invalid-code')
  // Mailed after the answer, so that its time tells nothing.
  await expect.poll(() => codeFor(api, email)).not.toBe('none')
  const code = await codeFor(api, email)
  must(await nobody.post(`${AUTH}/reset`, { ...reset, code }), 200)
  const rejected = await member(world, { email: 'rosa@customers.test', role: 'customer' })
  await state(world, rejected.id, 'pending_approval')
  must(await secondStep(world, rejected.id, '000000'), 'approval-pending')
  must(await carla.post(`${USERS}/${rejected.id}/reject`, undefined), 200)
}

const userWith = async ({ api }: World, email: string): Promise<{ id: number }> =>
  (await api.store.read('users').where({ email }).first('id')) as { id: number }

const state = async ({ api }: World, id: number, to: string): Promise<void> =>
  api.store.transaction(async (tx) => {
    await tx('users').where({ id }).update({ state: to })
  })

async function walkLogin(world: World): Promise<void> {
  const { nobody, carla } = world
  const email = 'otto@staff.test'
  const { id, headers } = await member(world, { email, role: 'agent' })
  const login = (password: string) => nobody.post(`${AUTH}/login`, { email, password })
  must(await login('wrong'), 'invalid-credentials')
  must(await nobody.get(`${AUTH}/session`, headers), 200)
  must(await nobody.get('/api/v1/me/sessions', headers), 200)
  const other = await loggedIn(nobody, email)
  const sessions = (await nobody.get('/api/v1/me/sessions', headers)).body.data ?? []
  const foreign = sessions.find((one) => one['current'] === false)?.id
  must(await nobody.send('DELETE', `/api/v1/me/sessions/${foreign}`, undefined, headers), 204)
  must(await nobody.get('/api/v1/me', other), 401)
  must(await nobody.send('DELETE', '/api/v1/me/sessions', undefined, headers), 204)
  const change = { current_password: 'wrong', password: 'a whale in the kitchen' }
  must(await nobody.put('/api/v1/me/password', change, headers), 'invalid-credentials')
  const right = { ...change, current_password: PASSWORD }
  must(await nobody.put('/api/v1/me/password', right, headers), 204)
  must(await nobody.post(`${AUTH}/logout`, undefined, headers), 204)
  must(await carla.send('PATCH', `${USERS}/${id}`, { state: 'disabled' }), 200)
  must(await login(right.password), 'account-disabled')
  must(await secondStep(world, id, '000000'), 'account-disabled')
  must(await nobody.get(`${AUTH}/methods`), 200)
  must(await carla.post(`${USERS}/${id}/approve`, undefined), 'account-disabled')
  must(await carla.post(`${USERS}/${id}/reject`, undefined), 'account-disabled')
}

/** As if an OpenID provider had just said that it is this user. */
async function secondStep({ api, nobody }: World, userId: number, totp: string): Promise<Reply> {
  const minute = Math.floor(api.clock.at.getTime() / 60_000)
  const token = api.context.tokens.make({ kind: 'login', userId, minute })
  return nobody.post(`${AUTH}/second-step`, { totp }, { cookie: `postroom_login=${token}` })
}

async function walkSecondFactor(world: World): Promise<void> {
  const { api, nobody, carla } = world
  const email = 'tom@staff.test'
  const { id, headers } = await member(world, { email, role: 'agent' })
  const own = '/api/v1/me/totp'
  const remove = (password: string) => nobody.send('DELETE', own, { password }, headers)
  must(await nobody.get(own, headers), 200)
  must(await remove(PASSWORD), 'not-found')
  must(await nobody.post(own, { password: 'wrong' }, headers), 'invalid-credentials')
  must(await nobody.post(own, { password: PASSWORD }, headers), 201)
  const row = (await api.store.read('second_factors').where({ user_id: id }).first('secret')) as {
    secret: Buffer
  }
  const code = (steps: number) =>
    totpAtStep(row.secret, Math.floor(api.clock.at.getTime() / 30_000) + steps)
  const wrong = ['000000', '000001', '000002', '000003'].find(
    (one) => ![code(-1), code(0), code(1)].includes(one),
  )
  must(await nobody.post(`${own}/confirm`, { code: wrong }, headers), 'invalid-totp')
  must(await nobody.post(`${own}/confirm`, { code: code(0) }, headers), 204)
  must(await nobody.post(own, { password: PASSWORD }, headers), 'totp-set')
  must(await nobody.post(`${AUTH}/second-step`, { totp: code(1) }), 'login-expired')
  const identity = { user_id: id, issuer: 'https://login.test', subject: 'tom', created_at: 0 }
  await api.store.transaction(async (tx) => {
    await tx('identities').insert(identity)
  })
  must(await secondStep(world, id, wrong ?? ''), 'invalid-totp')
  must(await secondStep(world, id, code(1)), 200)
  const login = { email, password: PASSWORD }
  must(await nobody.post(`${AUTH}/login`, login), 'totp-required')
  must(await nobody.post(`${AUTH}/login`, { ...login, totp: wrong }), 'invalid-totp')
  must(await remove('wrong'), 'invalid-credentials')
  must(await remove(PASSWORD), 204)
  must(await nobody.post(own, { password: PASSWORD }, headers), 201)
  must(await carla.send('DELETE', `${USERS}/${id}/totp`), 204)
  must(await carla.send('DELETE', `${USERS}/${id}/identities`), 204)
  must(await carla.send('DELETE', `${USERS}/${id}/identities`), 'not-found')
}

async function walkUsers(world: World): Promise<void> {
  const { ana, carla } = world
  must(await carla.post(USERS, { email: 'bruno@staff.test' }), 'email-in-use')
  const { id } = await member(world, { email: 'uwe@staff.test', role: 'customer' })
  const one = `${USERS}/${id}`
  must(await carla.get(USERS), 200)
  must(await carla.get(one), 200)
  must(await carla.send('PATCH', one, { name: 'Uwe' }), 200)
  must(await carla.post(`${one}/demote`, undefined), 'no-such-step')
  must(await carla.post(`${one}/promote`, undefined), 200)
  must(await carla.put(`${one}/role`, { role: 'admin' }), 200)
  must(await carla.post(`${one}/promote`, undefined), 'no-such-step')
  must(await carla.post(`${one}/demote`, undefined), 200)
  must(await carla.send('DELETE', `${one}/sessions`), 204)
  must(await carla.get(`${one}/tokens`), 200)
  must(await carla.send('DELETE', `${one}/tokens`), 204)
  const requester = { email: 'writer@customers.test' }
  await world.bruno.post('/api/v1/tickets', { subject: 'x', text: 'x', requester })
  const contact = await userWith(world, requester.email)
  for (const verb of ['approve', 'reject']) {
    must(await carla.post(`${USERS}/${contact.id}/${verb}`, undefined), 'not-registered')
  }
  const enable = { state: 'active' }
  must(await carla.send('PATCH', `${USERS}/${contact.id}`, enable), 'not-registered')
  must(await carla.send('DELETE', one), 204)
  must(await ana.get('/api/v1/me'), 200)
}

async function walkOwn(world: World): Promise<void> {
  const { bruno } = world
  must(await bruno.send('PATCH', '/api/v1/me', { name: 'Bruno' }), 200)
  must(await bruno.put('/api/v1/me/notifications', { level: 'mine', quiet_hours: null }), 200)
  const token = idIn(await bruno.post('/api/v1/me/tokens', { name: 'x' }))
  must(await bruno.get('/api/v1/me/tokens'), 200)
  must(await bruno.send('DELETE', `/api/v1/me/tokens/${token}`), 204)
}

async function walkPrivacy(world: World): Promise<void> {
  const { ana, carla, nobody } = world
  const privacy = '/api/v1/privacy'
  const email = 'gone@customers.test'
  await world.bruno.post('/api/v1/tickets', { subject: 'x', text: 'x', requester: { email } })
  must(await carla.post(`${privacy}/exports`, { email }), 200)
  must(await carla.post(`${privacy}/exports`, { email: 'no@one.test' }), 'not-found')
  const erase = (body: object) => carla.post(`${privacy}/erasures`, body)
  must(await erase({ email: 'no@one.test', dry_run: true }), 'not-found')
  must(await erase({ email: 'bruno@staff.test', dry_run: true }), 'is-staff')
  must(await erase({ email, confirm: email }), 200)
  await ticket(world)
  must(await ana.get('/api/v1/me/export'), 200)
  const { headers } = await member(world, { email: 'leaver@customers.test', role: 'customer' })
  const leave = (password: string) => nobody.send('DELETE', '/api/v1/me', { password }, headers)
  must(await leave('wrong'), 'invalid-credentials')
  must(await leave(PASSWORD), 204)
}

async function walkLastAdmin(world: World): Promise<void> {
  const { api, carla } = world
  const { id } = api.users.carla
  const one = `${USERS}/${id}`
  must(await carla.send('PATCH', one, { state: 'disabled' }), 'own-account')
  await api.store.transaction(async (tx) => {
    await tx('users').whereNot({ id }).where({ role: 'admin' }).update({ role: 'agent' })
  })
  must(await carla.send('DELETE', '/api/v1/me'), 'last-admin')
  must(await carla.send('DELETE', one), 'last-admin')
  must(await carla.send('PATCH', one, { state: 'disabled' }), 'last-admin')
  must(await carla.put(`${one}/role`, { role: 'agent' }), 'last-admin')
  must(await carla.post(`${one}/demote`, undefined), 'last-admin')
}
