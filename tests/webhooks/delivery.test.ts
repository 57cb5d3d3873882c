import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { tidyUp } from '../../src/desk/tidy-up.ts'
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { Bell } from '../../src/pause.ts'
import { runWebhooks } from '../../src/webhooks/run.ts'
import { allowedTargets, resolveByDns } from '../../src/webhooks/targets.ts'
import { apiStarter, type Json, type TestApi } from '../api/desk-api.ts'
import { migrated } from '../api/desk-context.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { aReceiver, type Receiver, signersOf } from './a-receiver.ts'

const WEBHOOKS = '/api/v1/webhooks'
const SETTINGS = { webhooks: { allow_private: ['127.0.0.1'] }, public_url: 'https://desk.test' }
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const loops: (() => Promise<void>)[] = []

/** Runs until the test is over, or until it is stopped. */
function startLoop(api: TestApi, owner = 'daemon'): { stop: () => Promise<void> } {
  const controller = new AbortController()
  const done = runWebhooks(
    {
      ...api,
      owner,
      // A bell wakes one.
      webhooksDue: loops.length === 0 ? api.webhooksDue : new Bell(),
      publicUrl: api.config.publicUrl,
      random: () => 0,
      events: eventsOf(silentLog),
      allowed: allowedTargets(api.config.webhooks.allowPrivate),
      resolve: resolveByDns,
      version: 'test',
    },
    controller.signal,
  )
  const stop = async (): Promise<void> => {
    controller.abort()
    await done
  }
  loops.push(stop)
  return { stop }
}

async function hook(api: TestApi, receiver: Receiver, settings: object = {}): Promise<Json> {
  const { status, body } = await api.carla.post(WEBHOOKS, { url: receiver.url, ...settings })
  expect(status).toBe(201)
  return body
}

async function ticket(api: TestApi, subject = 'Printer'): Promise<void> {
  await api.ana.post('/api/v1/tickets', { subject, text: 'It burns.' })
  // It looks by itself once a second.
  api.webhooksDue.ring()
}

const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 })

/** Moves the clock ahead and wakes the loop. */
function later(api: TestApi, ms: number): void {
  api.clock.at = new Date(api.clock.at.getTime() + ms)
  api.webhooksDue.ring()
}

const deliveriesOf = async (api: TestApi, webhook: Json): Promise<Json[]> =>
  (await api.carla.get(`${WEBHOOKS}/${webhook.id}/deliveries`)).body.data ?? []

const settled = (api: TestApi, webhook: Json, count: number) =>
  soon(async () => (await deliveriesOf(api, webhook)).map(({ state }) => state)).toEqual(
    Array.from({ length: count }, () => 'delivered'),
  )

eachDatabase(
  'webhooks',
  (fresh) => {
    let database: TestDatabase | null = null
    const start = apiStarter(async () => (database = await fresh()))
    // Before the database is closed: what is set up last is taken down first.
    afterEach(async () => {
      for (const stop of loops.splice(0)) await stop()
    })

    test('tell of events that they want, signed, thin, once', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      await ticket(api, 'Before')
      const webhook = await hook(api, receiver, { events: ['ticket.created', 'comment.created'] })
      expect(webhook['secret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      startLoop(api)
      await ticket(api, 'Printer & <co>')
      await api.bruno.post('/api/v1/tickets/2/comments', { text: 'Unplug it.' })
      await api.bruno.put('/api/v1/tickets/2/priority', { priority: 'high' })
      await settled(api, webhook, 3)
      const types = receiver.received.map(({ json }) => String(json['type'])).toSorted()
      expect(types).toEqual(['comment.created', 'comment.created', 'ticket.created'])
      const created = receiver.received.find(({ json }) => json['type'] === 'ticket.created')
      expect(created?.json).toMatchObject({
        timestamp: '2026-03-01T10:00:00.000Z',
        data: {
          actor: { type: 'user', id: api.users.ana.id, name: 'Ana' },
          ticket: {
            id: 2,
            subject: 'Printer & <co>',
            status: expect.any(String),
            inbox: 'Support',
            url: 'https://desk.test/tickets/2',
          },
        },
      })
      expect(JSON.stringify(receiver.received.map(({ body }) => body))).not.toMatch(
        /It burns|Unplug|ana@customers/,
      )
      for (const one of receiver.received) {
        expect(signersOf(one, [String(webhook['secret'])])).toEqual([true])
        expect(one.headers['webhook-timestamp']).toBe('1772359200')
        expect(one.headers['user-agent']).toBe('Postroom/test')
      }
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(3)
      const { body } = await api.carla.get(`${WEBHOOKS}/${webhook.id}`)
      expect(body).not.toHaveProperty('secret')
      expect(body).toMatchObject({ last_success_at: '2026-03-01T10:00:00.000Z' })
    })

    test('without a filter tell of everything, but not of their own making', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver)
      startLoop(api)
      await ticket(api)
      await settled(api, webhook, 2)
      const types = receiver.received.map(({ json }) => String(json['type']))
      expect(types.toSorted()).toEqual(['comment.created', 'ticket.created'])
    })

    test('with bodies say what was said and by whom', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, {
        include_bodies: true,
        events: ['comment.created'],
      })
      startLoop(api)
      await ticket(api)
      const note = { text: 'code 471199', visibility: 'internal' }
      await api.bruno.post('/api/v1/tickets/1/comments', note)
      api.webhooksDue.ring()
      await settled(api, webhook, 2)
      expect(JSON.stringify(receiver.received)).not.toContain('471199')
      const first = receiver.received.find(({ body }) => body.includes('"public"'))
      expect(first?.json.data).toMatchObject({
        comment: { text: 'It burns.', text_cut: false, author: { name: 'Ana' } },
        ticket: { requester: { email: 'ana@customers.test', name: 'Ana' } },
      })
    })

    test('speak to chats and phones', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const wanted = { events: ['ticket.created'] }
      const slack = await hook(api, receiver, { ...wanted, format: 'slack' })
      const ntfy = await hook(api, receiver, { ...wanted, format: 'ntfy' })
      startLoop(api)
      await ticket(api, 'Büro <b>|& brennt')
      await settled(api, slack, 1)
      await settled(api, ntfy, 1)
      const [chat] = receiver.received.filter(({ headers }) => headers['title'] === undefined)
      const [phone] = receiver.received.filter(({ headers }) => headers['title'] !== undefined)
      expect(chat?.json).toEqual({
        text: '*New ticket* <https://desk.test/tickets/1|#1 Büro &lt;b&gt;¦&amp; brennt>',
      })
      expect(phone?.body).toBe('Büro <b>|& brennt')
      expect(phone?.headers).toMatchObject({
        title: '#1 New ticket',
        click: 'https://desk.test/tickets/1',
        priority: '3',
      })
    })

    test('that are not there are tried again, as the same message, and every attempt is kept', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      receiver.react = () => ({ status: 503, text: 'not now', headers: { 'Retry-After': '30' } })
      startLoop(api)
      await ticket(api)
      const one = () => deliveriesOf(api, webhook).then(([delivery]) => delivery ?? {})
      await soon(one).toMatchObject({
        state: 'pending',
        attempts: 1,
        last_status: 503,
        // The receiver asks for more than the five seconds of the schedule.
        next_attempt_at: '2026-03-01T10:00:30.000Z',
      })
      receiver.react = () => ({ status: 302, headers: { Location: '/elsewhere' } })
      later(api, 30_000)
      await soon(one).toMatchObject({ attempts: 2, last_status: 302 })
      receiver.react = () => ({ status: 200, text: 'thanks' })
      later(api, 5 * MINUTE)
      await settled(api, webhook, 1)
      expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook'])
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
      expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
      const { id = 0 } = await one()
      const { body } = await api.carla.get(`${WEBHOOKS}/${webhook.id}/deliveries/${id}`)
      expect(body).toMatchObject({
        state: 'delivered',
        attempts: 3,
        response: 'thanks',
        payload: { type: 'ticket.created' },
        log: [{ status: 503 }, { status: 302 }, { status: 200, error: null }],
      })
    })

    test('that fail for three days fail; redelivery and recovery send the same message again', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      receiver.react = () => ({ status: 500 })
      startLoop(api)
      await ticket(api)
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        await soon(() => receiver.received.length).toBe(attempt)
        const state = attempt === 10 ? 'failed' : 'pending'
        await soon(async () => (await deliveriesOf(api, webhook))[0]).toMatchObject({
          attempts: attempt,
          state,
          last_status: 500,
        })
        later(api, DAY)
        // More than five days of failures switch a webhook off, and these are ten.
        await api.store.transaction((tx) => tx('webhooks').update({ failing_since: null }))
      }
      receiver.react = () => ({ status: 204 })
      const [{ id = 0 } = {}] = await deliveriesOf(api, webhook)
      const path = `${WEBHOOKS}/${webhook.id}`
      expect((await api.carla.post(`${path}/deliveries/${id}/redeliver`, undefined)).status).toBe(
        202,
      )
      await settled(api, webhook, 1)
      await api.store.transaction((tx) => tx('webhook_deliveries').update({ state: 'failed' }))
      expect(
        await api.carla.post(`${path}/recover`, { since: '2026-03-01T00:00:00Z' }),
      ).toMatchObject({ status: 202, body: { failed_sent_again: 1 } })
      await settled(api, webhook, 1)
      expect(receiver.received).toHaveLength(12)
      expect(new Set(receiver.received.map((one) => one.id)).size).toBe(1)
      const long = { since: '2026-01-01T00:00:00Z' }
      expect(await api.carla.post(`${path}/recover`, long)).toMatchObject({ status: 422 })
    })

    test('are switched off when nothing arrives for five days, with an event; or gone at once', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      receiver.react = () => ({ status: 500 })
      startLoop(api)
      await ticket(api)
      await soon(() => receiver.received.length).toBe(1)
      const shown = async () => (await api.carla.get(`${WEBHOOKS}/${webhook.id}`)).body
      await soon(shown).toMatchObject({ failing_since: '2026-03-01T10:00:00.000Z' })
      later(api, 6 * DAY)
      await soon(shown).toMatchObject({
        active: false,
        disabled_reason: 'nothing has arrived since 2026-03-01T10:00:00.000Z',
      })
      const log = await api.carla.get('/api/v1/events/log')
      expect(log.body.data?.at(-1)).toMatchObject({
        type: 'webhook.changed',
        data: { webhook_id: webhook.id, change: 'disabled' },
      })
      expect(await api.carla.post(`${WEBHOOKS}/${webhook.id}/test`, undefined)).toMatchObject({
        status: 409,
        body: { code: 'webhook-inactive' },
      })
      receiver.react = () => ({ status: 410 })
      await api.carla.send('PATCH', `${WEBHOOKS}/${webhook.id}`, { active: true })
      await ticket(api)
      await soon(shown).toMatchObject({
        active: false,
        disabled_reason: 'the receiver answered 410 Gone',
      })
    })

    test('that were switched off go on where they stopped', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      const turn = (active: boolean) =>
        api.carla.send('PATCH', `${WEBHOOKS}/${webhook.id}`, { active })
      await turn(false)
      await ticket(api, 'too old')
      api.clock.at = new Date(api.clock.at.getTime() + 4 * DAY)
      await ticket(api, 'meanwhile')
      startLoop(api)
      await turn(true)
      await settled(api, webhook, 1)
      const [one] = receiver.received
      expect(one?.json.data).toMatchObject({ ticket: { subject: 'meanwhile' } })
      const since = { since: '2026-03-01T00:00:00Z' }
      await api.carla.post(`${WEBHOOKS}/${webhook.id}/recover`, since)
      await settled(api, webhook, 2)
      expect(receiver.received).toHaveLength(2)
    })

    test('are signed with both secrets while one is replaced', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      const path = `${WEBHOOKS}/${webhook.id}`
      const rotated = await api.carla.post(`${path}/rotate-secret`, undefined)
      const secrets = [String(rotated.body['secret']), String(webhook['secret'])]
      expect(secrets[0]).not.toBe(secrets[1])
      startLoop(api)
      expect((await api.carla.post(`${path}/test`, undefined)).status).toBe(202)
      await settled(api, webhook, 1)
      expect(receiver.received[0]?.json['type']).toBe('webhook.test')
      later(api, DAY + MINUTE)
      await api.carla.post(`${path}/test`, undefined)
      await settled(api, webhook, 2)
      expect(receiver.received.map((one) => signersOf(one, secrets))).toEqual([
        [true, true],
        [true, false],
      ])
    })

    test('one that never answers holds nobody else up', async () => {
      const api = await start(SETTINGS)
      const [dead, alive] = [await aReceiver(), await aReceiver()]
      dead.react = () => 'hang'
      await hook(api, dead, { events: ['ticket.created'] })
      const webhook = await hook(api, alive, { events: ['ticket.created'] })
      startLoop(api)
      for (let n = 0; n < 8; n += 1) await ticket(api)
      await settled(api, webhook, 8)
      expect(dead.received).toHaveLength(4)
    })

    test('eight that are slow do not starve the ninth', async () => {
      const api = await start(SETTINGS)
      const [slow, quick] = [await aReceiver(), await aReceiver()]
      let slowBefore = 0
      quick.react = () => {
        slowBefore ||= slow.received.length
        return { status: 204 }
      }
      slow.delayMs = 1_000
      const events = ['ticket.created']
      const webhook = await hook(api, quick, { events })
      // The newest are asked first.
      for (let n = 0; n < 8; n += 1) await hook(api, slow, { events })
      for (let n = 0; n < 12; n += 1) await ticket(api)
      startLoop(api)
      await settled(api, webhook, 12)
      // As many as are in the air at once, and some of those that follow.
      expect(slowBefore).toBeGreaterThan(0)
      expect(slowBefore).toBeLessThanOrEqual(48)
    })

    test('one that is failing is asked one thing at a time', async () => {
      const api = await start(SETTINGS)
      const [dead, alive] = [await aReceiver(), await aReceiver()]
      const events = ['ticket.created']
      await hook(api, dead, { events })
      const webhook = await hook(api, alive, { events })
      dead.react = () => ({ status: 500 })
      startLoop(api)
      await ticket(api)
      await soon(async () => (await api.carla.get(`${WEBHOOKS}/1`)).body).toMatchObject({
        failing_since: expect.any(String),
      })
      dead.react = () => 'hang'
      for (let n = 0; n < 4; n += 1) await ticket(api)
      await settled(api, webhook, 5)
      await soon(() => dead.received.length).toBe(2)
    })

    test('what a killed daemon was sending is sent again after its restart, as the same message', async () => {
      const api = await start(SETTINGS)
      api.clock.at = new Date()
      const receiver = await aReceiver()
      receiver.react = () => 'hang'
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      await ticket(api)
      const child = fork(join(import.meta.dirname, 'dying-daemon.ts'))
      child.send(database as unknown as TestDatabase)
      await soon(() => receiver.received.length).toBe(1)
      const died = once(child, 'exit')
      child.kill('SIGKILL')
      await died
      receiver.react = () => ({ status: 204 })
      // Another daemon leaves it alone as long as the lease holds.
      const other = startLoop(api, 'another')
      await ticket(api)
      await soon(async () => (await deliveriesOf(api, webhook)).map(({ state }) => state)).toEqual([
        'delivered',
        'pending',
      ])
      await other.stop()
      startLoop(api)
      await settled(api, webhook, 2)
      const [first, , again] = receiver.received
      expect([again?.id, again?.body]).toEqual([first?.id, first?.body])
    })

    test('two daemons tell of an event once', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      startLoop(api, 'one')
      startLoop(api, 'two')
      for (let n = 0; n < 10; n += 1) await ticket(api)
      await settled(api, webhook, 10)
      expect(receiver.received).toHaveLength(10)
    })

    test('are made only for addresses that they may have, and 50 of them', async () => {
      const api = await start()
      for (const url of [
        'http://127.0.0.1:8025/',
        'https://localhost/',
        'https://[::ffff:7f00:1]/',
        'nonsense',
      ]) {
        expect(await api.carla.post(WEBHOOKS, { url })).toMatchObject({
          status: 422,
          body: { code: 'validation-failed', errors: [{ pointer: '/url' }] },
        })
      }
      const url = 'https://8.8.8.8/'
      expect(await api.carla.post(WEBHOOKS, { url, events: ['ticket.exploded'] })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/events/0' }] },
      })
      for (let n = 0; n < 50; n += 1) {
        expect((await api.carla.post(WEBHOOKS, { url })).status).toBe(201)
      }
      expect(await api.carla.post(WEBHOOKS, { url })).toMatchObject({
        status: 409,
        body: { code: 'too-many-webhooks' },
      })
    })

    test('settled deliveries are forgotten after 30 days', async () => {
      const api = await start(SETTINGS)
      const receiver = await aReceiver()
      const webhook = await hook(api, receiver, { events: ['ticket.created'] })
      startLoop(api)
      await ticket(api)
      await settled(api, webhook, 1)
      const inDays = (days: number) => new Date(api.clock.at.getTime() + days * DAY)
      await api.store.transaction((tx) => tidyUp(tx, inDays(29)))
      expect(await deliveriesOf(api, webhook)).toHaveLength(1)
      await api.store.transaction((tx) => tidyUp(tx, inDays(31)))
      expect(await deliveriesOf(api, webhook)).toEqual([])
    })
  },
  { prepare: migrated },
)
