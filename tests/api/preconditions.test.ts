/** If-Match where there are no versions: what is overwritten has to be what one saw. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const STALE = { status: 412, body: { code: 'stale-version' } }

eachDatabase(
  'If-Match',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is heeded wherever the same path can be read, with or without versions', async () => {
      const { bruno, carla, users } = await start()
      await carla.post('/api/v1/webhooks', { url: 'https://8.8.8.8/hook' })
      await bruno.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await bruno.post('/api/v1/tickets/1/comments', { text: 'x', visibility: 'internal' })
      const writes: readonly [string, object, object][] = [
        [`/api/v1/users/${users.bruno.id}`, { name: 'Bruno B.' }, { name: 'Bruno C.' }],
        ['/api/v1/me', { name: 'B.' }, { name: 'C.' }],
        ['/api/v1/webhooks/1', { description: 'one' }, { description: 'two' }],
        ['/api/v1/comments/2', { text: 'y' }, { text: 'z' }],
      ]
      for (const [path, first, second] of writes) {
        const client = path.includes('comments') ? bruno : carla
        const tag = async () => String((await client.get(path)).headers.get('etag'))
        const seen = { 'if-match': await tag() }
        expect([path, (await client.send('PATCH', path, first, seen)).status]).toEqual([path, 200])
        const late = await client.send('PATCH', path, second, seen)
        expect([path, late]).toMatchObject([path, STALE])
        expect(late.body['current']).toMatchObject(first)
        expect(late.headers.get('etag')).toBe(await tag())
        expect(await carla.send('DELETE', path, undefined, seen)).toMatchObject(STALE)
        const fresher = { 'if-match': `"x", ${late.headers.get('etag')}` }
        expect((await client.send('PATCH', path, second, fresher)).status).toBe(200)
        expect((await client.send('PATCH', path, first, { 'if-match': '*' })).status).toBe(200)
      }
    })

    test('is heeded where there is nothing to send along', async () => {
      const { carla, users } = await start()
      const path = `/api/v1/users/${users.bruno.id}/tokens`
      const seen = { 'if-match': String((await carla.get(path)).headers.get('etag')) }
      expect(await carla.send('DELETE', path, undefined, { 'if-match': '"x"' })).toMatchObject(
        STALE,
      )
      expect((await carla.send('DELETE', path, undefined, seen)).status).toBe(204)
    })

    test('shows nothing to a token that may only write', async () => {
      const { tokenFor, users } = await start()
      const { client } = await tokenFor({ email: 'carla@staff.test' }, ['users:write'])
      const path = `/api/v1/users/${users.bruno.id}`
      const guess = { 'if-match': '"x"' }
      expect(await client.send('PATCH', path, { name: 'x' }, guess)).toMatchObject({
        status: 403,
        body: { required: ['users:read'] },
      })
      expect((await client.send('PATCH', path, { name: 'x' })).status).toBe(200)
    })
  },
  { prepare: migrated },
)
