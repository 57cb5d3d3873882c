import { expect, test } from 'vitest'
import { TicketIndexer } from '../../src/desk/index-tickets.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Json, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'

const idsOf = (rows: readonly Json[] | undefined): unknown[] => (rows ?? []).map(({ id }) => id)

async function found(client: Client, q: string, more = ''): Promise<unknown[]> {
  const { status, body } = await client.get(`${TICKETS}?q=${encodeURIComponent(q)}${more}`)
  expect([q, status]).toEqual([q, 200])
  return idsOf(body.data)
}

async function open(client: Client, subject: string, more: object = {}): Promise<number> {
  const { status, body } = await client.post(TICKETS, { subject, text: '-', ...more })
  expect(status).toBe(201)
  return Number(body.id)
}

const say = async (client: Client, id: number, text: string, visibility = 'public') =>
  expect((await client.post(`${TICKETS}/${id}/comments`, { text, visibility })).status).toBe(201)

eachDatabase(
  'the search for tickets',
  (fresh) => {
    const start = apiStarter(fresh)

    test('looks into all that agents know of a ticket', async () => {
      const { ana, bruno } = await start()
      const lena = { email: 'lena.fuchs@example.org', name: 'Lena Fuchs' }
      await open(bruno, 'Printer on fire', {
        text: 'The paper burns.\n\nIt is in room 4711.',
        requester: lena,
        tags: ['urgent-matter'],
        fields: { product_id: 'LaserJet 9000' },
        participants: [{ email: 'boss@example.net', name: 'Boss' }],
      })
      await open(ana, 'Mouse', { text: 'It squeaks.' })
      await say(bruno, 1, 'Use water, please.')
      await say(bruno, 1, 'They tried petrol.', 'internal')
      for (const q of [
        'printer',
        'PRINTER fire',
        'burns',
        '4711',
        'water',
        'petrol',
        'fuchs',
        'lena.fuchs@example.org',
        'boss@example.net',
        'urgent-matter',
        'laserjet 9000',
        'room water petrol',
        '#1',
      ]) {
        expect([q, await found(bruno, q)]).toEqual([q, [1]])
      }
      expect(await found(bruno, 'it')).toEqual([2, 1])
      expect(await found(bruno, 'printer squeaks')).toEqual([])
      expect(await found(bruno, 'petroleum')).toEqual([])
    })

    test('takes quotes for phrases and the last word for a beginning', async () => {
      const { bruno } = await start()
      await open(bruno, 'the red printer', { text: 'printer paper' })
      await open(bruno, 'red ink for the printer')
      await open(bruno, 'Änderung am Straßenschild', { text: '印刷機が壊れた' })
      expect(await found(bruno, '"red printer"')).toEqual([1])
      expect(await found(bruno, 'red printer')).toEqual([2, 1])
      expect(await found(bruno, '"printer red"')).toEqual([])
      // Not from the subject into the text.
      expect(await found(bruno, '"printer printer"')).toEqual([])
      expect(await found(bruno, 'prin')).toEqual([2, 1])
      expect(await found(bruno, 'prin red')).toEqual([])
      expect(await found(bruno, '"red prin')).toEqual([1])
      expect(await found(bruno, '"prin"')).toEqual([])
      expect(await found(bruno, 'pr')).toEqual([])
      expect(await found(bruno, 'anderung')).toEqual([3])
      expect(await found(bruno, 'ÄNDERUNG strasse')).toEqual([3])
      expect(await found(bruno, '刷機')).toEqual([3])
      expect(await found(bruno, '機')).toEqual([3])
      expect(await found(bruno, '刷壊')).toEqual([])
    })

    test('bad input 165: knows no syntax that could be wrong or do harm', async () => {
      const { bruno, failures } = await start()
      await open(bruno, 'near or and not shared')
      const nothing = ['"', '""', '*', '%', '_', `'"*\\!`, '()', '-', '\u00b7', '😀', "'; --"]
      for (const q of nothing) expect([q, await found(bruno, q)]).toEqual([q, []])
      const words = ['NEAR', 'NEAR(or', 'shared:', 'OR', 'a OR', 'NOT shared', '^near', 'near*']
      for (const q of words) {
        const ids = await found(bruno, q)
        expect([q, ids]).toEqual([q, q === 'a OR' ? [] : [1]])
      }
      expect(await found(bruno, 'shared:*&|!<->')).toEqual([1])
      expect(await found(bruno, `"${'x '.repeat(90)}"`)).toEqual([])
      expect(await found(bruno, 'a '.repeat(90))).toEqual([])
      expect(failures).toEqual([])
    })

    test('gives customers their own tickets, and no word of internal comments', async () => {
      const { ana, bruno, mallory } = await start()
      await open(ana, 'Printer', { participants: ['mallory@strangers.test'] })
      await open(mallory, 'Printer')
      await open(bruno, 'Printer', { requester: { email: 'lena@example.org' } })
      await say(bruno, 1, 'The customer is a bore.', 'internal')
      expect(await found(bruno, 'printer')).toEqual([3, 2, 1])
      expect(await found(ana, 'printer')).toEqual([1])
      expect(await found(mallory, 'printer')).toEqual([2, 1])
      expect(await found(bruno, 'bore')).toEqual([1])
      expect(await found(ana, 'bore')).toEqual([])
      expect(await found(ana, '"is a bore"')).toEqual([])
      expect(await found(ana, 'printer bore')).toEqual([])
    })

    test('follows what changes, and forgets what is deleted', async () => {
      const { bruno, carla } = await start()
      await open(bruno, 'Printer')
      await open(bruno, 'Printer')
      expect(await found(bruno, 'scanner')).toEqual([])
      await bruno.send('PATCH', `${TICKETS}/1`, { subject: 'Scanner', tags: ['vip'] })
      expect(await found(bruno, 'scanner vip')).toEqual([1])
      expect(await found(bruno, 'printer')).toEqual([2])
      await carla.send('DELETE', `${TICKETS}/1`)
      expect(await found(bruno, 'scanner')).toEqual([])
      expect(await found(carla, 'scanner', '&deleted=true')).toEqual([1])
      await carla.post(`${TICKETS}/1/restore`, undefined)
      expect(await found(bruno, 'scanner')).toEqual([1])
    })

    test('takes long tickets a few at a time', async () => {
      const api = await start()
      const { bruno, store } = api
      const text = 'x '.repeat(24_999)
      for (let n = 0; n < 6; n += 1) await open(bruno, `word${n}`)
      await store.transaction(async (tx) => {
        const row = (await tx('comments').first()) as Record<string, unknown>
        const { id: _id, ...columns } = row
        for (let ticket = 1; ticket <= 6; ticket += 1) {
          const rows = Array.from({ length: 40 }, () => ({ ...columns, ticket_id: ticket, text }))
          await tx('comments').insert(rows)
        }
      })
      const together: number[] = []
      const seen = ({ sql, bindings }: { sql: string; bindings: unknown[] }): void => {
        // Beside the ids: three limits.
        if (sql.includes('newness')) together.push(bindings.length - 3)
      }
      store.read.on('query', seen)
      const index = new TicketIndexer(api)
      while ((await index.turn()) === 'more');
      store.read.off('query', seen)
      for (let n = 0; n < 6; n += 1) expect(await found(bruno, `word${n}`)).toEqual([n + 1])
      // Each says two million characters, and four are read at a time.
      expect(Math.max(...together)).toBe(2)
    })

    test('goes through pages and filters', async () => {
      const { bruno } = await start()
      for (let n = 1; n <= 7; n += 1) {
        await open(bruno, `word${n % 2}`, { priority: n < 3 ? 'high' : 'low' })
      }
      expect(idsOf(await bruno.all(`${TICKETS}?q=word`, 2))).toEqual([7, 6, 5, 4, 3, 2, 1])
      expect(idsOf(await bruno.all(`${TICKETS}?q=word1`, 3))).toEqual([7, 5, 3, 1])
      expect(await found(bruno, 'word1', '&priority=high')).toEqual([1])
      expect(await found(bruno, 'word', '&sort=id')).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(await found(bruno, 'word1', '&sort=-priority')).toEqual([1, 7, 5, 3])
      expect(idsOf(await bruno.all(`${TICKETS}?q=word1&sort=-priority`, 1))).toEqual([1, 7, 5, 3])
    })

    test('has its words from several daemons, each once, also those of before', async () => {
      const { bruno, store, inboxes } = await start()
      for (let n = 1; n <= 30; n += 1) await open(bruno, `ticket number${n}`)
      const wordsOf = (id: number) => found(bruno, `number${id}`, '&sort=id')
      // As after an upgrade: nothing was read yet.
      const forget = (event: number, below: number | null) =>
        store.transaction(async (tx) => {
          for (let id = 1; id <= 30; id += 1) await deleteRow(tx, store.kind, id)
          await tx('index_progress').update({ event_id: event, tickets_below: below })
        })
      const { last } = await store.read('events').max({ last: 'id' }).first<{ last: number }>()
      await forget(last, 31)
      expect(await wordsOf(30)).toEqual([])
      const indexers = [1, 2].map(() => new TicketIndexer({ store, inboxes }))
      await Promise.all(indexers.map(untilDone))
      for (const id of [1, 15, 30]) expect(await wordsOf(id)).toContain(id)
      await forget(0, null)
      await Promise.all(indexers.map(untilDone))
      expect(await found(bruno, 'ticket', '&limit=200')).toHaveLength(30)
      const { count } = await store
        .read('ticket_words')
        .count({ count: '*' })
        .first<{ count: number }>()
      expect(Number(count)).toBe(30)
    })
  },
  { prepare: migrated },
)

async function untilDone(indexer: TicketIndexer): Promise<void> {
  while ((await indexer.turn()) === 'more') {
    // The next batch.
  }
}

type Tx = Parameters<Parameters<TestApi['store']['transaction']>[0]>[0]

const deleteRow = (tx: Tx, kind: string, id: number) =>
  tx.raw(`delete from ticket_words where ${kind === 'postgres' ? 'id' : 'rowid'} = ?`, [id])

eachDatabase(
  'the order of tickets',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is by what was asked for, and pages keep it', async () => {
      const { ana, bruno, clock } = await start()
      const later = (minutes: number) => {
        clock.at = new Date(clock.at.getTime() + minutes * 60_000)
      }
      await open(ana, 'a', {})
      later(1)
      await open(bruno, 'b', { author: 'me', requester: { email: 'lena@example.org' } })
      later(1)
      await open(bruno, 'c', { priority: 'urgent', requester: { email: 'lena@example.org' } })
      later(1)
      await open(ana, 'd')
      later(1)
      await bruno.put(`${TICKETS}/1/priority`, { priority: 'high' })
      later(1)
      await say(bruno, 4, 'an answer')
      const by = async (sort: string) => idsOf(await bruno.all(`${TICKETS}?sort=${sort}`, 1))
      expect(await by('id')).toEqual([1, 2, 3, 4])
      expect(await by('-number')).toEqual([4, 3, 2, 1])
      expect(await by('created_at')).toEqual([1, 2, 3, 4])
      expect(await by('-updated_at')).toEqual([4, 1, 3, 2])
      expect(await by('-priority')).toEqual([3, 1, 4, 2])
      expect(await by('priority')).toEqual([2, 4, 1, 3])
      // Nobody waits for an answer to 2 and 4.
      expect(await by('waiting_since')).toEqual([1, 3, 2, 4])
      expect(await by('-waiting_since')).toEqual([4, 2, 3, 1])
    })

    test('is narrowed by times and by what tickets have', async () => {
      const { ana, bruno, carla, clock, store } = await start()
      await open(ana, 'a')
      clock.at = new Date('2026-03-01T12:00:00Z')
      await open(ana, 'b')
      await say(bruno, 2, 'psst', 'internal')
      clock.at = new Date('2026-03-01T16:00:00Z')
      await say(bruno, 1, 'answered')
      const { body: file } = await ana.post('/api/v1/attachments', 'x', {
        'content-type': 'text/plain',
      })
      await open(ana, 'c', { attachments: [file.id] })
      const only = async (query: string, client = bruno) => {
        const { status, body } = await client.get(`${TICKETS}?${query}`)
        expect([query, status]).toEqual([query, 200])
        return idsOf(body.data)
      }
      expect(await only('created_after=2026-03-01T10:00:00Z')).toEqual([3, 2])
      expect(
        await only('created_after=2026-03-01&created_before=2026-03-01T12:30:00%2B01:00'),
      ).toEqual([1])
      expect(await only('updated_after=2026-03-01T15:00:00Z')).toEqual([3, 1])
      expect(await only('updated_before=2026-03-01T15:00:00Z')).toEqual([2])
      expect(await only('waiting_longer_than=4h')).toEqual([2])
      expect(await only('waiting_longer_than=1d')).toEqual([])
      expect(await only('status=category:open')).toEqual([3, 2])
      expect(await only('status=category:waiting,closed')).toEqual([1])
      expect(await only('has=note')).toEqual([2])
      expect(await only('has=attachment')).toEqual([3])
      expect(await only('has=attachment,note')).toEqual([])
      expect(await only('has=bounce')).toEqual([])
      await store.transaction((tx) =>
        tx('outbox').where({ kind: 'reply' }).update({ outcome: 'bounced' }),
      )
      expect(await only('has=bounce')).toEqual([1])
      expect(await only('has=attachment', ana)).toEqual([3])
      expect((await ana.get(`${TICKETS}?has=note`)).status).toBe(403)
      await carla.send('DELETE', `${TICKETS}/3`)
      expect(await only('deleted=false')).toEqual([2, 1])
      expect(await only('deleted=true', carla)).toEqual([3])
      expect((await bruno.get(`${TICKETS}?deleted=true`)).status).toBe(403)
      expect((await ana.get(`${TICKETS}?deleted=true`)).status).toBe(403)
    })
  },
  { prepare: migrated },
)
