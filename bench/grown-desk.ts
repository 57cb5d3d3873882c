/**
 * A desk as large as one likes in minutes: `postroom seed` invents the stories of a few thousand
 * tickets, and SQL repeats each with people, ids, instants and mail of its own. Rows, words and
 * counts are those of a desk that took all of it in, but for the bytes: a few hundred sources and
 * files stand for all of them.
 */
import { runSeed } from '../src/cli/seed.ts'
import { withWorkplace } from '../src/cli/with-workplace.ts'
import type { Config } from '../src/config.ts'
import { countRows, insertRows, lookAgain } from '../src/store/bulk-rows.ts'
import type { Store, Tx } from '../src/store/open.ts'
import { lastIdGiven, listTables, setLastId } from '../src/store/table-catalogue.ts'
import type { Workplace } from '../src/workplace.ts'
import { mails } from './corpus.ts'
import { COPIED, copyStatements, SCRATCH } from './grown-rows.ts'
import { keepWords } from './grown-words.ts'

export interface Size {
  readonly tickets: number
  /** Tickets that are invented, at most; the others repeat them. */
  readonly stories?: number
}

const STORIES_MAX = 10_000
const COMMENTS_OF_TICKET = 2
const SOURCES = 200
const TICKETS_OF_TRANSACTION = 20_000

/** Seeds an empty desk; one that was seeded for an earlier run is taken as it is. */
export async function growDesk(config: Config, size: Size): Promise<void> {
  const { tickets, stories: most = STORIES_MAX } = size
  const times = Math.ceil(tickets / most)
  const stories = Math.round(tickets / times)
  const isThere = await withWorkplace(config, ({ store }) => isGrown(store, stories * times))
  if (isThere) return
  const told = { tickets: stories, comments: COMMENTS_OF_TICKET * stories }
  const io = { stdout: { write: () => true }, stderr: process.stderr }
  await runSeed(config, { ...told, seed: 1, force: false, json: false }, io)
  await withWorkplace(config, (workplace) => repeat(workplace, { stories, times }))
}

/** @throws Error when there is a part of a desk. */
async function isGrown(store: Store, tickets: number): Promise<boolean> {
  const there = await countRows(store.read, 'tickets')
  if (there === 0) return false
  if (there >= tickets && !(await store.read.schema.hasTable(SCRATCH.numbers))) return true
  throw new Error('An earlier run was interrupted while it seeded this desk: remove it.')
}

async function repeat(
  workplace: Workplace,
  { stories, times }: { stories: number; times: number },
): Promise<void> {
  const { store } = workplace
  await growCache(store)
  const agents = await setAside(workplace, times)
  const statements = await copyStatements(store.read, { times, agents })
  await store.transaction((tx) => tx.raw(statements.users))
  const step = Math.max(1, Math.floor(TICKETS_OF_TRANSACTION / times))
  for (let first = 1; first <= stories; first += step) {
    const part = [first, first + step - 1]
    await store.transaction(async (tx) => {
      for (const sql of statements.ofTickets) await tx.raw(sql, part)
    })
  }
  await store.transaction((tx) => finish(tx, times))
  await lookAgain(store)
  await store.forgetLog()
}

/** Pages of all indexes at once in SQLite's own memory: each row belongs somewhere in the middle of one. */
async function growCache(store: Store): Promise<void> {
  if (store.kind === 'sqlite')
    await store.transaction((tx) => tx.raw('pragma cache_size = -1000000'))
}

/** Moves the stories out of the way, with what each copy of them needs. Returns how many agents stay. */
async function setAside({ store, context }: Workplace, times: number): Promise<number> {
  const sources = await context.blobs.putAll(
    mails({ count: SOURCES, seed: 9 }).map(({ source }) => source),
  )
  const agents = await store.read('users').where({ role: 'agent' }).max({ last: 'id' }).first<{
    last: number
  }>()
  await keepWords(store)
  await store.transaction(async (tx) => {
    await tx.raw(`create table ${SCRATCH.numbers} (k integer not null)`)
    await insertRows(
      tx,
      SCRATCH.numbers,
      Array.from({ length: times }, (_, k) => ({ k })),
    )
    await tx.raw(`create table ${SCRATCH.sources} (n integer, sha256 text, size integer)`)
    await insertRows(
      tx,
      SCRATCH.sources,
      sources.map(({ sha256, size }, n) => ({ n, sha256, size })),
    )
    for (const [table, sql] of Object.entries(COPIED)) {
      await tx.raw(`create table bench_${table} as ${sql}`)
    }
    await tx('ticket_words').delete()
    for (const table of Object.keys(COPIED).toReversed()) {
      const rows = tx(table)
      await (table === 'users' ? rows.where({ role: 'customer' }) : rows).delete()
    }
  })
  return Number(agents.last)
}

/** What is counted is counted as often; and nothing of the work is left behind. */
async function finish(tx: Tx, times: number): Promise<void> {
  await tx.raw('update ticket_tallies set count = count * ?', [times])
  await tx.raw('update daily_counts set created = created * ?, resolved = resolved * ?', [
    times,
    times,
  ])
  await tx.raw('update daily_times set count = count * ?', [times])
  await tx.raw(
    'update index_progress set event_id = (select max(id) from events), tickets_below = null',
  )
  for (const table of Object.values(SCRATCH)) await tx.raw(`drop table ${table}`)
  for (const table of Object.keys(COPIED)) await tx.raw(`drop table bench_${table}`)
  for (const table of await listTables(tx)) {
    if ((await lastIdGiven(tx, table)) === null && !OWN_IDS.has(table)) continue
    const row = await tx(table).max({ last: 'id' }).first<{ last: number | null }>()
    if (row.last !== null) await setLastId(tx, table, Number(row.last))
  }
}

/** Their rows were given ids that PostgreSQL has not counted. */
const OWN_IDS = new Set(['inbound_messages', 'outbox', 'attachments'])
