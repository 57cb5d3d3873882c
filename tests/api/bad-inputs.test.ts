/** Requests that are broken, absurd or hostile, where no other suite has them already. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../src/api/event-feed.ts'
import { eventStream } from '../../src/api/event-stream.ts'
import { parseJson } from '../../src/api/json-text.ts'
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { insertEvents } from '../../src/store/events.ts'
import { SYSTEM } from '../../src/ticket/comment.ts'
import { eachDatabase, onSqlite } from '../kit/databases.ts'
import { apiStarter, type Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const GOOD = { subject: 'Printer', text: 'It burns.' }

/** What the server says to these bytes before it closes, or has said within five seconds. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    socket.setTimeout(5_000, () => socket.destroy())
    socket.write(bytes)
  })
}

describe('a request', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))

  test('bad input 157: a million members hold nobody up', () => {
    const bodies = [
      `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":1`).join(',')}}`,
      '['.repeat(1_000_000),
      `{"a":"${'\\u0041'.repeat(170_000)}"}`,
    ]
    for (const body of bodies) {
      const best = Math.min(...Array.from({ length: 5 }, () => timeOf(() => parseJson(body))))
      expect(best).toBeLessThan(50)
    }
  })

  test('bad input 158: without a type is refused, and says which one would do', async () => {
    const { bruno } = await start()
    const headers = { authorization: bruno.authorization }
    const body = Buffer.from(JSON.stringify(GOOD))
    const reply = await fetch(`${bruno.url}${TICKETS}`, { method: 'POST', headers, body })
    expect([reply.status, reply.headers.get('accept')]).toEqual([415, 'application/json'])
    expect((await bruno.get(TICKETS)).body.data).toEqual([])
  })

  test('bad input 158: with members where none are known is refused as anywhere else', async () => {
    const { bruno, carla, users } = await start()
    await bruno.post(TICKETS, GOOD)
    const orders: readonly [string, string][] = [
      ['POST', `${TICKETS}/1/release`],
      ['PUT', `${TICKETS}/1/watchers/me`],
      ['DELETE', `/api/v1/users/${users.ana.id}/sessions`],
      ['POST', '/api/v1/auth/logout'],
    ]
    const type = 'application/json'
    const sent: readonly [string, string, number, string?][] = [
      ['{"x":1}', type, 422, 'validation-failed'],
      ['[]', type, 422, 'validation-failed'],
      ['{"x":', type, 400, 'malformed-json'],
      ['{}', 'text/plain', 415, 'unsupported-media-type'],
      [' '.repeat(1024 * 1024 + 1), type, 413, 'too-large'],
    ]
    for (const [method, path] of orders) {
      for (const [body, as, status, code] of sent) {
        const reply = await carla.send(method, path, body, { 'content-type': as })
        expect([path, body.slice(0, 9), reply.status, reply.body.code]).toEqual([
          path,
          body.slice(0, 9),
          status,
          code,
        ])
      }
      for (const body of ['{}', '']) {
        expect([path, (await carla.send(method, path, body)).status < 300]).toEqual([path, true])
      }
      // Announced without a length, and empty.
      const empty = await fetch(`${carla.url}${path}`, {
        method,
        headers: { authorization: carla.authorization },
        body: new ReadableStream({ start: (controller) => controller.close() }),
        duplex: 'half',
      } as RequestInit)
      expect([path, empty.ok]).toEqual([path, true])
    }
  })

  test('bad input 163: for a page of no size, or a cursor of another time, is refused', async () => {
    const { bruno } = await start()
    for (const path of ['tickets', 'users', 'inbound', 'outbox', 'suppressions']) {
      for (const limit of ['0', '-1', '1000000000', '1.5', 'all', '']) {
        const { status, body } = await bruno.get(`/api/v1/${path}?limit=${limit}`)
        expect([path, limit, status, body.code]).toEqual([path, limit, 400, 'invalid-parameter'])
      }
      const forged = Buffer.from('999:0.aaaaaaaaaaaa.bbbbbbbbbbbb').toString('base64url')
      const { status, body } = await bruno.get(`/api/v1/${path}?cursor=${forged}`)
      expect([path, status, body.code]).toEqual([path, 400, 'invalid-cursor'])
    }
  })

  test('bad input 163: for a page after no place at all is refused, however well it is forged', async () => {
    const { bruno } = await start()
    for (const subject of ['a', 'b']) await bruno.post(TICKETS, { ...GOOD, subject })
    const list = `${TICKETS}?sort=created_at&limit=1`
    const cursor = (await bruno.get(list)).body.page?.next_cursor ?? ''
    const [, asked] = Buffer.from(cursor, 'base64url').toString().split('.')
    const forged = (key: string): string => {
      const place = `1:${key}.${asked}`
      const check = createHash('sha256').update(`cursor ${place}`).digest('hex').slice(0, 12)
      return Buffer.from(`${place}.${check}`).toString('base64url')
    }
    for (const key of ['x', 'NaN', '1.5', '1e99', 'Infinity']) {
      const { status, body } = await bruno.get(`${list}&cursor=${forged(key)}`)
      expect([key, status, body.code]).toEqual([key, 400, 'invalid-cursor'])
    }
    expect((await bruno.get(`${list}&cursor=${forged('0')}`)).status).toBe(200)
  })

  test('bad input 165: to search for what is too long, or no text, is refused at once', async () => {
    const { bruno, failures } = await start()
    await bruno.post(TICKETS, GOOD)
    for (const q of ['x'.repeat(10_000), '\u0000', 'a\u0000b', '\r\n']) {
      const { status } = await bruno.get(`${TICKETS}?q=${encodeURIComponent(q)}`)
      expect([q.slice(0, 5), status]).toEqual([q.slice(0, 5), 400])
    }
    for (const q of ['the of and to', '* * *', '" "', '\ufffd']) {
      const { status } = await bruno.get(`${TICKETS}?q=${encodeURIComponent(q)}`)
      expect([q, status]).toEqual([q, 200])
    }
    expect(failures).toEqual([])
  })

  test('bad input 173: with a token that is none gets one and the same answer', async () => {
    const { nobody, ana, tokenFor } = await start()
    const { token } = await tokenFor({ email: 'ana@customers.test' })
    const elsewhere = token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))
    const headers: readonly Record<string, string>[] = [
      {},
      { authorization: 'Bearer' },
      { authorization: 'Bearer x' },
      { authorization: `Bearer ${elsewhere}` },
      { authorization: `Bearer ${token} ${token}` },
      { authorization: `Bearer ${token}, Bearer ${token}` },
      { authorization: `Basic ${Buffer.from(`ana:${token}`).toString('base64')}` },
      { authorization: `Token ${token}` },
      { 'x-remote-user': 'carla@staff.test' },
      { cookie: `postroom_session=${token}` },
    ]
    const answers = new Set<string>()
    for (const given of headers) {
      const reply = await nobody.get(`${TICKETS}/1`, { ...given, 'x-request-id': 'same' })
      expect([given, reply.status]).toEqual([given, 401])
      answers.add(JSON.stringify(reply.body))
    }
    expect(answers.size).toBe(1)
    // In an address it would stand in every log on the way, so there it is no use at all.
    for (const name of ['token', 'access_token', 'api_key']) {
      expect((await nobody.get(`${TICKETS}?${name}=${token}`)).status).toBe(400)
      expect((await ana.get(`${TICKETS}?${name}=${token}`)).status).toBe(400)
    }
  })

  test('bad input 174: to pass something on is refused; a body nobody asked for is not read', async () => {
    const { bruno } = await start()
    const connected = await raw(bruno.url, 'CONNECT 8.8.8.8:443 HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(connected).not.toMatch(/^HTTP\/1\.1 2/)
    const line = `GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: ${bruno.authorization}\r\n`
    const withBody = `${line}Connection: close\r\nContent-Length: 5\r\n\r\n{"a":`
    expect(await raw(bruno.url, withBody)).toMatch(/^HTTP\/1\.1 200 /)
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
      expect((await bruno.get('/api/v1/me/tokens', { [name]: 'DELETE' })).status).toBe(200)
    }
  })

  test('bad input 175: that two readers could read in two ways is closed on', async () => {
    const { bruno, failures } = await start()
    const line = `POST ${TICKETS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bruno.authorization}\r\n`
    const hidden = `0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n`
    for (const [what, bytes] of [
      ['both lengths', `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n${hidden}`],
      ['two lengths', `Content-Length: 6\r\nContent-Length: 7\r\n\r\n${hidden}`],
      ['an odd length', `Content-Length: +6\r\n\r\n${hidden}`],
      ['an unknown coding', `Transfer-Encoding: xchunked\r\n\r\n${hidden}`],
      ['a space before the colon', `Content-Length : 6\r\n\r\n${hidden}`],
      ['a folded header', `X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n`],
      ['a header of 100 kB', `X-A: ${'x'.repeat(100_000)}\r\n\r\n`],
    ]) {
      const answer = await raw(bruno.url, `${line}${bytes}`)
      expect([what, answer.split('\r\n')[0]]).toEqual([
        what,
        expect.stringMatching(/^HTTP\/1\.1 4\d\d /),
      ])
      expect([what, answer.match(/HTTP\/1\.1/g)]).toEqual([what, ['HTTP/1.1']])
    }
    expect((await bruno.get(TICKETS)).body.data).toEqual([])
    expect(failures).toEqual([])
  })
})

function timeOf(work: () => unknown): number {
  const begin = performance.now()
  try {
    work()
  } catch {
    // That it is refused is the subject of other tests.
  }
  return performance.now() - begin
}

const PERSON = { name: 'Lena', password: 'a herring in the garden' }

eachDatabase(
  'input that is refused',
  (fresh) => {
    const start = apiStarter(fresh)

    test('bad input 162: of a hundred who saw the same version one wins', async () => {
      const { ana, bruno } = await start()
      await ana.post(TICKETS, GOOD)
      const seen = { 'if-match': '"v1"' }
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          bruno.send('PATCH', `${TICKETS}/1`, { tags: [`t${n}`] }, seen),
        ),
      )
      const statuses = replies.map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 412)).toHaveLength(99)
      const winner = replies.find(({ status }) => status === 200)
      expect((await bruno.get(`${TICKETS}/1`)).body).toEqual(winner?.body)
    })

    test('bad input 162: a hundred changes that each read before lose none', async () => {
      const { ana, bruno } = await start()
      await ana.post(TICKETS, GOOD)
      await Promise.all(
        Array.from({ length: 10 }, async (_, writer) => {
          for (let n = 0; n < 10; n += 1) await addField(bruno, `w${writer}.${n}`)
        }),
      )
      const { body } = await bruno.get(`${TICKETS}/1`)
      expect(Object.keys(body['fields'] as object)).toHaveLength(100)
      expect(body['version']).toBe(101)
    })

    test('bad input 166: an address that is none, or taken, makes nobody', async () => {
      const { carla, nobody } = await start({ registration: 'open' })
      const count = async () => (await carla.all('/api/v1/users')).length
      const before = await count()
      for (const email of [
        `${'x'.repeat(300)}@y.test`,
        'lena@y.test\r\nBcc: all@y.test',
        'lena@y.test, otto@y.test',
        '<lena@y.test>',
        'lena',
        '@y.test',
        'lena@',
        'le na@y.test',
        'lena@y..test',
        '',
      ]) {
        const made = await carla.post('/api/v1/users', { email })
        expect([email, made.status]).toEqual([email, 422])
        const registered = await nobody.post('/api/v1/auth/register', { ...PERSON, email })
        expect([email, registered.status]).toEqual([email, 422])
      }
      expect(await count()).toBe(before)
      for (const email of ['bruno@staff.test', 'BRUNO@Staff.TEST', ' bruno@staff.test ']) {
        const { status, body } = await carla.post('/api/v1/users', { email })
        expect([email, status, body.code]).toEqual([email, 409, 'email-in-use'])
      }
      // A name of another alphabet and its form for the wire are one domain.
      expect((await carla.post('/api/v1/users', { email: 'max@münchen.test' })).status).toBe(201)
      const again = await carla.post('/api/v1/users', { email: 'max@xn--mnchen-3ya.test' })
      expect([again.status, again.body.code]).toEqual([409, 'email-in-use'])
    })

    test('bad input 167: a password that is none is refused wherever one is set', async () => {
      const { carla, nobody } = await start({ rate_limits: UNLIMITED, registration: 'open' })
      for (const password of [
        'abc',
        'x'.repeat(1_000_000),
        ' '.repeat(20),
        '\u0000'.repeat(20),
        7,
      ]) {
        const label = String(password).slice(0, 4)
        const body = { ...PERSON, email: 'lena@y.test', password }
        const registered = await nobody.post('/api/v1/auth/register', body)
        expect([label, registered.status]).toEqual([label, 422])
        const { name: _name, ...person } = body
        expect([label, (await carla.post('/api/v1/users', person)).status]).toEqual([label, 422])
        const reset = { email: 'lena@y.test', code: '000000', password }
        expect([label, (await nobody.post('/api/v1/auth/reset', reset)).status]).toEqual([
          label,
          422,
        ])
      }
    })

    test('bad input 168: nobody disables himself, admin or not the only one', async () => {
      const { carla, users, tokenFor } = await start()
      const path = `/api/v1/users/${users.carla.id}`
      const disable = () => carla.send('PATCH', path, { state: 'disabled' })
      expect(await disable()).toMatchObject({ status: 409, body: { code: 'last-admin' } })
      const { client } = await tokenFor({ email: 'dora@staff.test', role: 'admin' })
      expect(await disable()).toMatchObject({ status: 409, body: { code: 'own-account' } })
      expect((await carla.get('/api/v1/me')).body).toMatchObject({ state: 'active' })
      expect((await client.send('PATCH', path, { state: 'disabled' })).status).toBe(200)
    })

    test('bad input 169: a reply without words, of five megabytes, or to ourselves', async () => {
      const { ana, bruno, store } = await start()
      await ana.post(TICKETS, GOOD)
      const said = async (body: unknown) => (await bruno.post(`${TICKETS}/1/comments`, body)).status
      expect(await said({ text: '' })).toBe(422)
      expect(await said({ text: '\u0000\u200b\n' })).toBe(422)
      expect(await said({ text: 'x'.repeat(5_000_000) })).toBe(413)
      expect(await said({ text: 'x'.repeat(600_000) })).toBe(422)
      expect(await said({ text: 'x', attachments: Array(100).fill(1) })).toBe(422)
      const participants = Array.from({ length: 100 }, (_, n) => `p${n}@y.test`)
      expect((await bruno.post(TICKETS, { ...GOOD, participants })).status).toBe(422)
      for (const own of ['support@desk.test', 'Support+x@desk.test']) {
        const joined = await bruno.put(`${TICKETS}/1/participants/${own}`, undefined)
        expect(joined).toMatchObject({ status: 422, body: { code: 'own-address' } })
      }
      expect(await store.read('outbox').where({ rcpt_to: 'support@desk.test' })).toEqual([])
      expect((await bruno.get(`${TICKETS}/1/comments`)).body.data).toHaveLength(1)
    })

    test('bad input 172: a thousand wrong logins are not looked at, and lock nobody else out', async () => {
      const { carla, nobody } = await start({ trust_proxy: ['127.0.0.1'] })
      const email = 'max@staff.test'
      const { password } = PERSON
      await carla.post('/api/v1/users', { email, password, role: 'agent' })
      await carla.post('/api/v1/users', { email: 'tom@staff.test', password, role: 'agent' })
      const login = async (network: string, as: string, word: string): Promise<number> => {
        const body = { email: as, password: word }
        const headers = { 'x-forwarded-for': network }
        return (await nobody.post('/api/v1/auth/login', body, headers)).status
      }
      const all: number[] = []
      for (let n = 0; n < 1_000; n += 50) {
        const some = Array.from({ length: 50 }, () => login('192.0.2.1', email, 'wrong'))
        all.push(...(await Promise.all(some)))
      }
      expect(all.filter((status) => status === 401)).toHaveLength(20)
      expect(all.filter((status) => status === 429)).toHaveLength(980)
      // Right now would be another guess; elsewhere others log in as before.
      expect(await login('192.0.2.1', email, password)).toBe(429)
      expect(await login('198.51.100.7', 'tom@staff.test', password)).toBe(200)
    })

    test('bad input 176: who opens streams and never reads holds no more than a buffer', async () => {
      const api = await start()
      const count = 3_000
      await api.store.transaction(async (tx) => {
        const data = { note: 'x'.repeat(1_000) }
        const event = { type: 'ticket.updated', ticketId: null, commentId: null, data } as const
        for (let n = 0; n < count; n += 50) {
          const some = Array.from({ length: 50 }, () => ({ ...event, actor: SYSTEM }))
          await insertEvents(tx, some, api.clock.at)
        }
      })
      const { stream, head } = await streamOf(api)
      expect(head).toBeGreaterThanOrEqual(count)
      stream.read(0)
      await expect.poll(() => stream.readableLength).toBeGreaterThan(0)
      let most = 0
      for (let n = 0; n < 20; n += 1) {
        await api.bruno.get('/healthz')
        most = Math.max(most, stream.readableLength)
      }
      // Three megabytes of events wait, and they wait in the database.
      expect(most).toBeLessThan(256 * 1024)
      stream.destroy()
    })
  },
  { prepare: migrated },
)

const UNLIMITED = { register: 'unlimited', verify: 'unlimited' }

async function streamOf({ store, users }: TestApi) {
  const feed = new EventFeed({ store, events: eventsOf(silentLog), draining: () => false })
  const reader = { user: users.bruno, ticketId: null }
  const head = await feed.head()
  const deps = { store, feed, heartbeatMs: 60_000, checkMs: 60_000, again: async () => reader }
  return { head, stream: eventStream(deps, reader, { afterId: 0, head }) }
}

/** Reads the ticket, adds one field, and begins anew when somebody was faster. */
async function addField(client: Client, name: string): Promise<void> {
  for (;;) {
    const { headers, body } = await client.get(`${TICKETS}/1`)
    const fields = { ...(body['fields'] as object), [name]: 'x' }
    const seen = { 'if-match': String(headers.get('etag')) }
    const { status } = await client.send('PATCH', `${TICKETS}/1`, { fields }, seen)
    if (status === 200) return
    expect(status).toBe(412)
  }
}
