import { migrations } from '../../migrations/index.ts'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { problemOf } from '../../src/api/problem.ts'
import { startApi } from '../../src/api/server.ts'
import { systemClock } from '../../src/clock.ts'
import { OperatorError } from '../../src/errors.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { eventsOf } from '../../src/events.ts'
import { Health } from '../../src/health.ts'
import { InboxOrders } from '../../src/inbox-orders.ts'
import { Jobs } from '../../src/jobs.ts'
import { silentLog } from '../../src/log.ts'
import { Metrics } from '../../src/metrics.ts'
import { Bell } from '../../src/pause.ts'
import { openStore } from '../../src/store/open.ts'
import { Overtaken } from '../../src/store/database-errors.ts'
import { eachDatabase, onSqlite } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated, openDesk } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const GOOD = '{"subject":"Printer","text":"It burns."}'

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')

/** What is sent, and the place of the mistake. */
const BROKEN: readonly [string, string | Buffer, object][] = [
  ['nothing', '', { line: 1, column: 1 }],
  ['a word', 'hello', { line: 1, column: 1 }],
  ['half of it', '{"subject":"Printer",\n "text"', { line: 2, column: 8 }],
  ['an open string', '{"subject":"Printer', { line: 1, column: 12 }],
  ['a byte order mark', `\ufeff${GOOD}`, { line: 1, column: 1 }],
  ['UTF-16', utf16(GOOD), { line: 1, column: 1 }],
  ['Latin-1', Buffer.from('{"subject":"caf\xe9"}', 'latin1'), { line: 1, column: 1 }],
  ['a member twice', '{"subject":"a","subject":"b"}', { line: 1, column: 16 }],
  ['no number', '{"subject":NaN}', { line: 1, column: 12 }],
  ['a leading zero', '{"subject":01}', { line: 1, column: 13 }],
  ['a trailing comma', '{"subject":"a",}', { line: 1, column: 16 }],
  ['a comment', '{"subject":"a"} // x', { line: 1, column: 17 }],
  ['single quotes', `{'subject':'a'}`, { line: 1, column: 2 }],
  ['a raw newline', '{"subject":"a\nb"}', { line: 1, column: 14 }],
  ['a wrong escape', '{"subject":"a\\x"}', { line: 1, column: 12 }],
  ['too many values', `[${'1,'.repeat(10_000)}1]`, { line: 1, column: 20_000 }],
  ['a megabyte of nothing', ' '.repeat(1_000_000), { line: 1, column: 1_000_001 }],
  ['depth', '['.repeat(10_000), { line: 1, column: 21 }],
  ['depth in objects', '{"a":'.repeat(10_000), { line: 1, column: 101 }],
]

describe('HTTP', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))

  test('bad input 156: says where the JSON is broken', async () => {
    const { bruno } = await start()
    for (const [what, body, place] of BROKEN) {
      const reply = await bruno.send('POST', TICKETS, body, { 'content-type': 'application/json' })
      expect([what, reply.status, reply.body]).toMatchObject([
        what,
        400,
        { code: 'malformed-json', ...place },
      ])
    }
  })

  test('bad input 159: names members that could poison a prototype', async () => {
    const { bruno } = await start()
    for (const [body, pointer] of [
      ['{"__proto__":{"polluted":1}}', '/__proto__'],
      ['{"\\u005f_proto__":{"polluted":1}}', '/__proto__'],
      ['{"fields":{"constructor":"x"}}', '/fields/constructor'],
      ['{"tags":[{"prototype":1}]}', '/tags/0/prototype'],
    ]) {
      const reply = await bruno.post(TICKETS, body)
      expect(reply).toMatchObject({ status: 422, body: { errors: [{ pointer }] } })
    }
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
  })

  test('bad input 158: takes JSON in UTF-8 only', async () => {
    const { bruno } = await start()
    const sent = async (type: string, more: Record<string, string> = {}) =>
      (await bruno.send('POST', TICKETS, GOOD, { 'content-type': type, ...more })).status
    expect(await sent('application/json; charset=UTF-8')).toBe(201)
    expect(await sent('application/vnd.api+json')).toBe(201)
    for (const type of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded']) {
      expect([type, await sent(type)]).toEqual([type, 415])
    }
    expect(await sent('application/json; charset=iso-8859-1')).toBe(415)
    expect(await sent('application/json', { 'content-encoding': 'gzip' })).toBe(415)
  })

  test('bad input 157: refuses a body that is too large without falling behind', async () => {
    const { bruno } = await start()
    const large = `{"subject":"${'x'.repeat(50_000_000)}"}`
    expect(await bruno.post(TICKETS, large)).toMatchObject({
      status: 413,
      body: { code: 'too-large', limit: 1_048_576 },
    })
    let sent = 0
    const chunks = new ReadableStream<Uint8Array>({
      pull(controller: ReadableStreamDefaultController<Uint8Array>) {
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
        sent += 1
        if (sent === 40) controller.close()
      },
    })
    const { status } = await fetch(`${bruno.url}${TICKETS}`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'content-type': 'application/json', authorization: bruno.authorization },
    } as RequestInit)
    expect(status).toBe(413)
  })

  test('bad input 174: knows which methods an address has', async () => {
    const { bruno } = await start()
    expect(await bruno.send('DELETE', `${TICKETS}/1/status`)).toMatchObject({
      status: 405,
      body: { code: 'method-not-allowed', allowed: ['PUT'] },
    })
    const { status, headers } = await bruno.send('PATCH', TICKETS, {})
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    const override = { 'x-http-method-override': 'POST' }
    expect((await bruno.get(`${TICKETS}/1/status`, override)).status).toBe(405)
    for (const path of [
      '/x',
      '/api/v1',
      '/api/v1/nothing',
      '/API/v1/me',
      '/api/v1/me/',
      '//',
      '/..%2f',
      '/%',
    ]) {
      const reply = await bruno.get(path)
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, 'not-found'])
    }
    expect((await bruno.send('HEAD', '/api/v1/me')).status).toBe(200)
    expect((await bruno.send('OPTIONS', '/api/v1/me')).headers.get('allow')).toBe(
      'DELETE, GET, HEAD, PATCH',
    )
    expect((await raw(bruno.url, 'TRACE /api/v1/me HTTP/1.1\r\nHost: x')).split(' ')[1]).toBe('405')
    expect((await raw(bruno.url, 'TRACE / HTTP/1.1\r\nHost: x')).split(' ')[1]).toBe('405')
    for (const page of ['/', '/tickets/1', '/sign-in', '/index.html']) {
      const reply = await bruno.post(page, {})
      expect([page, reply.status, reply.headers.get('allow')]).toEqual([page, 405, 'GET, HEAD'])
    }
    expect((await bruno.post('/nothing', {})).status).toBe(404)
  })

  test('gives every answer an id and safe headers', async () => {
    const { bruno } = await start()
    const { headers, body } = await bruno.get('/nothing', { 'x-request-id': 'abc-1' })
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-request-id': 'abc-1',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-type': 'application/problem+json',
    })
    expect(body).toEqual({
      type: 'urn:postroom:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'not-found',
      instance: 'urn:request:abc-1',
    })
    for (const id of ['a b', '<script>', 'x'.repeat(65), '']) {
      const { headers: others } = await bruno.get('/healthz', { 'x-request-id': id })
      expect(others.get('x-request-id')).toMatch(/^[a-z2-7]{16}$/)
    }
    expect([...headers.keys()].filter((name) => /powered|server|cors|origin$/.test(name))).toEqual(
      [],
    )
  })

  test('tells browsers to come by https only, where public_url is https', async () => {
    const secured = await start({ public_url: 'https://desk.test' })
    const plain = await start()
    for (const path of ['/', '/api/v1/me', '/healthz', '/nothing']) {
      const { headers } = await secured.bruno.get(path)
      expect([path, headers.get('strict-transport-security')]).toEqual([path, 'max-age=31536000'])
      expect((await plain.bruno.get(path)).headers.has('strict-transport-security')).toBe(false)
    }
  })

  test('sends what is long gzipped to who can read that', async () => {
    const { bruno } = await start()
    await bruno.post(TICKETS, { subject: 'Printer', text: 'x', fields: { a: 'x'.repeat(5_000) } })
    const head = (path: string, ...more: readonly string[]) =>
      [`GET ${path} HTTP/1.1`, 'Host: x', `Authorization: ${bruno.authorization}`, ...more].join(
        '\r\n',
      )
    const zipped = await raw(bruno.url, head(`${TICKETS}/1`, 'Accept-Encoding: gzip, br'))
    expect(zipped).toMatch(/\r\nContent-Encoding: gzip\r\n/i)
    expect(zipped).toMatch(/\r\nVary: Accept-Encoding\r\n/i)
    expect(zipped).toMatch(/\r\nContent-Type: application\/json; charset=utf-8\r\n/i)
    expect(zipped.length).toBeLessThan(2_000)
    for (const encoding of ['X-A: b', 'Accept-Encoding: identity', 'Accept-Encoding: gzip;q=0']) {
      const plain = await raw(bruno.url, head(`${TICKETS}/1`, encoding))
      expect(plain).not.toMatch(/Content-Encoding/i)
      expect(plain).toMatch(/\r\nVary: Accept-Encoding\r\n/i)
      expect(plain.length).toBeGreaterThan(5_000)
    }
    expect(await raw(bruno.url, head('/api/v1/me', 'Accept-Encoding: gzip'))).not.toMatch(
      /Content-Encoding/i,
    )
    // Node unpacks it; the tag is that of the ticket, for If-Match.
    const { headers, body } = await bruno.get(`${TICKETS}/1`)
    expect(headers.get('etag')).toBe('"v1"')
    expect(body['fields']).toEqual({ a: 'x'.repeat(5_000) })
  })

  test('tells nothing of what went wrong on our side', async () => {
    const { bruno, context, failures } = await start()
    Object.assign(context.templates, {
      render() {
        throw new Error('secret path /srv/templates')
      },
    })
    const { status, body } = await bruno.post(TICKETS, GOOD)
    expect([status, body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toMatch(/secret|srv|stack/)
    expect(failures).toHaveLength(1)
    // All or nothing.
    expect((await bruno.get(TICKETS)).body.data).toEqual([])
  })

  test('bad input 171: leaves nothing of a client that goes away', async () => {
    const { bruno, failures } = await start()
    const head = `POST ${TICKETS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bruno.authorization}\r\n`
    const socket = connect(Number(new URL(bruno.url).port), '127.0.0.1')
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"subject":`)
    await delay(50)
    socket.destroy()
    await delay(50)
    expect((await bruno.get(TICKETS)).body.data).toEqual([])
    expect(failures).toEqual([])
  })

  test('bad input 175: closes on headers that are too large or two lengths at once', async () => {
    const { bruno } = await start()
    const line = 'GET /healthz HTTP/1.1\r\nHost: x\r\n'
    expect(await raw(bruno.url, `${line}X: ${'x'.repeat(20_000)}`)).toMatch(/^HTTP\/1\.1 431 /)
    const two = 'Content-Length: 5\r\nTransfer-Encoding: chunked'
    expect(await raw(bruno.url, `${line}${two}`)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('answers what is under way when it closes, and nothing after', async () => {
    const api = await start()
    const head = `POST ${TICKETS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${api.bruno.authorization}\r\n`
    const type = `Content-Type: application/json\r\nContent-Length: ${GOOD.length}\r\n\r\n`
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    socket.write(`${head}${type}${GOOD.slice(0, 5)}`)
    // The server has read the beginning once it answers somebody who came later.
    await api.bruno.get('/healthz')
    const closed = api.close()
    await expect(api.bruno.get('/healthz')).rejects.toThrow('fetch failed')
    socket.write(GOOD.slice(5))
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 201 /)
    await closed
  })
})

test('a full disk and a faster writer are no faults of the program', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  expect(problemOf(full, 'x')).toMatchObject({
    status: 503,
    headers: { 'Retry-After': '5' },
    body: { code: 'database-unavailable' },
  })
  expect(problemOf(new Overtaken('a faster writer'), 'x')).toMatchObject({
    status: 409,
    isFailure: false,
    body: { code: 'overtaken' },
  })
})

/** Sends a raw request without a body and returns what comes back. */
async function raw(url: string, head: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`${head}\r\nConnection: close\r\n\r\n`)
  return answerOf(socket)
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

describe('a port that cannot be used', () => {
  const fresh = onSqlite({ prepare: migrated })

  const startAt = async (listen: string) => {
    const desk = await openDesk(await fresh(), { listen })
    try {
      return await startApi({
        ...desk,
        health: new Health(),
        arrived: new Bell(),
        outgoing: new Bell(),
        webhooksDue: new Bell(),
        inboxOrders: new InboxOrders(),
        jobs: new Jobs(),
        metrics: new Metrics({ version: '', database: 'sqlite' }),
        testServers: () => Promise.reject(new Error('no servers here')),
        clock: systemClock,
        passwords: new Passwords(10),
        events: eventsOf(silentLog),
        version: '',
        draining: () => false,
      })
    } finally {
      await desk.store.close()
    }
  }

  test('is explained to the operator', async () => {
    const first = await startAt('127.0.0.1:0')
    const second = startAt(`127.0.0.1:${first.port}`)
    await expect(second).rejects.toThrow(OperatorError)
    await expect(second).rejects.toThrow(/another program.*"listen"/)
    await first.close()
    await expect(startAt('192.0.2.1:8025')).rejects.toThrow(/does not have that address/)
  })
})

eachDatabase(
  'the probes',
  (fresh, kind) => {
    const start = apiStarter(fresh)
    const ready = async ({ nobody }: TestApi) => nobody.get('/readyz')

    test('tell that all is well', async () => {
      const api = await start()
      const alive = await api.nobody.get('/healthz')
      expect([alive.status, alive.body]).toEqual([200, 'ok\n'])
      expect(await ready(api)).toMatchObject({
        status: 200,
        body: { status: 'ok', checks: { database: 'ok', migrations: 'ok', draining: 'ok' } },
      })
      const page = await api.nobody.get('/')
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    })

    test('are degraded, but ready, when an inbox or SMTP has trouble', async () => {
      const api = await start()
      const failure = { error: 'login refused', nextRetryAt: new Date() }
      api.health.failed('Support', 'imap', failure, new Date())
      expect(await ready(api)).toMatchObject({
        status: 200,
        body: {
          status: 'degraded',
          troubles: [{ inbox: 'Support', side: 'imap', error: 'login refused' }],
        },
      })
    })

    test('give the reasons to who is on this machine or works at the desk', async () => {
      const api = await start()
      const error = 'Nothing answers at mail.internal:993.'
      api.health.failed('Support', 'imap', { error, nextRetryAt: new Date() }, new Date())
      // As a proxy on this machine forwards it for somebody who is elsewhere.
      const headers = { 'X-Forwarded-For': '203.0.113.9' }
      const told = async (as: 'nobody' | 'ana' | 'bruno'): Promise<unknown> =>
        (await api[as].get('/readyz', headers)).body['troubles']
      const hidden = [{ inbox: 'Support', side: 'imap', error: 'See the log.' }]
      expect([await told('nobody'), await told('ana')]).toEqual([hidden, hidden])
      expect(await told('bruno')).toMatchObject([{ error }])
      expect((await ready(api)).body).toMatchObject({ troubles: [{ error }] })
    })

    test('are not ready while draining or before the migrations', async () => {
      const api = await start()
      await api.store.transaction((tx) => tx('schema_migrations').del())
      expect(await ready(api)).toMatchObject({
        status: 503,
        body: {
          status: 'unavailable',
          checks: { migrations: `${migrations.length} pending`, database: 'ok' },
        },
      })
      const other = await start()
      other.drain()
      const reply = await ready(other)
      expect(reply).toMatchObject({ status: 503, body: { checks: { draining: 'stopping' } } })
      expect((await other.nobody.get('/healthz')).status).toBe(200)
    })

    test('are not ready while another process locks the database', async () => {
      const api = await start()
      const other = await openStore(api.config.database)
      const [locked, enough] = [new Bell(), new Bell()]
      const { signal } = new AbortController()
      const holder = other.exclusively(async (tx) => {
        if (kind === 'postgres') await tx.raw('lock table schema_migrations')
        locked.ring()
        await enough.wait(20_000, signal)
      })
      await locked.wait(20_000, signal)
      expect(await ready(api)).toMatchObject({
        status: 503,
        body: { checks: { database: 'no answer within 1000 ms' } },
      })
      expect((await api.nobody.get('/healthz')).status).toBe(200)
      enough.ring()
      await holder
      await other.close()
      await expect.poll(async () => (await ready(api)).status).toBe(200)
    })

    test('are not ready when the database is gone', async () => {
      const api = await start()
      await api.store.close()
      expect(await ready(api)).toMatchObject({
        status: 503,
        body: { checks: { database: 'failed', migrations: 'failed' } },
      })
    })
  },
  { prepare: migrated },
)
