/** GET /tickets: pages, filters, and questions that mean nothing. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Json } from './desk-api.ts'
import { TICKETS, idsOf, opened } from './complaint.ts'
import { migrated } from './desk-context.ts'

const BAD_QUERIES: readonly [string, string][] = [
  ['limit=0', 'invalid-parameter'],
  ['limit=-1', 'invalid-parameter'],
  ['limit=201', 'invalid-parameter'],
  ['limit=1e9', 'invalid-parameter'],
  ['limit=1;--', 'invalid-parameter'],
  ['limit=5&limit=6', 'invalid-parameter'],
  ['cursor=', 'invalid-parameter'],
  ['cursor=abc', 'invalid-cursor'],
  ['cursor=MS4xLjE', 'invalid-cursor'],
  ['status=bogus', 'unknown-status'],
  ['status[$ne]=x', 'unknown-parameter'],
  ['status={">":""}', 'unknown-status'],
  ['sort=id;drop', 'invalid-parameter'],
  ['statuss=open', 'unknown-parameter'],
  ['__proto__=x', 'unknown-parameter'],
  ['constructor=x', 'unknown-parameter'],
  ['priority=blazing', 'invalid-parameter'],
  ['assignee=somebody', 'invalid-parameter'],
  ['assignee=99999999999', 'invalid-parameter'],
  ['requester=not-an-address', 'invalid-parameter'],
  ['q=%00', 'invalid-parameter'],
  [`q=${'x'.repeat(201)}`, 'invalid-parameter'],
  ['created_after=yesterday', 'invalid-parameter'],
  ['created_after=2026-02-31T10:00:00', 'invalid-parameter'],
  ['waiting_longer_than=4', 'invalid-parameter'],
  ['has=everything', 'invalid-parameter'],
  ['deleted=1', 'invalid-parameter'],
  ['sort=subject', 'invalid-parameter'],
  ['sort=--id', 'invalid-parameter'],
  ['sort=id&sort=-id', 'invalid-parameter'],
  ['tag=a%00b', 'invalid-parameter'],
  ['token=pst_x', 'unknown-parameter'],
]

eachDatabase(
  'the list of tickets',
  (fresh) => {
    const start = apiStarter(fresh)

    test('pages without gaps or repetitions while tickets come in', async () => {
      const { bruno } = await start()
      for (let n = 1; n <= 7; n += 1) await opened(bruno, { subject: `n${n}` })
      const first = await bruno.get(`${TICKETS}?limit=3`)
      expect(idsOf(first.body.data)).toEqual([7, 6, 5])
      expect(first.body.page).toMatchObject({ has_more: true })
      await opened(bruno, { subject: 'late' })
      const next = await bruno.get(
        `${TICKETS}?limit=3&cursor=${String(first.body.page?.next_cursor)}`,
      )
      expect(idsOf(next.body.data)).toEqual([4, 3, 2])
      expect(idsOf(await bruno.all(TICKETS, 3))).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
      const exact = await bruno.get(`${TICKETS}?limit=8`)
      expect(exact.body.page).toEqual({ next_cursor: null, has_more: false })
    })

    test('is filtered', async () => {
      const api = await start()
      const { bruno } = api
      const lena = { email: 'lena@example.org' }
      await opened(bruno, { subject: 'Printer on FIRE 100%', requester: lena, priority: 'high' })
      await opened(bruno, { subject: 'Änderung an a_b', category: 'Software', tags: ['eu', 'vip'] })
      await opened(bruno, { subject: 'Maus', tags: ['vip', 'a"b'], priority: 'urgent' })
      await bruno.put(`${TICKETS}/3/status`, { status: 'pending' })
      await api.store.transaction(async (tx) => {
        await tx('tickets').where({ id: 2 }).update({ assignee_id: api.users.bruno.id })
        await tx('tickets').where({ id: 1 }).update({ assignee_id: api.users.carla.id })
      })
      const found = async (query: string): Promise<unknown[]> => {
        const { status, body } = await bruno.get(`${TICKETS}?${query}`)
        expect([query, status]).toEqual([query, 200])
        return idsOf(body.data).toReversed()
      }
      const lenaId = (await bruno.get(`${TICKETS}/1`)).body['requester'] as Json
      expect(await found('')).toEqual([1, 2, 3])
      expect(await found('status=open')).toEqual([1, 2])
      expect(await found('status=NEW')).toEqual([1, 2])
      expect(await found('status=open,pending')).toEqual([1, 2, 3])
      expect(await found('status=open&status=answered')).toEqual([1, 2, 3])
      expect(await found('status=closed')).toEqual([])
      expect(await found('priority=high,urgent')).toEqual([1, 3])
      expect(await found('priority=medium')).toEqual([2])
      expect(await found('category=Software')).toEqual([2])
      expect(await found('category=Software&category=General')).toEqual([2])
      expect(await found('assignee=me')).toEqual([2])
      expect(await found('assignee=none')).toEqual([3])
      expect(await found(`assignee=${api.users.carla.id}`)).toEqual([1])
      expect(await found('tag=vip')).toEqual([2, 3])
      expect(await found('tag=vip&tag=eu')).toEqual([2])
      expect(await found('tag=vi')).toEqual([])
      expect(await found('tag=%25')).toEqual([])
      expect(await found(`tag=${encodeURIComponent('a"b')}`)).toEqual([3])
      expect(await found('requester=Lena@example.org')).toEqual([1])
      expect(await found(`requester=${String(lenaId.id)}`)).toEqual([1])
      expect(await found('requester=nobody@example.org')).toEqual([])
      expect(await found('inbox=support')).toEqual([1, 2, 3])
      expect(await found(`inbox=${String(api.inboxes[0]?.id)}`)).toEqual([1, 2, 3])
      expect(await found('inbox=Sales')).toEqual([])
      expect(await found('q=fire')).toEqual([1])
      expect(await found('q=fire+printer')).toEqual([1])
      expect(await found('q=100%25')).toEqual([1])
      expect(await found('q=a_b')).toEqual([2, 3])
      expect(await found(`q=${encodeURIComponent('Änder')}`)).toEqual([2])
      expect(await found('q=%233')).toEqual([3])
      expect(await found(`q=${encodeURIComponent(`'"*\\!`)}`)).toEqual([])
      expect(await found('status=open&priority=high&q=printer')).toEqual([1])
    })

    test('bad input 164: refuses questions that mean nothing', async () => {
      const { bruno, failures } = await start()
      for (const [query, code] of BAD_QUERIES) {
        const { status, body } = await bruno.get(`${TICKETS}?${query}`)
        expect([query, status, body.code]).toEqual([query, 400, code])
      }
      expect(failures).toEqual([])
    })

    test('says where the next page is, for who follows links', async () => {
      const { bruno } = await start()
      for (let n = 0; n < 3; n += 1) await opened(bruno)
      let path = `${TICKETS}?limit=1&status=open&status=closed`
      const ids: unknown[] = []
      for (let n = 0; n < 3; n += 1) {
        const { headers, body } = await bruno.get(path)
        ids.push(...idsOf(body.data))
        const next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
        expect(next === undefined).toBe(n === 2)
        path = next ?? ''
      }
      expect(ids).toEqual([3, 2, 1])
    })

    test('bad input 163: takes a cursor only for the question it belongs to', async () => {
      const { bruno } = await start()
      await opened(bruno)
      await opened(bruno)
      const { body } = await bruno.get(`${TICKETS}?limit=1&status=open`)
      const cursor = String(body.page?.next_cursor)
      const other = await bruno.get(`${TICKETS}?limit=1&status=closed&cursor=${cursor}`)
      expect(other).toMatchObject({ status: 400, body: { code: 'cursor-mismatch' } })
      const list = await bruno.get(`/api/v1/inbound?cursor=${cursor}`)
      expect(list).toMatchObject({ status: 400, body: { code: 'cursor-mismatch' } })
      const same = await bruno.get(`${TICKETS}?limit=1&status=open&cursor=${cursor}`)
      expect(idsOf(same.body.data)).toEqual([1])
    })

    test('has no deleted tickets', async () => {
      const { bruno, store } = await start()
      await opened(bruno)
      await store.transaction((tx) => tx('tickets').update({ deleted_at: 1 }))
      expect((await bruno.get(TICKETS)).body.data).toEqual([])
      expect((await bruno.get(`${TICKETS}/1`)).status).toBe(404)
    })

    test('asks the database as often for many tickets as for one', async () => {
      const { bruno, store } = await start()
      const queries = async (): Promise<number> => {
        let count = 0
        const seen = (): void => void (count += 1)
        store.read.on('query', seen)
        await bruno.get(TICKETS)
        store.read.off('query', seen)
        return count
      }
      for (let n = 0; n < 2; n += 1) await opened(bruno, { participants: ['a@example.org'] })
      await queries()
      const few = await queries()
      for (let n = 0; n < 8; n += 1) {
        await opened(bruno, { requester: { email: `r${n}@example.org` } })
      }
      expect(await queries()).toBe(few)
    })
  },
  { prepare: migrated },
)
