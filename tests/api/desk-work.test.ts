import { expect, test } from 'vitest'
import { wakeTickets } from '../../src/desk/wake-tickets.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Json } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const DRAFT = `${TICKETS}/1/draft`
const CANNED = '/api/v1/canned-replies'

async function open(client: Client, more: object = {}): Promise<Json> {
  const { status, body } = await client.post(TICKETS, { subject: 'Printer', text: 'x', ...more })
  expect(status).toBe(201)
  return body
}

eachDatabase(
  'drafts',
  (fresh) => {
    const start = apiStarter(fresh)

    test('are kept for each agent by himself, until they are sent', async () => {
      const { ana, bruno, carla } = await start()
      await open(ana)
      expect((await bruno.get(DRAFT)).status).toBe(404)
      const first = await bruno.put(DRAFT, { text: 'Dear An' })
      expect(first).toMatchObject({ status: 200, body: { version: 1, visibility: 'public' } })
      const more = await bruno.put(DRAFT, { text: 'Dear Ana,', visibility: 'internal' })
      expect(more.body).toMatchObject({ version: 2, text: 'Dear Ana,', visibility: 'internal' })
      expect((await carla.get(DRAFT)).status).toBe(404)
      expect((await bruno.get('/api/v1/me/drafts')).body.data).toMatchObject([{ ticket_id: 1 }])
      expect((await bruno.get('/api/v1/me/drafts?ticket=1')).body.data).toHaveLength(1)
      expect((await bruno.get('/api/v1/me/drafts?ticket=2')).body.data).toEqual([])
      const stale = { 'if-match': '"v1"' }
      expect(await bruno.put(DRAFT, { text: 'other' }, stale)).toMatchObject({
        status: 412,
        body: { current: { text: 'Dear Ana,' } },
      })
      await bruno.post(`${TICKETS}/1/comments`, { text: 'Something else.' })
      expect((await bruno.get(DRAFT)).body).toMatchObject({ text: 'Dear Ana,' })
      await bruno.post(`${TICKETS}/1/comments`, { text: 'Dear Ana,' })
      expect((await bruno.get(DRAFT)).status).toBe(404)
      await bruno.put(DRAFT, { text: '' })
      expect((await bruno.send('DELETE', DRAFT)).status).toBe(204)
      expect((await bruno.send('DELETE', DRAFT)).status).toBe(404)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'canned replies',
  (fresh) => {
    const start = apiStarter(fresh)

    test('are filled in for a ticket', async () => {
      const { bruno } = await start()
      await open(bruno, { requester: { email: 'lena@example.org', name: 'Lena <b>Fuchs' } })
      await open(bruno, { requester: { email: 'kim@example.org' } })
      const text =
        'Hello{% if requester.first_name != "" %} {{ requester.first_name }}{% endif %},\n\nabout #{{ ticket.id }} “{{ ticket.subject }}”.\n\n{{ agent.name }}, {{ inbox.name }}'
      const made = await bruno.post(CANNED, { name: 'Hello', text })
      expect(made).toMatchObject({ status: 201, body: { id: 1, version: 1 } })
      const read = async (ticket: number) =>
        (await bruno.post(`${CANNED}/1/render`, { ticket })).body['text']
      expect(await read(1)).toBe('Hello Lena,\n\nabout #1 “Printer”.\n\nBruno, Support')
      expect(await read(2)).toBe('Hello,\n\nabout #2 “Printer”.\n\nBruno, Support')
      expect((await bruno.post(`${CANNED}/1/render`, { ticket: 9 })).status).toBe(404)
      expect((await bruno.post(`${CANNED}/9/render`, { ticket: 1 })).status).toBe(404)
      // Nothing was sent or said by that.
      expect((await bruno.get(`${TICKETS}/1`)).body['counts']).toEqual({ comments: 1 })
    })

    test('are refused when they cannot be filled in, or could hold up others', async () => {
      const { bruno, failures } = await start()
      for (const text of [
        '{{ requester.phone }}',
        '{{ requester }}',
        '{{ constructor.name }}',
        '{% if x %}',
        '{{ ticket.id | nonsense }}',
        '{% for i in (1..100000000) %}x{% endfor %}',
        '{%- liquid\nfor i in (1..9)\necho i\nendfor %}',
        '{% include "x" %}',
        '{% assign a = "x" %}',
      ]) {
        const { status, body } = await bruno.post(CANNED, { name: 'x', text })
        expect([text, status, body.code]).toEqual([text, 422, 'invalid-template'])
      }
      expect((await bruno.post(CANNED, { name: ' ', text: 'x' })).status).toBe(422)
      expect(failures).toEqual([])
    })

    test('are changed and dropped; each has a name of its own', async () => {
      const { bruno, carla } = await start()
      await bruno.post(CANNED, { name: 'b', text: 'x' })
      await bruno.post(CANNED, { name: 'a', text: 'x' })
      expect(await bruno.post(CANNED, { name: 'a', text: 'y' })).toMatchObject({
        status: 409,
        body: { code: 'name-taken' },
      })
      expect((await carla.send('PATCH', `${CANNED}/1`, { name: 'a' })).body.code).toBe('name-taken')
      const patched = await carla.send('PATCH', `${CANNED}/1`, { text: 'better' })
      expect(patched.body).toMatchObject({ name: 'b', text: 'better', version: 2 })
      const stale = await carla.send('PATCH', `${CANNED}/1`, { text: 'z' }, { 'if-match': '"v1"' })
      expect(stale.status).toBe(412)
      expect((await bruno.get(CANNED)).body.data?.map(({ name }) => name)).toEqual(['a', 'b'])
      expect((await bruno.send('DELETE', `${CANNED}/1`)).status).toBe(204)
      expect((await bruno.get(`${CANNED}/1`)).status).toBe(404)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'a ticket that is put off',
  (fresh) => {
    const start = apiStarter(fresh)
    const until = '2026-03-04T08:00:00.000Z'

    test('comes back when its time has come, and says so', async () => {
      const { ana, bruno, store, clock } = await start()
      await open(ana)
      await open(ana)
      const snooze = (value: unknown) =>
        bruno.send('PATCH', `${TICKETS}/1`, { snoozed_until: value })
      expect((await snooze('2026-03-04T09:00:00+01:00')).body).toMatchObject({
        snoozed_until: until,
        version: 2,
      })
      for (const wrong of ['2026-03-01T09:00:00Z', '2036-01-01T00:00:00Z', 'tomorrow', 5]) {
        expect([wrong, (await snooze(wrong)).status]).toEqual([wrong, 422])
      }
      const ids = async (query: string) =>
        (await bruno.get(`${TICKETS}?${query}`)).body.data?.map(({ id }) => id)
      expect(await ids('snoozed=true')).toEqual([1])
      expect(await ids('snoozed=false')).toEqual([2])
      expect(await ids('')).toEqual([2, 1])
      expect((await ana.get(`${TICKETS}/1`)).body['snoozed_until']).toBe(null)
      expect((await ana.get(`${TICKETS}?snoozed=true`)).status).toBe(403)
      expect(await wakeTickets(store, new Date('2026-03-04T07:59:00Z'))).toBe(0)
      clock.at = new Date(until)
      // Two daemons look at the same time.
      const woken = await Promise.all([wakeTickets(store, clock.at), wakeTickets(store, clock.at)])
      expect(woken.toSorted()).toEqual([0, 1])
      expect((await bruno.get(`${TICKETS}/1`)).body).toMatchObject({ snoozed_until: null })
      const events = await bruno.all(`${TICKETS}/1/events`)
      expect(events.at(-1)).toMatchObject({
        type: 'ticket.updated',
        actor: { type: 'system' },
        data: { woken: true, changes: { snoozed_until: { from: until, to: null } } },
      })
    })

    test('comes back when its customer writes, or when somebody says so', async () => {
      const { ana, bruno } = await start()
      await open(ana)
      const snoozed = async () => (await bruno.get(`${TICKETS}/1`)).body['snoozed_until']
      await bruno.send('PATCH', `${TICKETS}/1`, { snoozed_until: until })
      await bruno.post(`${TICKETS}/1/comments`, { text: 'a note', visibility: 'internal' })
      expect(await snoozed()).toBe(until)
      await ana.post(`${TICKETS}/1/comments`, { text: 'Hello?' })
      expect(await snoozed()).toBe(null)
      await bruno.send('PATCH', `${TICKETS}/1`, { snoozed_until: until })
      await bruno.send('PATCH', `${TICKETS}/1`, { snoozed_until: null })
      expect(await snoozed()).toBe(null)
    })
  },
  { prepare: migrated },
)
