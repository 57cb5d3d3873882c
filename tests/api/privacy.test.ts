import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configFrom, type Retention } from '../../src/config.ts'
import { forgetOld, sweep } from '../../src/desk/forget-old.ts'
import { TicketIndexer } from '../../src/desk/index-tickets.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { insertInbound, settleInbound } from '../../src/store/inbound-messages.ts'
import { setPassword } from '../../src/store/passwords.ts'
import { brokenInvariants } from '../../src/store/reads/invariants.ts'
import { eachDatabase } from '../kit/databases.ts'
import { readZip } from '../kit/read-zip.ts'
import { apiStarter, type Client, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const CANARY = 'Zwitschervogel'
const DAY = 24 * 3_600_000

/** The mail of the conversation, known by its place in a folder that was rebuilt. */
const foundAgain = (api: TestApi): Promise<unknown> =>
  api.store.transaction(async (tx) => {
    const row = await tx('inbound_messages').where({ id: 1 }).first()
    const { id: _id, ...mail } = { ...row, uidvalidity: 2, sha256: null, body_hash: null }
    const nobody = { sender: null, ticket_id: null, comment_id: null }
    await tx('inbound_messages').insert({ ...mail, ...nobody, fate: 'duplicate', duplicate_of: 1 })
  })

/** Ana asks with a file and a mail; Bruno answers and notes; Mallory has a ticket that Ana is in. */
async function conversation(api: TestApi): Promise<void> {
  const file = await api.ana.send('POST', '/api/v1/attachments', `file of ${CANARY}`, {
    'content-type': 'text/plain',
    'content-disposition': `attachment; filename="${CANARY}.txt"`,
  })
  await api.ana.post('/api/v1/tickets', {
    subject: `${CANARY} is ill`,
    text: `My ${CANARY} does not sing.`,
    fields: { product_id: CANARY },
    attachments: [file.body.id],
  })
  await api.bruno.post('/api/v1/tickets/1/comments', { text: `Dear ${CANARY} owner` })
  await api.bruno.post('/api/v1/tickets/1/comments', {
    text: `secret note about the ${CANARY}`,
    visibility: 'internal',
  })
  await api.mallory.post('/api/v1/tickets', {
    subject: 'Mallory asks',
    text: 'Something else.',
    participants: ['ana@customers.test'],
  })
  await api.ana.post('/api/v1/tickets/2/comments', { text: `I have a ${CANARY}, too.` })
  const { sha256, size } = await api.context.blobs.put(Buffer.from(`Subject: ${CANARY}\r\n\r\nx`))
  await api.store.transaction(async (tx) => {
    const message = {
      inboxId: 1,
      folder: 'INBOX',
      uidValidity: 1,
      uid: 1,
      sha256,
      size,
      messageId: `${CANARY}@customers.test`,
      bodyHash: 'x',
      internalAt: null,
      fate: 'pending' as const,
      reasons: [],
      duplicateOf: null,
      marked: 'none' as const,
    }
    await insertInbound(tx, [message], api.clock.at)
    await settleInbound(tx, 1, {
      fate: 'quarantined',
      verdict: 'spam',
      reasons: [`${CANARY} in the subject`],
      evidence: { subject: CANARY },
      sender: 'ana@customers.test',
      ticketId: null,
      commentId: null,
      duplicateOf: null,
    })
  })
}

async function zipOf(client: Client, path: string, body?: unknown): Promise<Map<string, string>> {
  const response = await fetch(`${client.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: client.authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/zip')
  return readZip(Buffer.from(await response.arrayBuffer()))
}

/** Every place where something could be left, as one text. */
async function everything(api: TestApi, kind: string, dataDir: string): Promise<string> {
  await api.store.forgetLog()
  const names = readdirSync(dataDir, { recursive: true }).map((name) => join(dataDir, String(name)))
  const files = names.filter((name) => statSync(name).isFile())
  const texts = files.map((name) => readFileSync(name, 'latin1'))
  if (kind === 'sqlite') return texts.join('\n')
  const tables = (await api.store
    .read('pg_tables')
    .where({ schemaname: 'public' })
    .select('tablename')) as { tablename: string }[]
  for (const { tablename } of tables) {
    const rows = (await api.store.read(tablename).select()) as object[]
    texts.push(JSON.stringify(rows, (_key, value: unknown) => bytesAsText(value)))
  }
  return texts.join('\n')
}

/** JSON makes a list of numbers of a Buffer. */
function bytesAsText(value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && 'data' in value
  if (!isBuffer || !Array.isArray(value.data)) return value
  return Buffer.from(value.data as number[]).toString('latin1')
}

const indexed = async (api: TestApi): Promise<void> => {
  const indexer = new TicketIndexer(api)
  while ((await indexer.turn()) !== 'done') {
    // Until everything is read.
  }
}

eachDatabase(
  'what there is of a person',
  (fresh, kind) => {
    let dataDir = ''
    const start = apiStarter(async () => {
      const database = await fresh()
      dataDir = database.dataDir
      return database
    })

    test('is handed out as a zip, to himself without what is among agents', async () => {
      const api = await start()
      await conversation(api)
      const own = await zipOf(api.ana, '/api/v1/me/export')
      expect([...own.keys()].toSorted()).toEqual([
        'person.json',
        'received/1.eml',
        'tickets/1.json',
        'tickets/1.txt',
        `tickets/1/1-${CANARY}.txt`,
        'tickets/2.json',
        'tickets/2.txt',
      ])
      expect(JSON.parse(own.get('person.json') ?? '')).toMatchObject({
        email: 'ana@customers.test',
        name: 'Ana',
        secondFactor: false,
      })
      expect(own.get(`tickets/1/1-${CANARY}.txt`)).toBe(`file of ${CANARY}`)
      expect(own.get('received/1.eml')).toContain(`Subject: ${CANARY}`)
      expect(own.get('tickets/1.txt')).toContain(`My ${CANARY} does not sing.`)
      const all = [...own.values()].join('\n')
      expect(all).toContain('Dear')
      expect(all).not.toMatch(/secret note|bruno@staff/)
      const asked = { email: 'ana@customers.test' }
      const byAdmin = await zipOf(api.carla, '/api/v1/privacy/exports', asked)
      expect(byAdmin.get('tickets/1.txt')).toBe(own.get('tickets/1.txt'))
      const inner = { ...asked, include_internal: true }
      const withNotes = await zipOf(api.carla, '/api/v1/privacy/exports', inner)
      expect(withNotes.get('tickets/1.txt')).toContain('secret note')
      const { body } = await api.carla.get(`/api/v1/audit?actor=${api.users.carla.id}`)
      expect(body.data?.map(({ data }) => data)).toEqual([
        { user_id: api.users.ana.id, exported: true },
        { user_id: api.users.ana.id, exported: true },
      ])
      const nobody = { email: 'nobody@customers.test' }
      expect((await api.carla.post('/api/v1/privacy/exports', nobody)).status).toBe(404)
    })

    test('is erased everywhere, after a look at what that would take, and counts stay', async () => {
      const api = await start()
      await conversation(api)
      await foundAgain(api)
      await indexed(api)
      expect(await everything(api, kind, dataDir)).toContain(CANARY)
      const path = '/api/v1/privacy/erasures'
      const email = 'ana@customers.test'
      const dry = await api.carla.post(path, { email, dry_run: true })
      expect(dry.body).toEqual({
        dry_run: true,
        erased: {
          tickets: 1,
          comments: 4,
          attachments: 1,
          messages: 2,
          deliveries: expect.any(Number),
        },
      })
      expect((await api.ana.get('/api/v1/tickets/1')).body['subject']).toContain(CANARY)
      expect((await api.carla.post(path, { email })).status).toBe(422)
      expect((await api.carla.post(path, { email, confirm: 'x@y.test' })).status).toBe(422)
      const before = (await api.carla.get('/api/v1/tickets/1')).body
      const done = await api.carla.post(path, { email, confirm: email })
      expect(done.body).toEqual({ ...dry.body, dry_run: false })
      await indexed(api)
      await sweep({ ...api, blobs: api.context.blobs })
      // Bytes rest for a while: the same ones might be arriving right now.
      expect(await everything(api, kind, dataDir)).toContain(CANARY)
      api.clock.at = new Date(Date.now() + 3_600_000)
      await sweep({ ...api, blobs: api.context.blobs })
      const left = await everything(api, kind, dataDir)
      expect(left).not.toContain(CANARY)
      expect(left.toLowerCase()).not.toContain(CANARY.toLowerCase())
      expect(left).not.toContain(email)
      const { body } = await api.carla.get('/api/v1/tickets/1')
      expect(body).toMatchObject({ subject: '(erased)', fields: {}, counts: before['counts'] })
      const comments = (await api.carla.get('/api/v1/tickets/2/comments')).body.data ?? []
      expect(comments.map(({ text }) => text)).toEqual(['Something else.', '(erased)'])
      expect(await brokenInvariants(api.store.read, api.context.lifecycle)).toEqual([])
      expect((await api.ana.get('/api/v1/me')).status).toBe(401)
      expect((await api.carla.post(path, { email, dry_run: true })).status).toBe(404)
      const audit = await api.carla.get(`/api/v1/audit?actor=${api.users.carla.id}`)
      expect(audit.body.data?.map(({ data }) => data)).toContainEqual({
        user_id: api.users.ana.id,
        erased: dry.body['erased'],
      })
    })

    test('stays when the same bytes belong to somebody else, too', async () => {
      const api = await start()
      await conversation(api)
      const file = await api.mallory.send('POST', '/api/v1/attachments', `file of ${CANARY}`, {
        'content-type': 'text/plain',
      })
      const { id = 0 } = file.body
      const email = 'ana@customers.test'
      await api.carla.post('/api/v1/privacy/erasures', { email, confirm: email })
      api.clock.at = new Date(Date.now() + 3_600_000)
      await sweep({ ...api, blobs: api.context.blobs })
      const again = await api.mallory.get(`/api/v1/attachments/${id}`)
      expect(again.body).toBe(`file of ${CANARY}`)
    })

    test('who works here is not erased', async () => {
      const api = await start()
      const email = 'bruno@staff.test'
      const asked = { email, dry_run: true }
      expect(await api.carla.post('/api/v1/privacy/erasures', asked)).toMatchObject({
        status: 409,
        body: { code: 'is-staff' },
      })
    })

    test('an account is deleted by its owner, who knows his password', async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const passwordHash = await new Passwords(10).hash('a long enough password')
      await api.store.transaction((tx) =>
        setPassword(tx, api.users.ana.id, passwordHash, api.clock.at),
      )
      const leave = (body?: object) => api.ana.send('DELETE', '/api/v1/me', body)
      expect((await leave()).status).toBe(401)
      expect((await leave({ password: 'wrong' })).status).toBe(401)
      expect((await leave({ password: 'a long enough password' })).status).toBe(204)
      expect((await api.ana.get('/api/v1/me')).status).toBe(401)
      const { body } = await api.carla.get('/api/v1/tickets/1')
      expect(body['requester']).toMatchObject({ name: null, email: /@deleted\.invalid$/ })
      expect(await brokenInvariants(api.store.read, api.context.lifecycle)).toEqual([])
    })

    const KEPT: Retention = { sources: null, discarded: null, sent: null, events: null }

    test('what is too old goes, kind by kind, and the ledger stays whole', async () => {
      const api = await start()
      await conversation(api)
      await api.store.transaction((tx) => tx('outbox').update({ outcome: 'sent' }))
      const run = (retention: Partial<Retention>) =>
        forgetOld({ ...api, blobs: api.context.blobs, retention: { ...KEPT, ...retention } })
      const count = async (table: string, where: object = {}) =>
        (await api.store.read(table).where(where).select()).length
      const events = await count('events')
      const sources = await count('outbox_sources')
      await run({ sources: 30 * DAY, discarded: 30 * DAY, sent: 30 * DAY, events: 30 * DAY })
      expect([await count('events'), await count('outbox_sources')]).toEqual([events, sources])
      api.clock.at = new Date(api.clock.at.getTime() + 31 * DAY)
      await run(KEPT)
      expect(await count('inbound_messages', { sha256: null })).toBe(0)
      await run({ sources: 30 * DAY })
      expect(await count('inbound_messages', { sha256: null })).toBe(1)
      expect(await count('inbound_messages', { sender: null })).toBe(0)
      await run({ discarded: 30 * DAY })
      const [row] = (await api.carla.get('/api/v1/inbound')).body.data ?? []
      expect(row).toMatchObject({ fate: 'quarantined', sender: null })
      expect(JSON.stringify(row)).toMatch(/forgotten: older/)
      await run({ sent: 30 * DAY })
      expect(await count('outbox_sources')).toBe(0)
      await run({ events: 30 * DAY })
      expect(await count('events')).toBe(0)
      expect(await brokenInvariants(api.store.read, api.context.lifecycle)).toEqual([])
      expect((await api.ana.get('/api/v1/tickets/1/comments')).body.data).toHaveLength(2)
    })

    test('how long things are kept is a day at least, and only of what there is', () => {
      const retention = (tree: object) =>
        configFrom({ retention: tree }, { env: {}, baseDir: '/' }).retention
      expect(retention({})).toEqual(KEPT)
      expect(retention({ sources: '365d' })).toEqual({ ...KEPT, sources: 365 * DAY })
      expect(() => retention({ sources: '1h' })).toThrow(/less than a day/)
      expect(() => retention({ tickets: '1d' })).toThrow(/tickets/)
    })
  },
  { prepare: migrated },
)
