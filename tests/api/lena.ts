/** Lena, who registers and logs in, and what she and the mail she gets are asked for. */
import { expect } from 'vitest'
import type { Client, Reply, TestApi } from './desk-api.ts'

export const LENA = {
  email: 'lena@customers.test',
  name: 'Lena',
  password: 'a herring in the garden',
}
export const AUTH = '/api/v1/auth'

/** What was mailed to an address, newest first: the text part as it is. */
export async function mailsTo(api: TestApi, address: string): Promise<string[]> {
  const rows = (await api.store
    .read('outbox')
    .join('outbox_sources', 'outbox.id', 'outbox_sources.outbox_id')
    .where({ rcpt_to: address })
    .orderBy('outbox.id', 'desc')
    .select('source')) as { source: Buffer }[]
  return rows.map(({ source }) => source.toString())
}

export async function codeFor(api: TestApi, address: string): Promise<string> {
  const [mail = ''] = await mailsTo(api, address)
  return /^(\d{6})\r?$/m.exec(mail)?.[1] ?? 'none'
}

export const wait = (api: TestApi, ms: number): void => {
  api.clock.at = new Date(api.clock.at.getTime() + ms)
}

export const MINUTE = 60_000

export async function registered(api: TestApi, person = LENA): Promise<void> {
  expect((await api.nobody.post(`${AUTH}/register`, person)).status).toBe(202)
}

export async function verified(api: TestApi, person = LENA): Promise<Reply> {
  await registered(api, person)
  const code = await codeFor(api, person.email)
  return api.nobody.post(`${AUTH}/verify`, { email: person.email, code })
}

export const login = (api: TestApi, { email, password } = LENA, headers = {}): Promise<Reply> =>
  api.nobody.post(`${AUTH}/login`, { email, password }, headers)

export const cookieOf = (reply: Reply): string =>
  (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, '')

export const idOf = async (client: Client, email: string): Promise<number> =>
  Number((await client.get(`/api/v1/users?q=${email}`)).body.data?.[0]?.id)

/** Somebody with a password who may log in. */
export async function member(api: TestApi, role = 'customer', person = LENA): Promise<number> {
  const { body } = await api.carla.post('/api/v1/users', { ...person, role })
  return Number(body.id)
}

export const UNLIMITED = {
  rate_limits: {
    login: 'unlimited',
    register: 'unlimited',
    verify: 'unlimited',
    forgot: 'unlimited',
  },
}
