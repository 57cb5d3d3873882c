/** What agents want to hear of: their own settings, and the unsubscribe link of a notice. */
import { expect, test } from 'vitest'
import type { TokenClaims } from '../../src/reply-token.ts'
import { mutedBy } from '../../src/store/notice-settings.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

eachDatabase(
  'notifications',
  (fresh) => {
    const start = apiStarter(fresh)
    const PATH = '/api/v1/me/notifications'

    test('one’s own settings are kept, and cleared', async () => {
      const { bruno } = await start()
      const unset = { level: null, default_level: 'mine_unassigned', quiet_hours: null }
      expect((await bruno.get(PATH)).body).toEqual(unset)
      const wanted = { level: 'digest', quiet_hours: { from: '20:00', until: '07:05' } }
      expect((await bruno.put(PATH, wanted)).body).toMatchObject(wanted)
      expect((await bruno.get(PATH)).body).toMatchObject(wanted)
      await bruno.put(PATH, { level: null, quiet_hours: null })
      expect((await bruno.get(PATH)).body).toEqual(unset)
    })

    test.each([
      [{ level: 'some', quiet_hours: null }],
      [{ level: 'all' }],
      [{ level: 'all', quiet_hours: { from: '24:00', until: '07:00' } }],
      [{ level: 'all', quiet_hours: { from: '8', until: '07:00' } }],
      [{ level: 'all', quiet_hours: null, more: 1 }],
    ])('%j is refused', async (body) => {
      const { bruno } = await start()
      expect((await bruno.put(PATH, body)).status).toBe(422)
    })

    test('a colleague who is made the assignee is mailed, one who is given many at once is not', async () => {
      const { ana, bruno, carla, users, store } = await start()
      const open = async (): Promise<number> => {
        const { body } = await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'Smoke.' })
        return Number(body.id)
      }
      const told = (id: number): Promise<string[]> =>
        store
          .read('outbox')
          .where({ ticket_id: id, kind: 'agent_notice', user_id: users.carla.id })
          .pluck('outcome')
      const [one, two] = [await open(), await open()]
      const assignee = users.carla.id
      await bruno.send('PATCH', `/api/v1/tickets/${one}`, { assignee })
      await bruno.send('PATCH', `/api/v1/tickets/${one}`, { assignee })
      expect(await told(one)).toEqual(['queued'])
      await carla.post(`/api/v1/tickets/${two}/take`, {})
      expect(await told(two)).toEqual([])
      await bruno.post(`/api/v1/tickets/${two}/release`, undefined)
      await bruno.post('/api/v1/tickets/bulk', { ids: [two], patch: { assignee } })
      expect(await told(two)).toEqual([])
    })

    test('a link of a notice asks first, and mutes with a POST of any kind', async () => {
      const api = await start()
      await api.bruno.post('/api/v1/tickets', { subject: 'x', text: 'x' })
      const me = (await api.bruno.get('/api/v1/me')).body
      const token = api.context.tokens.make({ kind: 'mute', ticketId: 1, userId: Number(me.id) })
      const link = new URL(`/u/${token}`, api.url)
      const asked = await fetch(link)
      expect([asked.status, asked.headers.get('content-type')]).toEqual([
        200,
        'text/html; charset=utf-8',
      ])
      expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(await mutedBy(api.store.read, 1)).toEqual([])
      const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
      expect((await fetch(link, { method: 'POST', body })).status).toBe(200)
      expect(await mutedBy(api.store.read, 1)).toEqual([Number(me.id)])
    })

    test('a reply token, an altered one and one of a customer are no such link', async () => {
      const api = await start()
      await api.bruno.post('/api/v1/tickets', { subject: 'x', text: 'x' })
      const make = (claims: TokenClaims) => api.context.tokens.make(claims)
      const ana = Number((await api.ana.get('/api/v1/me')).body.id)
      const bruno = Number((await api.bruno.get('/api/v1/me')).body.id)
      const good = make({ kind: 'mute', ticketId: 1, userId: bruno })
      for (const token of [
        make({ kind: 'reply', ticketId: 1, userId: bruno }),
        make({ kind: 'mute', ticketId: 1, userId: ana }),
        make({ kind: 'mute', ticketId: 99, userId: bruno }),
        `${good.slice(0, -2)}aa`,
        'x',
      ]) {
        const reply = await fetch(new URL(`/u/${token}`, api.url), { method: 'POST' })
        expect(reply.status, token).toBe(404)
      }
      expect(await mutedBy(api.store.read, 1)).toEqual([])
    })
  },
  { prepare: migrated },
)
