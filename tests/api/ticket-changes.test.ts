/** PATCH and its kin: what changes a ticket, who hears of it, and what is refused. */
import { describe, expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Json, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKET = '/api/v1/tickets/1'

eachDatabase(
  'changing a ticket',
  (fresh) => {
    const starter = apiStarter(fresh)

    async function start(): Promise<TestApi> {
      const api = await starter({ categories: ['Hardware', 'Billing'] })
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      return api
    }
    const events = async (api: TestApi): Promise<Json[]> =>
      (await api.bruno.get(`${TICKET}/events`)).body.data ?? []

    describe('by PATCH', () => {
      test('does everything at once: one version, one event for what it is, one for its status', async () => {
        const api = await start()
        const before = (await events(api)).length
        const { status, body, headers } = await api.bruno.send('PATCH', TICKET, {
          priority: 'high',
          category: 'hardware',
          tags: ['vip', 'vip', 'fire'],
          fields: { room: '12' },
          assignee: 'me',
          subject: 'Printer on fire',
          status: 'in_progress',
        })
        expect([status, headers.get('etag')]).toEqual([200, '"v2"'])
        expect(body).toMatchObject({
          priority: 'high',
          category: 'Hardware',
          tags: ['vip', 'fire'],
          fields: { room: '12' },
          assignee: { id: api.users.bruno.id },
          subject: 'Printer on fire',
          version: 2,
        })
        const [updated, moved] = (await events(api)).slice(before)
        expect(updated).toMatchObject({
          type: 'ticket.updated',
          data: {
            changes: {
              priority: { from: 'normal', to: 'high' },
              assignee_id: { from: null, to: api.users.bruno.id },
            },
          },
        })
        // What people wrote is not repeated in events.
        expect(JSON.stringify(updated)).not.toContain('fire"}')
        expect(JSON.stringify(updated)).not.toContain('Printer')
        expect(moved).toMatchObject({ type: 'ticket.status_changed' })
      })

      test('changes nothing when all is the same already', async () => {
        const api = await start()
        const before = await events(api)
        const { body } = await api.bruno.send('PATCH', TICKET, { priority: 'normal', tags: [] })
        expect(body).toMatchObject({ version: 1 })
        expect(await events(api)).toEqual(before)
      })

      test.each([
        [{ color: 'red' }, 422, 'validation-failed'],
        [{ priority: 'huge' }, 422, 'validation-failed'],
        [{ assignee: 1 }, 422, 'validation-failed'],
        [{ assignee: 999 }, 422, 'validation-failed'],
        [{ category: 'Gardening' }, 422, 'validation-failed'],
        [{ inbox: 'nowhere' }, 422, 'validation-failed'],
        [{ status: 'nonsense' }, 422, 'unknown-status'],
        [{ subject: '' }, 422, 'validation-failed'],
      ])('refuses %j, and then nothing has happened', async (patch, status, code) => {
        const api = await start()
        const refused = await api.bruno.send('PATCH', TICKET, { ...patch, tags: ['half'] })
        expect(refused).toMatchObject({ status, body: { code } })
        expect((await api.bruno.get(TICKET)).body).toMatchObject({ tags: [], version: 1 })
      })

      test('refuses who has seen an older version, and shows the newer one', async () => {
        const api = await start()
        await api.bruno.send('PATCH', TICKET, { tags: ['a'] })
        const late = await api.carla.send('PATCH', TICKET, { tags: ['b'] }, { 'if-match': '"v1"' })
        expect(late).toMatchObject({ status: 412, body: { current: { tags: ['a'] } } })
      })

      test('lets customers close what is theirs, and no more', async () => {
        const api = await start()
        for (const patch of [{ priority: 'high' }, { status: 'closed', tags: [] }]) {
          expect((await api.ana.send('PATCH', TICKET, patch)).status).toBe(403)
        }
        const closed = await api.ana.send('PATCH', TICKET, { status: 'closed' })
        expect(closed.body).toMatchObject({ status: 'closed' })
      })
    })

    test('of many who take it at once one gets it, and the others hear whose it is', async () => {
      const api = await start()
      const agents = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) =>
          api.tokenFor({ email: `${name}@staff.test`, role: 'agent', name }),
        ),
      )
      const replies = await Promise.all(
        agents.map(({ client }) => client.send('POST', `${TICKET}/take`)),
      )
      expect(replies.filter(({ status }) => status === 409)).toHaveLength(3)
      const winner = replies.findIndex(({ status }) => status === 200)
      expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({
        code: 'already-taken',
        assignee: { name: ['a', 'b', 'c', 'd'][winner] },
      })
      const forced = await api.carla.post(`${TICKET}/take`, { force: true })
      expect(forced.body).toMatchObject({ assignee: { id: api.users.carla.id } })
      expect((await api.bruno.send('POST', `${TICKET}/release`)).body).toMatchObject({
        assignee: null,
      })
    })

    test('an assignee who was disabled holds nothing', async () => {
      const api = await start()
      await api.bruno.send('POST', `${TICKET}/take`)
      await api.store.transaction((tx) =>
        tx('users').where({ id: api.users.bruno.id }).update({ state: 'disabled' }),
      )
      expect((await api.carla.send('POST', `${TICKET}/take`)).status).toBe(200)
    })

    test('participants come and go; staff and our own addresses do not take part', async () => {
      const api = await start()
      const olga = `${TICKET}/participants/olga@customers.test`
      const { body } = await api.bruno.send('PUT', olga)
      expect(body).toMatchObject({
        participants: [{ role: 'requester' }, { email: 'olga@customers.test', role: 'cc' }],
      })
      for (const address of ['carla@staff.test', 'support@desk.test', 'support+x@desk.test']) {
        const refused = await api.bruno.send('PUT', `${TICKET}/participants/${address}`)
        expect([address, refused.status]).toEqual([address, 422])
      }
      expect((await api.bruno.send('PUT', `${TICKET}/participants/nobody`)).status).toBe(404)
      expect((await api.bruno.send('DELETE', olga)).status).toBe(204)
      const requester = `${TICKET}/participants/ana@customers.test`
      expect((await api.bruno.send('DELETE', requester)).status).toBe(404)
    })

    describe('merging', () => {
      async function two(): Promise<TestApi> {
        const api = await start()
        await api.mallory.post('/api/v1/tickets', { subject: 'Same fire', text: 'Here too.' })
        return api
      }

      test('closes the one, and lets its people hear of the other', async () => {
        const api = await two()
        await api.bruno.send('PUT', `${TICKET}/watchers/me`)
        const { body } = await api.carla.post(`${TICKET}/merge`, { into: 2 })
        expect(body).toMatchObject({ merged_into: 2, status_category: 'closed' })
        const into = (await api.carla.get('/api/v1/tickets/2')).body
        expect(into).toMatchObject({
          participants: [{ email: 'mallory@strangers.test' }, { email: 'ana@customers.test' }],
        })
        const comments = (await api.carla.get('/api/v1/tickets/2/comments')).body.data
        expect(comments?.at(-1)).toMatchObject({ visibility: 'internal' })
      })

      test('refuses itself, the merged, the missing and the finished', async () => {
        const api = await two()
        const into = (id: number) => api.carla.post(`${TICKET}/merge`, { into: id })
        expect((await into(1)).body.code).toBe('same-ticket')
        expect((await into(99)).body.code).toBe('not-found')
        await api.carla.put('/api/v1/tickets/2/status', { status: 'closed' })
        expect((await into(2)).body.code).toBe('ticket-closed')
        expect((await api.carla.get(TICKET)).body).toMatchObject({ merged_into: null, version: 1 })
      })
    })

    test('what is deleted is there for nobody, until an admin brings it back', async () => {
      const api = await start()
      expect((await api.ana.send('DELETE', TICKET)).status).toBe(204)
      expect((await api.carla.get(TICKET)).status).toBe(404)
      expect((await api.carla.send('POST', `${TICKET}/restore`)).body).toMatchObject({ id: 1 })
      expect((await api.ana.get(TICKET)).status).toBe(200)
      expect((await api.carla.send('POST', '/api/v1/tickets/99/restore')).status).toBe(404)
    })
  },
  { prepare: migrated },
)
