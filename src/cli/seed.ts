/**
 * `postroom seed`: fills an empty desk with people and tickets, a few for a look around or a million
 * for a measurement. The same seed tells the same stories; they end now. Nothing is mailed.
 */
import type { Config } from '../config.ts'
import { TicketIndexer } from '../desk/index-tickets.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { countRows, insertRows, lookAgain, reserveIds } from '../store/bulk-rows.ts'
import { findProgress, moveProgress } from '../store/index-progress.ts'
import type { Store, Tx } from '../store/open.ts'
import type { Workplace } from '../workplace.ts'
import { type Progress, type Terminal, withProgress } from './progress.ts'
import { whenPeopleWrite } from './seed-hours.ts'
import { diceOf, type Dice, inventPerson, inventTicket } from './seed-story.ts'
import { rowsOf, type SeedPeople, type SeedRows } from './seed-rows.ts'
import { withWorkplace } from './with-workplace.ts'

export interface SeedWishes {
  readonly tickets: number
  /** All comments together, the opening ones included. */
  readonly comments: number
  readonly seed: number
  readonly force: boolean
  readonly json: boolean
}

interface SeedIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: Terminal
}

export const SEED_TICKETS = 60
export const SEED_TICKETS_MAX = 1_000_000
export const SEED_COMMENTS_MAX = 10_000_000
const COMMENTS_OF_TICKET = 4
const BATCH = 500
/** Tickets of one customer, about. */
const TICKETS_OF_CUSTOMER = 3
const CUSTOMERS_MIN = 12
/** The stories of so many days, however many there are. */
const DAYS = 400
const DAY_MS = 86_400_000

const AGENTS = ['Bruno Costa', 'Nora Lindqvist', 'Carla Moretti', 'Sam Adeyemi', 'Yuki Tanaka']

/** What was not said follows from what was: four comments for each ticket. */
export function seedSize(said: { tickets?: number; comments?: number }): {
  tickets: number
  comments: number
} {
  const fitting =
    said.comments === undefined ? SEED_TICKETS : Math.ceil(said.comments / COMMENTS_OF_TICKET)
  const tickets = said.tickets ?? Math.min(fitting, SEED_TICKETS_MAX)
  return { tickets, comments: said.comments ?? tickets * COMMENTS_OF_TICKET }
}

/** Exit code 0. @throws OperatorError when there are tickets already and nobody insists. */
export async function runSeed(config: Config, wishes: SeedWishes, io: SeedIo): Promise<number> {
  return withWorkplace(config, async (workplace) => {
    const { store } = workplace
    if (!wishes.force && (await countRows(store.read, 'tickets')) > 0) {
      throw new OperatorError(
        EXIT.usage,
        'There are tickets already. Seed an empty database, or add --force to add to this one.',
      )
    }
    const made = await withProgress(io.stderr, (progress) => seed(workplace, wishes, progress))
    const text = `${made.tickets} tickets with ${made.comments} comments of ${made.customers} customers and ${AGENTS.length} agents.`
    io.stdout.write(`${wishes.json ? JSON.stringify(made) : text}\n`)
    return 0
  })
}

interface Made {
  readonly tickets: number
  readonly comments: number
  readonly customers: number
}

async function seed(workplace: Workplace, wishes: SeedWishes, progress: Progress): Promise<Made> {
  const { store } = workplace
  const dice = diceOf(wishes.seed)
  const nowMs = Date.now()
  const people = await makePeople(store, dice, wishes, nowMs)
  const ids = await store.transaction(async (tx) => ({
    tickets: await reserveIds(tx, 'tickets', wishes.tickets),
    comments: await reserveIds(tx, 'comments', wishes.comments),
  }))
  let comments = 0
  for (let done = 0; done < wishes.tickets; ) {
    const batch: SeedRows = { tickets: [], participants: [], comments: [], events: [] }
    for (const end = Math.min(wishes.tickets, done + BATCH); done < end; done += 1) {
      const left = { tickets: wishes.tickets - done, comments: wishes.comments - comments }
      const age = (done + 1) / wishes.tickets
      const told = inventTicket({
        dice,
        lifecycle: workplace.context.lifecycle,
        createdAt: whenPeopleWrite(
          Math.round(nowMs - DAY_MS * DAYS * (1 - age) - dice() * 600_000),
          nowMs,
        ),
        nowMs,
        age,
        comments: share(dice, left),
      })
      const numbers = { ticketId: ids.tickets + done, commentId: ids.comments + comments }
      rowsOf(batch, told, { ...numbers, dice, people, workplace })
      comments += told.told.length
    }
    await store.transaction((tx) => insertAll(tx, batch))
    progress.show('tickets', done, wishes.tickets)
  }
  await index(workplace, wishes.tickets, progress)
  await lookAgain(store)
  return { tickets: wishes.tickets, comments, customers: people.customers.length }
}

/** So that all comments are given out, and every ticket gets one. */
function share(dice: Dice, left: { tickets: number; comments: number }): number {
  if (left.tickets === 1) return left.comments
  const average = left.comments / left.tickets
  const wanted = 1 + Math.floor(dice() * (2 * average - 1))
  return Math.max(1, Math.min(wanted, left.comments - left.tickets + 1))
}

async function insertAll(tx: Tx, batch: SeedRows): Promise<void> {
  const { tickets, participants, comments, events } = batch
  await insertRows(tx, 'tickets', tickets)
  await insertRows(tx, 'participants', participants)
  await insertRows(tx, 'comments', comments)
  await insertRows(tx, 'events', events)
}

async function makePeople(
  store: Store,
  dice: Dice,
  wishes: SeedWishes,
  nowMs: number,
): Promise<SeedPeople> {
  const count = Math.max(CUSTOMERS_MIN, Math.ceil(wishes.tickets / TICKETS_OF_CUSTOMER))
  const first = await store.transaction((tx) => reserveIds(tx, 'users', count + AGENTS.length))
  const ids = Array.from({ length: count + AGENTS.length }, (_, n) => first + n)
  const rows = ids.map((id, n) => {
    const agent = AGENTS[n]
    // RFC 2606 §2: nothing is ever delivered below .example.
    const email = `${agent?.toLowerCase().replace(' ', '.') ?? ''}.${id}@desk.example`
    const who = agent === undefined ? inventPerson(dice, id) : { name: agent, email }
    return {
      id,
      email: who.email,
      name: who.name,
      role: agent === undefined ? 'customer' : 'agent',
      state: agent === undefined ? 'contact' : 'active',
      created_at: nowMs - DAYS * DAY_MS,
    }
  })
  for (let start = 0; start < rows.length; start += BATCH * 10) {
    const part = rows.slice(start, start + BATCH * 10)
    await store.transaction((tx) => insertRows(tx, 'users', part))
  }
  return { agents: ids.slice(0, AGENTS.length), customers: ids.slice(AGENTS.length) }
}

/** The words and counts of all of them, as the daemon would make them from their events. */
async function index(
  { store, inboxes }: Workplace,
  tickets: number,
  progress: Progress,
): Promise<void> {
  const indexer = new TicketIndexer({ store, inboxes })
  const last = await store.read('events').max({ last: 'id' }).first<{ last: number | null }>()
  const newest = await store.read('tickets').max({ last: 'id' }).first<{ last: number | null }>()
  await store.transaction(async (tx) => {
    const from = await findProgress(tx)
    // By ticket, the newest first: each is read once, however many events it has.
    const ticketsBelow = Number(newest?.last ?? 0) + 1
    await moveProgress(tx, from, { eventId: Number(last?.last ?? 0), ticketsBelow })
  })
  for (let done = 0; (await indexer.turn()) === 'more'; ) {
    done = Math.min(tickets, done + BATCH / 5)
    progress.show('searchable', done, tickets)
  }
}
