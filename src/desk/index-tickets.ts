/**
 * Keeps what follows from tickets, the words they are found by and the counts they are part of: reads
 * the tickets of new events and writes what follows, a batch at a time. Beside the writes of others, so that taking mail in does not wait for it, and
 * from a cursor in the database, so that nothing is left out when a daemon dies.
 */
import { setImmediate } from 'node:timers/promises'
import { isDatabaseDown } from '../store/database-errors.ts'
import { EventHorizon } from '../store/event-horizon.ts'
import {
  changedTickets,
  findProgress,
  type IndexProgress,
  moveProgress,
  ticketsBelow,
} from '../store/index-progress.ts'
import type { Store } from '../store/open.ts'
import { searchedLength, type TicketTexts, ticketTexts } from '../store/reads/ticket-texts.ts'
import { recount } from '../store/ticket-counts.ts'
import { deleteWords, replaceWords, type TicketWords } from '../store/ticket-words.ts'
import { type Counted, countedAs } from '../ticket/counting.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { wordsOf } from '../ticket/words.ts'

/** Events of one batch: a few tickets' words, written in one short transaction. */
const EVENTS_MAX = 400
const TICKETS_MAX = 100
/** Of all texts of one batch; the words made of them take several times as much. */
const CHARACTERS_MAX = 4_000_000
const SHRINK = 4
/** Batches that a question waits for; what is left is found a moment later. */
const CAUGHT_UP_AFTER = 3
/** As many as one tsvector can place. */
const WORDS_MAX = 16_000

export class TicketIndexer {
  readonly #store: Store
  readonly #inboxes: readonly Inbox[]
  readonly #horizon: EventHorizon
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ store, inboxes }: { store: Store; inboxes: readonly Inbox[] }) {
    this.#store = store
    this.#inboxes = inboxes
    this.#horizon = new EventHorizon(store)
  }

  /** So that a question finds what was written before it; when much is, only a part of it. */
  async catchUp(): Promise<void> {
    try {
      for (let n = 0; n < CAUGHT_UP_AFTER; n += 1) {
        if ((await this.#one(() => this.#events())) === 'done') return
      }
    } catch (err) {
      // A full disk takes no words, and may still be asked.
      if (!isDatabaseDown(err)) throw err
    }
  }

  /** One batch of news, else one of what was there before. `done`: there is neither. */
  async turn(): Promise<'more' | 'done'> {
    return this.#one(async () => ((await this.#events()) === 'more' ? 'more' : this.#earlier()))
  }

  /** One batch at a time: two would do the same. */
  #one(work: () => Promise<'more' | 'done'>): Promise<'more' | 'done'> {
    const next = this.#turn.then(work)
    this.#turn = next.catch(() => {
      // Its asker knows.
    })
    return next
  }

  /**
   * Also of events that may not be the last up to their id: they are found at once, and read again
   * when they are. The cursor waits for them.
   */
  async #events(): Promise<'more' | 'done'> {
    const settled = await this.#horizon.advance()
    const { read } = this.#store
    const progress = await findProgress(read)
    const changed = await this.#fitting(EVENTS_MAX, (limit) =>
      changedTickets(read, { afterId: progress.eventId, limit }),
    )
    if (changed === null) return 'done'
    const eventId = Math.max(progress.eventId, Math.min(changed.lastId, settled))
    await this.#write(changed.ticketIds, progress, { ...progress, eventId })
    return changed.lastId < settled ? 'more' : 'done'
  }

  async #earlier(): Promise<'more' | 'done'> {
    const { read } = this.#store
    const progress = await findProgress(read)
    if (progress.ticketsBelow === null) return 'done'
    const below = progress.ticketsBelow
    const { ticketIds } = await this.#fitting(TICKETS_MAX, async (limit) => ({
      ticketIds: await ticketsBelow(read, below, limit),
    }))
    await this.#write(ticketIds, progress, { ...progress, ticketsBelow: ticketIds.at(-1) ?? null })
    return 'more'
  }

  /** Fewer of them, down to one, when they say more than is held in memory at a time. */
  async #fitting<Batch extends { readonly ticketIds: readonly number[] } | null>(
    most: number,
    ask: (limit: number) => Promise<Batch>,
  ): Promise<Batch> {
    for (let limit = most; ; limit = Math.ceil(limit / SHRINK)) {
      const batch = await ask(limit)
      if (batch === null || limit === 1) return batch
      if ((await searchedLength(this.#store.read, batch.ticketIds)) <= CHARACTERS_MAX) return batch
    }
  }

  /** What changes between reading and writing has an event of its own, which is read later. */
  async #write(
    ticketIds: readonly number[],
    from: IndexProgress,
    to: IndexProgress,
  ): Promise<void> {
    const words: TicketWords[] = []
    const counted = new Map<number, Counted>()
    for (let start = 0; start < ticketIds.length; start += TICKETS_MAX) {
      const texts = await ticketTexts(this.#store.read, ticketIds.slice(start, start + TICKETS_MAX))
      for (const one of texts) {
        // A ticket of long texts takes some time; others have their turn before the next.
        await setImmediate()
        words.push(wordsOfTicket(one))
        const as = countedAs(one.ticket, this.#zoneOf(one.ticket))
        if (as !== null) counted.set(one.ticket.id, as)
      }
    }
    const gone = new Set(ticketIds)
    for (const { ticketId } of words) gone.delete(ticketId)
    await this.#store.transaction(async (tx) => {
      if (!(await moveProgress(tx, from, to))) return
      await deleteWords(tx, [...gone])
      await replaceWords(tx, words)
      await recount(tx, ticketIds, counted)
    })
  }

  #zoneOf({ inboxId }: Ticket): string {
    return inboxOrFirst(this.#inboxes, inboxId)?.timeZone ?? 'UTC'
  }
}

/** The subject and the newest words are the last to be left out. */
export function wordsOfTicket({ ticket, people, comments }: TicketTexts): TicketWords {
  const head = [ticket.subject, String(ticket.id), ...ticket.tags, ...people]
  const fields = Object.values(ticket.fields)
  const said = (visibility: 'public' | 'internal'): string[] =>
    comments.filter((comment) => comment.visibility === visibility).map(({ text }) => text)
  return {
    ticketId: ticket.id,
    shared: wordsOfAll([...head, ...fields, ...said('public')]),
    internal: wordsOfAll(said('internal')),
  }
}

/** A phrase does not go from one text to the next: an empty place is between them. */
function wordsOfAll(texts: readonly string[]): string[] {
  const words: string[] = []
  for (const text of texts) {
    const left = WORDS_MAX - words.length
    if (left <= 0) break
    if (words.length > 0) words.push(BETWEEN)
    words.push(...wordsOf(text, left))
  }
  return words
}

/** Nobody can ask for it: it is neither letter nor digit, and both databases take it for a word. */
const BETWEEN = '·'
