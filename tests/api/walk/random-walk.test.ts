/**
 * A client that has read the OpenAPI document and nothing else calls every operation again and
 * again, with what the document allows and with what it does not: every answer is one that the
 * document promises, and none is a failure of ours.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { onPostgres, onSqlite } from '../../kit/databases.ts'
import { apiStarter, type Client } from '../desk-api.ts'
import { migrated } from '../desk-context.ts'
import { type Hints, type Schema, valueOf } from './arbitrary.ts'
import type { Described } from './document.ts'
import { asMail, message, must, ticket, UNLIMITED, type World, worldOf } from './world.ts'

/** Printed with a failure; the same one walks the same way. */
const SEED = 20_260_301
const AT_ONCE = 16
const SLOW_MS = 240_000

const oneOf = (...values: readonly unknown[]) => fc.constantFrom(...values)
const EMAILS = ['ana@customers.test', 'new@customers.test', 'x@y.test', 'support@desk.test']
/** Beyond the cast, so that nobody of it is disabled, demoted or deleted on the way. */
const USER_IDS = ['6', '7', '8', '9', '999']
const IDS = ['1', '2', '3', '4', '5', '999', '0', '-1', '1e3', 'abc', '%00', '9007199254740993']

/** What a client knows of the names: values that are there, and a few that are not. */
const HINTS: Hints = {
  email: oneOf(...EMAILS, 'nobody', ''),
  requester: oneOf(...EMAILS.map((email) => ({ email })), 'ana@customers.test'),
  author: oneOf('requester', 'me', { email: 'ana@customers.test' }),
  address: oneOf(...EMAILS),
  sender: oneOf('spam@else.test', '@loud.test', 'carla@staff.test', 'x'),
  confirm: oneOf(...EMAILS),
  // No names: they would have to be looked up.
  url: oneOf('https://8.8.8.8/hook', 'https://127.0.0.1/', 'http://8.8.8.8/', 'ftp://x', ''),
  status: oneOf('open', 'in_progress', 'pending', 'resolved', 'wip', 'closed', 'nonsense'),
  priority: oneOf('low', 'normal', 'medium', 'high', 'urgent', 'huge'),
  category: oneOf('billing', 'hardware', 'none', null),
  assignee: oneOf('me', 'none', 2, 3, 1, null),
  inbox: oneOf('Support', 1, '1', 'support', 'Sales'),
  locale: oneOf('en', 'de', 'xx', 'tlh-Piqd', '', null),
  since: oneOf('2026-02-27T00:00:00Z', '2020-01-01T00:00:00Z', 'yesterday'),
  password: oneOf('a herring in the garden', 'x', 'password1234'),
  current_password: oneOf('x'),
  code: oneOf('000000', 'x'),
  totp: oneOf('000000', null),
  ids: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  comment_ids: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  attachments: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
  into: fc.integer({ min: 1, max: 8 }),
  ticket: oneOf(1, 2, 3, 999),
  limit: oneOf('1', '2', '200', '201', '0', 'x'),
  cursor: oneOf('x', 'MTowLmFiYy5kZWY'),
  sort: oneOf('-id', 'priority', '-updated_at', 'id;drop', 'waiting_since'),
  q: oneOf('printer', '"', '*', 'burns AND', 'a'.repeat(300), 'OR', '%00', 'is:open -x'),
  from: oneOf('2026-02-01', '2026-03-01', '2026-02-30', 'x'),
  to: oneOf('2026-03-01', '2026-01-01', 'x'),
  after: oneOf('0', '1', '5', '2026-02-01T00:00:00Z'),
  before: oneOf('2026-03-02T00:00:00Z', 'x'),
  waiting_longer_than: oneOf('1h', '0s', 'x'),
  percentiles: oneOf('50', '50,90,99', '0', 'x'),
  quiet_hours: oneOf(null, { from: '20:00', until: '07:00' }, { from: '25:00', until: '1' }),
}

const PATH_HINTS: Readonly<Record<string, readonly string[]>> = {
  '{id}': IDS,
  '{email}': ['ana@customers.test', 'olga@customers.test', 'support@desk.test', 'x', '%20'],
  '{user}': ['me', '2', '3', '999', 'x'],
  '{notice}': ['reply', 'acknowledgement', '..%2f..', 'x'],
  '{locale}': ['en', 'de', 'xx', '%00'],
  '{delivery}': ['1', '2', '999', 'x'],
}

/** They end the one who calls them, and so are called at the end. */
const LAST = ['DELETE /me', 'DELETE /me/tokens/{id}']

type Who = 'ana' | 'bruno' | 'carla' | 'mallory' | 'nobody'

interface Call {
  readonly who: Who
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: Record<string, string>
}

function callOf({ method, path, operation }: Described): fc.Arbitrary<Call> {
  const { content = {} } = operation.requestBody ?? {}
  const isFile = '*/*' in content
  const type: Record<string, string> = isFile ? { 'content-type': 'text/plain' } : {}
  return fc.record({
    who: fc.constantFrom<Who>('ana', 'bruno', 'carla', 'carla', 'mallory', 'nobody'),
    method: fc.constant(method),
    path: fc.tuple(pathOf(path), queryOf(operation.parameters)).map((parts) => parts.join('')),
    body: bodyOf(operation.requestBody?.content),
    headers: fc.oneof(
      { weight: 6, arbitrary: fc.constant(type) },
      fc
        .constantFrom<Record<string, string>>(
          { 'idempotency-key': 'a' },
          { 'if-match': '"v1"' },
          { 'if-none-match': '*' },
          { range: 'bytes=0-1' },
          { 'last-event-id': '1' },
          { accept: 'text/csv' },
        )
        .map((headers) => ({ ...type, ...headers })),
    ),
  })
}

function pathOf(path: string): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    const users = path.startsWith('/users') && part === '{id}'
    const values = users ? USER_IDS : PATH_HINTS[part]
    return values === undefined ? fc.constant(part) : fc.constantFrom(...values)
  })
  return fc.tuple(...parts).map((all) => `/api/v1${all.join('/')}`)
}

function queryOf(parameters: Described['operation']['parameters']): fc.Arbitrary<string> {
  const names = parameters.filter((one) => one.in === 'query')
  if (names.length === 0) return fc.constantFrom('', '', '', '', '?nope=1')
  const members = names.map(({ name, schema }) => [name, valueOf(schema as Schema, HINTS, name)])
  return fc
    .record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: [],
    })
    .map((all) => {
      const given = Object.entries(all).flatMap(([name, value]) =>
        [value]
          .flat()
          .map(
            (one) =>
              `${name}=${encodeURIComponent(typeof one === 'string' ? one : JSON.stringify(one))}`,
          ),
      )
      return given.length === 0 ? '' : `?${given.slice(0, 3).join('&')}`
    })
}

function bodyOf(content: Readonly<Record<string, unknown>> | undefined): fc.Arbitrary<unknown> {
  if (content === undefined) return fc.constant(undefined)
  const json = content['application/json'] as { schema: Schema } | undefined
  if (json === undefined) return fc.string({ minLength: 1 })
  return fc.oneof(
    { weight: 12, arbitrary: valueOf(json.schema, HINTS) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.constantFrom('{', '[1,', '{"a":1,"a":2}', 'NaN', '\u0000') },
  )
}

/** Something of everything, so that there is what to look at. */
async function furnish(world: World): Promise<void> {
  const { api, bruno, carla } = world
  for (let n = 0; n < 6; n += 1) await ticket(world, { tags: [`t${n}`] })
  for (let n = 6; n < 10; n += 1) {
    must(await carla.post('/api/v1/users', { email: `u${n}@customers.test` }), 201)
  }
  must(await bruno.post('/api/v1/tickets/1/comments', { text: 'Try again.' }), 201)
  await asMail(api, 1)
  for (const fate of ['quarantined', 'system', 'ignored'] as const) await message(api, fate)
  must(await carla.post('/api/v1/webhooks', { url: 'https://8.8.8.8/hook' }), 201)
  must(await carla.post('/api/v1/webhooks/1/test', undefined), 202)
}

async function walk(world: World, rounds: number): Promise<string[]> {
  await furnish(world)
  const { document } = world
  const operations = document.operations.filter(
    ({ method, path }) => !LAST.includes(`${method} ${path}`),
  )
  const calls = operations.map(callOf)
  const step = fc.array(fc.oneof(...calls), { minLength: AT_ONCE, maxLength: AT_ONCE })
  const call = async ({ who, method, path, body, headers }: Call): Promise<void> => {
    const client: Client = world[who]
    await client.send(method, path, body, headers)
  }
  // Each by itself first: chance might leave one out.
  const property = fc.asyncProperty(step, async (batch) => {
    await Promise.all(batch.map(call))
    expect(world.api.failures).toEqual([])
  })
  for (const one of fc.sample(fc.tuple(...calls), { numRuns: 3, seed: SEED })) {
    for (const single of one) await call(single)
  }
  await fc.assert(property, { seed: SEED, numRuns: rounds, endOnFailure: true })
  must(await world.bruno.send('DELETE', '/api/v1/me/tokens/999'), 'not-found')
  // Of the cast anybody may have been disabled on the way.
  const { client: last } = await world.api.tokenFor({ email: 'last@customers.test' })
  must(await last.watchedBy(document.check).send('DELETE', '/api/v1/me'), 204)
  const seen = [...document.seen]
  const unseen = document.operations.filter(
    ({ method, path }) => !seen.some((one) => one.startsWith(`${method} ${path} `)),
  )
  expect(unseen).toEqual([])
  return seen
}

/** How much of what the document promises chance met: a walk that is refused everywhere is none. */
const successes = (seen: readonly string[]): number =>
  seen.filter((one) => / 2\d\d$/.test(one)).length

describe('a walk by the OpenAPI document alone', () => {
  const options = { prepare: migrated }

  describe('on SQLite', () => {
    const start = apiStarter(onSqlite(options))
    test(
      'of five thousand requests meets nothing that was not promised',
      async () => {
        const world = await worldOf(await start(UNLIMITED))
        const seen = await walk(world, 300)
        expect(successes(seen)).toBeGreaterThan(90)
        expect(seen.length).toBeGreaterThan(500)
        expect(world.document.count).toBeGreaterThan(5_000)
      },
      SLOW_MS,
    )
  })

  describe('on PostgreSQL', () => {
    const start = apiStarter(onPostgres(options))
    test(
      'of a thousand requests meets nothing that was not promised',
      async () => {
        const world = await worldOf(await start(UNLIMITED))
        const seen = await walk(world, 40)
        expect(successes(seen)).toBeGreaterThan(60)
        expect(world.document.count).toBeGreaterThan(1_000)
      },
      SLOW_MS,
    )
  })
})
