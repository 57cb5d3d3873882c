/** What every operation refuses alike: provoked from the document, one operation after another. */
import { keyOf } from '../../../src/api/idempotency.ts'
import { takeKey } from '../../../src/store/idempotency-keys.ts'
import type { Client, Reply } from '../desk-api.ts'
import { GOOD_BODIES } from '../good-bodies.ts'
import type { Described } from './document.ts'
import { loggedIn, member, must, ticket, type World } from './world.ts'

/** Larger than any body may be. */
const HUGE = `"${'x'.repeat(1024 * 1024 + 1)}"`
const HUGE_FILE = Buffer.alloc(25 * 1024 * 1024 + 1)
const BOSS = 'boss@staff.test'
const NO_SUCH_ID = '2147483647'

interface Asked extends Described {
  /** With ids of what is there. */
  readonly url: string
  readonly body: unknown
  readonly world: World
  readonly boss: Record<string, string>
  /** Of a list of other things. */
  readonly cursor: string
  readonly limited: Readonly<Record<'some' | 'others', Client>>
}

/** Refusals of `operation` that the document names. */
const refuses = ({ operation }: Described, status: number, code: string): boolean =>
  JSON.stringify(operation.responses[String(status)] ?? '').includes(`"${code}"`)

export async function provokeCommon(world: World): Promise<void> {
  const { api, document, carla, nobody } = world
  await ticket(world)
  await ticket(world)
  must(await carla.post('/api/v1/webhooks', { url: 'https://8.8.8.8/hook' }), 201)
  must(await carla.post('/api/v1/suppressions', { address: 'a@b.test' }), 201)
  await member(world, { email: BOSS, role: 'admin' })
  const boss = await loggedIn(nobody, BOSS)
  const { body } = await carla.get('/api/v1/tickets?limit=1')
  const cursor = String(body.page?.next_cursor)
  const token = async (scope: string) =>
    (await api.tokenFor({ email: 'carla@staff.test' }, [scope])).client.watchedBy(document.check)
  const limited = { some: await token('tickets:read'), others: await token('audit:read') }
  for (const described of document.operations) {
    const { method, path } = described
    const url = `/api/v1${path.replace('{email}', 'x@y.test').replace('{user}', 'me')}`
      .replace('{notice}/{locale}', 'reply/en')
      .replace(/\{\w+\}/g, '1')
    const body = GOOD_BODIES[`${method} /api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`]
    await provoke({ ...described, url, body, world, boss, cursor, limited })
  }
}

async function provoke(asked: Asked): Promise<void> {
  const { method, url, body, world } = asked
  const { carla, nobody } = world
  must(await carla.send(method, `${url}?nope=1`, body), 'unknown-parameter')
  if (refuses(asked, 401, 'unauthenticated')) {
    must(await nobody.send(method, url, body), 'unauthenticated')
  }
  await provokeAccess(asked)
  await provokeQuery(asked)
  await provokeBody(asked)
  await provokeKeys(asked)
  await provokeMatch(asked)
  if (refuses(asked, 404, 'not-found') && url.includes('/1')) {
    must(await carla.send(method, url.replace(/\/1\b/, `/${NO_SUCH_ID}`), body), 'not-found')
  }
}

async function provokeAccess(asked: Asked): Promise<void> {
  const { method, url, body, world, boss, limited, operation } = asked
  if (operation['x-roles'].length > 0 && !operation['x-roles'].includes('customer')) {
    must(await world.ana.send(method, url, body), 'forbidden')
  }
  if (refuses(asked, 403, 'insufficient-scope')) {
    const other = operation['x-scopes'].includes('tickets:read') ? limited.others : limited.some
    must(await other.send(method, url, body), 'insufficient-scope')
  }
  if (refuses(asked, 403, 'csrf')) {
    const foreign = { ...boss, origin: 'https://evil.test' }
    must(await world.nobody.send(method, url, body, foreign), 'csrf')
  }
}

async function provokeQuery(asked: Asked): Promise<void> {
  const { url, world, cursor, operation } = asked
  const names = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name)
  const get = (query: string): Promise<Reply> =>
    world.carla.send(asked.method, `${url}?${query}`, asked.body)
  for (const name of names) must(await get(`${name}=`), 'invalid-parameter')
  if (!names.includes('cursor')) return
  must(await get('cursor=mine'), 'invalid-cursor')
  const other = url === '/api/v1/tickets' ? 'priority=high&' : ''
  must(await get(`${other}cursor=${cursor}`), 'cursor-mismatch')
}

async function provokeBody(asked: Asked): Promise<void> {
  const { method, url, operation } = asked
  const send = (body: string | Buffer, type = 'application/json'): Promise<Reply> =>
    asked.world.carla.send(method, url, body, { 'content-type': type })
  if (!refuses(asked, 415, 'unsupported-media-type')) return
  const { content } = operation.requestBody ?? {}
  if (content !== undefined && content['application/json'] === undefined) {
    must(await send('x', 'multipart/form-data'), 415)
    must(await send(HUGE_FILE, 'text/plain'), 413)
    return
  }
  must(await send('{"a":'), 'malformed-json')
  must(await send('{}', 'text/plain'), 415)
  must(await send(HUGE), 413)
  must(await send('{"nope":1}'), 'validation-failed')
}

async function provokeKeys(asked: Asked): Promise<void> {
  const { method, url, body, operation, world } = asked
  if (!operation.parameters.some(({ name }) => name === 'Idempotency-Key')) return
  const bad = { 'idempotency-key': 'two words' }
  must(await world.carla.send(method, url, body, bad), 'invalid-parameter')
  if (!refuses(asked, 422, 'idempotency-key-reused')) return
  await takeFor(world, { method, url })
  const sent = body ?? (url.endsWith('attachments') ? 'x' : undefined)
  const keyed = { 'idempotency-key': 'taken' }
  must(await world.carla.send(method, url, sent, keyed), 'idempotency-key-reused')
}

/** Something else was done there already under Carla's key `taken`. */
async function takeFor({ api }: World, asked: { method: string; url: string }): Promise<void> {
  const userId = api.users.carla.id
  const token = await api.store.read('api_tokens').where({ user_id: userId }).orderBy('id').first()
  const key = keyOf('taken', { tokenId: Number(token.id) }, asked)
  await api.store.transaction((tx) => takeKey(tx, { userId, key }, 'another', api.clock.at))
}

/** Those with versions, and what is not there in this world, are for the scripts. */
async function provokeMatch({ method, url, body, operation, world }: Asked): Promise<void> {
  const heeds = operation.parameters.some(({ name }) => name === 'If-Match')
  if (!heeds || /tickets|canned/.test(url)) return
  must(await world.carla.send(method, url, body, { 'if-match': '"never"' }), 'stale-version')
}

/** Every operation once more than is allowed, at a desk where once is allowed. */
export async function provokeLimits(world: World): Promise<void> {
  const { document, nobody, carla } = world
  for (const described of document.operations) {
    if (!refuses(described, 429, 'rate-limited')) continue
    const { method, path, operation } = described
    const body = GOOD_BODIES[`${method} /api/v1${path}`]
    const client = operation.security.length === 0 ? nobody : carla
    const url = `/api/v1${path.replace(/\{\w+\}/g, '1')}`
    const again = async (): Promise<Reply> => client.send(method, url, body)
    const first = await again()
    must(first.status === 429 ? first : await again(), 'rate-limited')
  }
}
