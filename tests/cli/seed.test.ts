/** `postroom seed`, on both databases: what it makes is a desk like any other. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { parseSearch } from '../../src/ticket/search-query.ts'
import { brokenInvariants } from '../../src/store/reads/invariants.ts'
import { listTickets } from '../../src/store/reads/ticket-list.ts'
import { listTallies } from '../../src/store/ticket-counts.ts'
import { openWorkplace, type Workplace } from '../../src/workplace.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { run } from './run-program.ts'

function configured({ url, dataDir }: TestDatabase, more = ''): string {
  const file = path.join(dataDir, 'postroom.yaml')
  const account = '{ host: 127.0.0.1, port: 1, tls: none, user: x, password: x }'
  const inbox = `inboxes:\n  - name: Support\n    address: support@acme.test\n    imap: ${account}\n    smtp: ${account}\n`
  writeFileSync(file, `data_dir: ./data\ndatabase: ${url}\n${more}${inbox}`)
  return file
}

async function withDesk<T>(file: string, work: (desk: Workplace) => Promise<T>): Promise<T> {
  const desk = await openWorkplace(loadConfig(file, {}, '/'))
  try {
    return await work(desk)
  } finally {
    await desk.close()
  }
}

const ALL = { participantId: null, order: { by: 'id', descending: true }, limit: 200 } as const

eachDatabase('seeding a desk', (fresh) => {
  test('makes what was asked for, whole, found and counted', async () => {
    const file = configured(await fresh())
    const seeded = await run(['seed', '--tickets', '120', '--comments', '700', '--config', file])
    expect(seeded).toMatchObject({
      code: 0,
      stdout: '120 tickets with 700 comments of 40 customers and 5 agents.\n',
    })
    await withDesk(file, async ({ store, context }) => {
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
      const { tickets } = await listTickets(store.read, { ...ALL })
      expect(tickets).toHaveLength(120)
      expect(new Set(tickets.map(({ statusCategory }) => statusCategory)).size).toBe(3)
      const found = await listTickets(store.read, { ...ALL, terms: parseSearch('thank you') })
      expect(found.tickets.length).toBeGreaterThan(5)
      const tallies = await listTallies(store.read)
      expect(tallies.reduce((sum, { count }) => sum + count, 0)).toBe(120)
      expect(await store.read('outbox').select()).toEqual([])
      expect(await store.read('comments').where('created_at', '>', Date.now()).select()).toEqual([])
      // Mail that comes in afterwards gets ids of its own.
      const [{ id } = { id: 0 }] = await store.transaction((tx) =>
        tx('users')
          .insert({ email: 'a@b.test', role: 'customer', state: 'contact', created_at: 1 })
          .returning<{ id: number }[]>('id'),
      )
      expect(id).toBe(46)
    })
  })

  test('tells the same stories for the same seed', async () => {
    const told = async (seed: string): Promise<unknown> => {
      const file = configured(await fresh())
      await run(['seed', '--tickets', '20', '--seed', seed, '--config', file])
      return withDesk(file, async ({ store }) => [
        await store.read('tickets').orderBy('id').select('subject', 'status', 'priority', 'tags'),
        await store.read('users').orderBy('id').select('email'),
      ])
    }
    const first = await told('7')
    expect(await told('7')).toEqual(first)
    expect(await told('8')).not.toEqual(first)
  })

  test('follows any lifecycle', async () => {
    const file = configured(await fresh(), 'lifecycle: strict\n')
    expect(await run(['seed', '--tickets', '40', '--config', file])).toMatchObject({ code: 0 })
    await withDesk(file, async ({ store, context }) =>
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([]),
    )
  })

  test('adds to a desk that is in use only when told so', async () => {
    const file = configured(await fresh())
    const seed = (...more: string[]) => run(['seed', '--tickets', '5', '--config', file, ...more])
    expect((await seed()).code).toBe(0)
    expect(await seed()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--force') as unknown,
    })
    expect(JSON.parse((await seed('--force', '--json')).stdout)).toMatchObject({ tickets: 5 })
    await withDesk(file, async ({ store }) => {
      const tallies = await listTallies(store.read)
      expect(tallies.reduce((sum, { count }) => sum + count, 0)).toBe(10)
    })
  })

  test.each([
    ['20', '5 tickets with 20 comments'],
    ['3', '1 tickets with 3 comments'],
  ])('makes as many tickets as fit %s comments when only those are named', async (count, made) => {
    const file = configured(await fresh())
    const seeded = await run(['seed', '--comments', count, '--config', file])
    expect(seeded).toMatchObject({ code: 0, stdout: expect.stringContaining(made) as unknown })
  })

  test('refuses numbers that make no sense', async () => {
    const file = configured(await fresh())
    for (const words of [
      ['--tickets', '0'],
      ['--tickets', '1000001'],
      ['--tickets', 'many'],
      ['--tickets', '5', '--comments', '4'],
    ]) {
      expect((await run(['seed', ...words, '--config', file])).code).toBe(2)
    }
  })
})
