import { AsyncResource } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { markingStore, once } from '../../src/api/idempotency.ts'
import { tidyUp } from '../../src/desk/tidy-up.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const PRINTER = { subject: 'Printer', text: 'It burns.' }
const KEY = { 'idempotency-key': 'b3c1a5f2' }
const ATTACHMENTS = '/api/v1/attachments'

eachDatabase(
  'a request with a key of its own',
  (fresh) => {
    const start = apiStarter(fresh)

    test('bad input 170: that comes twice is done once, and answered the same', async () => {
      const { ana, bruno } = await start()
      const first = await ana.post(TICKETS, PRINTER, KEY)
      expect(first.status).toBe(201)
      expect(first.headers.get('idempotent-replayed')).toBe(null)
      await bruno.put(`${TICKETS}/1/status`, { status: 'in_progress' })
      const second = await ana.post(TICKETS, PRINTER, KEY)
      expect(second).toMatchObject({ status: 201, body: first.body })
      for (const name of ['location', 'etag', 'content-type']) {
        expect(second.headers.get(name)).toBe(first.headers.get(name))
      }
      expect(second.headers.get('idempotent-replayed')).toBe('true')
      expect((await bruno.get(TICKETS)).body.data).toHaveLength(1)
      expect((await bruno.get('/api/v1/outbox?kind=acknowledgement')).body.data).toHaveLength(1)
    })

    test('bad input 170: is refused when the key came with something else', async () => {
      const { ana, bruno } = await start()
      await ana.post(TICKETS, PRINTER, KEY)
      await bruno.post(`${TICKETS}/1/comments`, { text: 'x' }, { 'idempotency-key': 'k' })
      const reused = { status: 422, body: { code: 'idempotency-key-reused' } }
      expect(await ana.post(TICKETS, { ...PRINTER, text: 'It smokes.' }, KEY)).toMatchObject(reused)
      expect(await ana.post(`${TICKETS}/1/comments`, PRINTER.text, KEY)).toMatchObject({
        status: 400,
      })
      expect((await bruno.get(TICKETS)).body.data).toHaveLength(1)
    })

    test('shares its key with nobody: no other user, no other token of the same one', async () => {
      const { ana, mallory, tokenFor } = await start()
      await ana.post(TICKETS, PRINTER, KEY)
      const { body } = await mallory.post(TICKETS, PRINTER, KEY)
      expect(body.id).toBe(2)
      const { client } = await tokenFor({ email: 'ana@customers.test' }, ['tickets:write'])
      expect((await client.post(TICKETS, PRINTER, KEY)).body.id).toBe(3)
    })

    test('shares its key with no request to another address', async () => {
      const { bruno } = await start()
      await bruno.post(TICKETS, PRINTER, KEY)
      await bruno.post(TICKETS, PRINTER)
      for (const ticket of [1, 2]) {
        const comments = `${TICKETS}/${ticket}/comments`
        const first = await bruno.post(comments, { text: 'x' }, KEY)
        expect(first.status).toBe(201)
        expect((await bruno.post(comments, { text: 'x' }, KEY)).body).toEqual(first.body)
      }
    })

    test('that was refused did nothing, and may be sent again', async () => {
      const { ana } = await start()
      const missing = { ...PRINTER, attachments: [1] }
      expect((await ana.post(TICKETS, missing, KEY)).status).toBe(422)
      await ana.send('POST', ATTACHMENTS, 'x')
      expect((await ana.post(TICKETS, missing, KEY)).status).toBe(201)
    })

    test('that comes twice at the same time is done once', async () => {
      const { ana, bruno } = await start()
      const both = await Promise.all([1, 2, 3].map(() => ana.post(TICKETS, PRINTER, KEY)))
      expect(both.every(({ status }) => status === 201 || status === 409)).toBe(true)
      expect(both.some(({ status }) => status === 201)).toBe(true)
      expect((await bruno.get(TICKETS)).body.data).toHaveLength(1)
    })

    test('whose daemon died is done by the next one, unless it was done already', async () => {
      const { ana, bruno, store, clock } = await start()
      const died = (state: string) =>
        store.transaction((tx) =>
          tx('idempotency_keys').update({ state, status: null, headers: null, body: null }),
        )
      await ana.post(TICKETS, PRINTER, KEY)
      const waiting = { status: 409, body: { code: 'request-in-progress' } }
      await died('running')
      const early = await ana.post(TICKETS, PRINTER, KEY)
      expect(early).toMatchObject(waiting)
      expect(early.headers.get('retry-after')).toBe('1')
      clock.at = new Date(clock.at.getTime() + 5 * 60_000)
      // Its transaction had been committed when the daemon died: only the answer is lost.
      await died('committed')
      expect(await ana.post(TICKETS, PRINTER, KEY)).toMatchObject(waiting)
      await died('running')
      expect(await ana.post(TICKETS, PRINTER, KEY)).toMatchObject({ status: 201, body: { id: 2 } })
      expect((await bruno.get(TICKETS)).body.data).toHaveLength(2)
    })

    test('that took so long that another took its key over writes nothing more', async () => {
      const { store, clock, users, ana } = await start()
      const marking = markingStore(store)
      const repeatable = { key: { userId: users.ana.id, key: 'k' }, request: 'x' }
      const write = (name: string) =>
        marking.transaction((tx) => tx('users').where({ id: users.ana.id }).update({ name }))
      const late = once({ store, clock }, repeatable, async () => {
        clock.at = new Date(clock.at.getTime() + 6 * 60_000)
        const outside = AsyncResource.bind((work: () => Promise<unknown>) => work())
        const taken = once({ store, clock }, repeatable, async () => {
          // The late one fails while the work of the other is under way.
          await expect(outside(() => write('late'))).rejects.toMatchObject({ status: 409 })
          await write('first')
          await write('second')
          return { body: 'taken' }
        })
        expect(await taken).toEqual({ body: 'taken' })
        await write('later')
        return { body: 'late' }
      })
      await expect(late).rejects.toMatchObject({ status: 409, code: 'request-in-progress' })
      expect((await ana.get('/api/v1/me')).body['name']).toBe('second')
      const answer = await once({ store, clock }, repeatable, () => Promise.reject(new Error()))
      expect(answer.body).toBe('"taken"\n')
    })

    test('says in the transaction of its work that it was done', async () => {
      const { ana, store } = await start()
      await store.transaction((tx) =>
        // The answer cannot be kept: as if the daemon had died after the commit.
        tx.schema.alterTable('idempotency_keys', (t) => {
          t.renameColumn('body', 'gone')
        }),
      )
      expect((await ana.post(TICKETS, PRINTER, KEY)).status).toBe(500)
      expect(await store.read('idempotency_keys').first()).toMatchObject({ state: 'committed' })
      expect((await ana.get(TICKETS)).body.data).toHaveLength(1)
    })

    test('is forgotten after a day', async () => {
      const { ana, store, clock } = await start()
      await ana.post(TICKETS, PRINTER, KEY)
      const later = new Date(clock.at.getTime() + 24 * 3_600_000 + 1)
      await store.transaction((tx) => tidyUp(tx, later))
      expect((await ana.post(TICKETS, PRINTER, KEY)).body.id).toBe(2)
    })

    test('can be an upload', async () => {
      const { ana } = await start()
      const first = await ana.send('POST', ATTACHMENTS, 'one', KEY)
      expect((await ana.send('POST', ATTACHMENTS, 'one', KEY)).body).toEqual(first.body)
      expect(await ana.send('POST', ATTACHMENTS, 'two', KEY)).toMatchObject({
        status: 422,
        body: { code: 'idempotency-key-reused' },
      })
    })

    test('with a key that is none is refused', async () => {
      const { ana } = await start()
      for (const key of ['', 'a b', 'x'.repeat(256)]) {
        const { status } = await ana.post(TICKETS, PRINTER, { 'idempotency-key': key })
        expect([key.length, status]).toEqual([key.length, 400])
      }
    })

    test('leaves no trace of a password', async () => {
      const { carla, store } = await start()
      const olga = { email: 'olga@staff.test', name: 'Olga', role: 'agent' }
      const made = await carla.post('/api/v1/users', { ...olga, password: 'correct horse 1' }, KEY)
      expect(made.status).toBe(201)
      const kept = await store.read('idempotency_keys').select<{ fingerprint: string }[]>()
      const again = await carla.post('/api/v1/users', { ...olga, password: 'other horse 22' }, KEY)
      expect(again).toMatchObject({ status: 201, body: { id: made.body.id } })
      expect(await store.read('idempotency_keys').select()).toEqual(kept)
    })

    test('never keeps an answer with a secret in it', async () => {
      const { carla, store } = await start({ webhooks: { allow_private: ['127.0.0.1'] } })
      const first = await carla.post('/api/v1/me/tokens', { name: 'x' }, KEY)
      expect(first.status).toBe(201)
      const webhook = { url: 'https://127.0.0.1:9/x' }
      expect((await carla.post('/api/v1/webhooks', webhook, KEY)).status).toBe(201)
      const rotated = await carla.post('/api/v1/webhooks/1/rotate-secret', undefined, KEY)
      expect(rotated.status).toBe(200)
      expect(await store.read('idempotency_keys')).toEqual([])
    })
  },
  { prepare: migrated },
)
