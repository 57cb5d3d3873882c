import { expect, test } from 'vitest'
import { insertInbound, settleInbound } from '../../src/store/inbound-messages.ts'
import { findSuppression, suppress } from '../../src/store/suppressions.ts'
import type { Address } from '../../src/mail/address.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

/** Messages that were put into quarantine, from these senders. */
async function quarantined(api: TestApi, senders: readonly (string | null)[]): Promise<void> {
  await api.store.transaction(async (tx) => {
    for (const [index, sender] of senders.entries()) {
      const at = new Date(api.clock.at.getTime() + index * 60_000)
      const message = {
        inboxId: api.inboxes[0]?.id ?? 0,
        folder: 'INBOX',
        uidValidity: 1,
        uid: index + 1,
        sha256: null,
        size: 1,
        messageId: null,
        bodyHash: null,
        internalAt: null,
        fate: 'pending' as const,
        reasons: [],
        duplicateOf: null,
        marked: 'none' as const,
      }
      await insertInbound(tx, [message], at)
      const decided = { reasons: [], evidence: {}, ticketId: null, commentId: null }
      const verdict = index === 0 ? 'spam' : 'person'
      const settled = {
        ...decided,
        fate: 'quarantined',
        verdict,
        sender,
        duplicateOf: null,
      } as const
      await settleInbound(tx, index + 1, settled)
    }
  })
}

eachDatabase(
  'operating over HTTP',
  (fresh) => {
    const start = apiStarter(fresh)
    const at = new Date('2026-03-01T10:00:00Z')

    test('suppressions are listed with their reason, added by hand, and lifted', async () => {
      const api = await start()
      const bounced = 'gone@customers.test' as Address
      const asked = 'quiet@customers.test' as Address
      await api.store.transaction(async (tx) => {
        await suppress(tx, { address: bounced, reason: 'hard_bounce', detail: '550 no user' }, at)
        await suppress(tx, { address: asked, reason: 'asked', detail: 'asked by mail' }, at)
      })
      const add = (address: string) =>
        api.bruno.post('/api/v1/suppressions', { address, detail: 'law' })
      expect(await add('Third@Customers.Test')).toMatchObject({
        status: 201,
        body: { address: 'third@customers.test', reason: 'by_hand', detail: 'law' },
      })
      // An admin's word replaces a bounce, and not what the person asked for.
      expect((await add(bounced)).body).toMatchObject({ reason: 'by_hand' })
      expect((await add(asked)).body).toMatchObject({ reason: 'asked' })
      const all = await api.bruno.all('/api/v1/suppressions', 2)
      expect(all.map(({ address }) => address)).toEqual(['third@customers.test', asked, bounced])
      const byReason = await api.bruno.get('/api/v1/suppressions?reason=asked')
      expect(byReason.body.data).toHaveLength(1)
      const one = await api.bruno.get(`/api/v1/suppressions?address=${bounced}`)
      const [{ id = 0 } = {}] = one.body.data ?? []
      expect((await api.bruno.send('DELETE', `/api/v1/suppressions/${id}`)).status).toBe(204)
      expect((await api.bruno.send('DELETE', `/api/v1/suppressions/${id}`)).status).toBe(404)
      expect(await findSuppression(api.store.read, bounced)).toBe(null)
    })

    test('a suppressed address gets no acknowledgement, with the reason shown', async () => {
      const api = await start()
      await api.bruno.post('/api/v1/suppressions', { address: 'ana@customers.test' })
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const { body } = await api.bruno.get('/api/v1/outbox?kind=acknowledgement')
      expect(body.data).toMatchObject([
        { outcome: 'suppressed', detail: expect.stringMatching(/an admin wants none/) },
      ])
    })

    test('senders are blocked by name, by domain and from a message; our own never', async () => {
      const api = await start()
      await quarantined(api, ['spam@stranger.test', null, 'bruno@staff.test'])
      const blocked = '/api/v1/blocked-senders'
      const post = (sender: string) => api.bruno.post(blocked, { sender })
      expect(
        (await api.bruno.post('/api/v1/inbound/1/block-sender', undefined)).body,
      ).toMatchObject({
        sender: 'spam@stranger.test',
        note: 'message 1',
        blocked_by: api.users.bruno.id,
      })
      expect((await post('@Evil.Test')).body).toMatchObject({ sender: '@evil.test' })
      expect((await post('@evil.test')).body).toMatchObject({ id: 2 })
      const refused = (code: string) => ({ status: 409, body: { code } })
      expect(await post('support@desk.test')).toMatchObject(refused('sender-is-ours'))
      expect(await post('@desk.test')).toMatchObject(refused('sender-is-ours'))
      expect(await post('carla@staff.test')).toMatchObject(refused('sender-is-ours'))
      expect(await api.bruno.post('/api/v1/inbound/2/block-sender', undefined)).toMatchObject(
        refused('no-sender'),
      )
      expect(await api.bruno.post('/api/v1/inbound/3/block-sender', undefined)).toMatchObject(
        refused('sender-is-ours'),
      )
      expect((await post('nobody')).status).toBe(422)
      expect((await api.bruno.all(blocked, 1)).map(({ sender }) => sender)).toEqual([
        '@evil.test',
        'spam@stranger.test',
      ])
      expect((await api.bruno.send('DELETE', `${blocked}/1`)).status).toBe(204)
      expect(await api.bruno.all(blocked)).toHaveLength(1)
    })

    test('the ledger is searched by sender, inbox, verdict, ticket and time', async () => {
      const api = await start()
      await quarantined(api, ['spam@stranger.test', 'ana@customers.test', 'ana@customers.test'])
      const ids = async (query: string) =>
        (await api.bruno.all(`/api/v1/inbound?${query}`)).map(({ id }) => id)
      expect(await ids('sender=Ana@customers.test')).toEqual([3, 2])
      expect(await ids('verdict=spam')).toEqual([1])
      expect(await ids('inbox=Support')).toEqual([3, 2, 1])
      expect(await ids('inbox=1&fate=quarantined&verdict=person')).toEqual([3, 2])
      expect(await ids('inbox=Sales')).toEqual([])
      expect(await ids('ticket=7')).toEqual([])
      expect(await ids('received_after=2026-03-01T10:00:30Z')).toEqual([3, 2])
      expect(
        await ids('received_after=2026-03-01T10:00:30Z&received_before=2026-03-01T10:01:30Z'),
      ).toEqual([2])
      for (const wrong of ['verdict=evil', 'received_after=yesterday', 'ticket=x']) {
        expect((await api.bruno.get(`/api/v1/inbound?${wrong}`)).status).toBe(400)
      }
    })

    test('templates are listed, read, tried and mailed to who asks', async () => {
      const api = await start()
      const all = (await api.carla.get('/api/v1/templates')).body.data ?? []
      expect(all).toContainEqual({ notice: 'acknowledgement', locale: 'pt-BR', inbox: null })
      expect(all.length).toBeGreaterThan(100)
      const source = await api.carla.get('/api/v1/templates/acknowledgement/de')
      expect(source.body).toMatchObject({ text: expect.stringMatching(/^Subject: /), inbox: null })
      const path = '/api/v1/templates/acknowledgement/de'
      const preview = await api.carla.post(`${path}/preview`, { sample: 1 })
      expect(preview.body).toMatchObject({
        locale: 'de',
        subject: expect.stringMatching(/printer/i),
        html: expect.stringMatching(/lang="de"/),
        samples: 3,
      })
      for (const [wrong, body] of [
        ['/api/v1/templates/acknowledgement/xx', undefined],
        ['/api/v1/templates/nothing/en', undefined],
        [path, { sample: 99 }],
        [path, { inbox: 'Sales' }],
      ] as const) {
        expect((await api.carla.post(`${wrong}/preview`, body)).status).toBe(404)
      }
      expect((await api.carla.get(`${path}?inbox=Support`)).status).toBe(404)
      expect(await api.carla.post(`${path}/test`, undefined)).toMatchObject({
        status: 202,
        body: { to: 'carla@staff.test' },
      })
      const { body } = await api.carla.get('/api/v1/outbox?kind=system')
      expect(body.data).toMatchObject([{ to: 'carla@staff.test', outcome: 'queued' }])
      expect(api.rings()).toBe(1)
    })

    test('lifecycles are shown with their steps, and which one is in use', async () => {
      const api = await start({ lifecycle: 'strict' })
      const { data = [] } = (await api.bruno.get('/api/v1/lifecycles')).body
      expect(data.map(({ name }) => name)).toEqual(['default', 'simple', 'strict', 'tracker'])
      expect(data.filter(({ active }) => active).map(({ name }) => name)).toEqual(['strict'])
      const { statuses } = data.find(({ name }) => name === 'strict') as { statuses: object[] }
      expect(statuses).toContainEqual(
        expect.objectContaining({ name: 'opened', to: ['answered', 'closed'], category: 'open' }),
      )
    })

    test('jobs tell when they ran and what went wrong', async () => {
      const api = await start()
      api.jobs.looping('intake', at)
      api.jobs.scheduled('retention')
      api.jobs.succeeded('housekeeping', at)
      api.jobs.failed('housekeeping', 'disk full', new Date(at.getTime() + 1_000))
      expect((await api.carla.get('/api/v1/jobs')).body.data).toEqual([
        {
          name: 'housekeeping',
          kind: 'job',
          last_run_at: '2026-03-01T10:00:01.000Z',
          last_success_at: '2026-03-01T10:00:00.000Z',
          last_error_at: '2026-03-01T10:00:01.000Z',
          last_error: 'disk full',
          runs: 2,
          failures: 1,
        },
        expect.objectContaining({ name: 'intake', kind: 'loop', failures: 0 }),
        expect.objectContaining({ name: 'retention', kind: 'job', last_run_at: null, runs: 0 }),
      ])
    })

    test('the audit tells who did what, newest first', async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.bruno.put('/api/v1/tickets/1/priority', { priority: 'high' })
      await api.carla.post('/api/v1/suppressions', { address: 'gone@customers.test' })
      const all = await api.carla.all('/api/v1/audit', 2)
      expect(all[0]).toMatchObject({
        type: 'suppression.changed',
        actor: { type: 'user', email: 'carla@staff.test', name: 'Carla' },
        data: { suppression_id: 1, change: 'added' },
      })
      expect(JSON.stringify(all)).not.toContain('gone@customers.test')
      const types = async (query: string) =>
        (await api.carla.all(`/api/v1/audit?${query}`)).map(({ type }) => type)
      expect(await types(`actor=${api.users.bruno.id}`)).toEqual(['ticket.updated'])
      expect(await types('type=ticket.created')).toEqual(['ticket.created'])
      expect(await types('ticket=1&type=ticket.updated')).toEqual(['ticket.updated'])
      expect(await types('before=2026-03-01T09:00:00Z')).toEqual([])
      expect(await types('after=2026-03-01T09:00:00Z&type=suppression.changed')).toHaveLength(1)
    })

    test('inboxes are shown, paused, resumed, looked at and tried', async () => {
      const api = await start()
      const inbox = '/api/v1/inboxes/1'
      expect((await api.bruno.get(inbox)).body).toMatchObject({ name: 'Support', paused_at: null })
      const order = api.inboxOrders.of(1)
      const post = (verb: string) => api.carla.post(`${inbox}/${verb}`, undefined)
      expect((await post('pause')).body).toMatchObject({ paused_at: '2026-03-01T10:00:00.000Z' })
      expect((await post('resume')).body).toMatchObject({ paused_at: null })
      expect(order.looks).toBe(0)
      expect((await post('sync')).status).toBe(202)
      expect(order.looks).toBe(1)
      expect((await post('test')).body).toEqual({
        imap: { ok: true, detail: 'imap.desk.test:993' },
        smtp: { ok: false, detail: 'smtp.desk.test:587 does not answer' },
      })
      expect((await api.carla.get('/api/v1/inboxes/2')).status).toBe(404)
    })
  },
  { prepare: migrated },
)
