import { describe, expect, test } from 'vitest'
import { onSqlite } from '../kit/databases.ts'
import { apiStarter, type Client } from './desk-api.ts'
import { migrated } from './desk-context.ts'

describe('who has a ticket open', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))
  const say = async (client: Client, state: string) =>
    (await client.post('/api/v1/tickets/1/presence', { state })).body

  test('agents see each other, until they go or are not heard of', async () => {
    const api = await start()
    await api.ana.post('/api/v1/tickets', { subject: 'x', text: 'x' })
    expect(await say(api.bruno, 'viewing')).toEqual({ others: [] })
    const { id } = api.users.bruno
    expect(await say(api.carla, 'viewing')).toEqual({
      others: [{ id, name: 'Bruno', state: 'viewing' }],
    })
    await say(api.bruno, 'replying')
    expect(await say(api.carla, 'viewing')).toMatchObject({ others: [{ state: 'replying' }] })
    await say(api.bruno, 'gone')
    expect(await say(api.carla, 'viewing')).toEqual({ others: [] })
    await say(api.bruno, 'viewing')
    api.clock.at = new Date(api.clock.at.getTime() + 12_001)
    expect(await say(api.carla, 'viewing')).toEqual({ others: [] })
  })

  test('is nobody’s business who cannot see the ticket, or says something else', async () => {
    const api = await start()
    await api.ana.post('/api/v1/tickets', { subject: 'x', text: 'x' })
    const path = '/api/v1/tickets/1/presence'
    expect((await api.ana.post(path, { state: 'viewing' })).status).toBe(403)
    expect((await api.bruno.post(path, { state: 'asleep' })).status).toBe(422)
    const missing = '/api/v1/tickets/99/presence'
    expect((await api.bruno.post(missing, { state: 'viewing' })).status).toBe(404)
  })
})
