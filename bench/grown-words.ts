/** The words of the stories, with a place in them for what differs between the copies: number and address. */
import { wordsOfTicket } from '../src/desk/index-tickets.ts'
import { isPostgres } from '../src/store/dialect.ts'
import type { Store, Tx } from '../src/store/open.ts'
import { type TicketTexts, ticketTexts } from '../src/store/reads/ticket-texts.ts'
import { replaceWords, type TicketWords } from '../src/store/ticket-words.ts'
import { SCRATCH, TICKET_MARK, USER_MARK } from './grown-rows.ts'

const BATCH = 500

/** SQLite keeps no words that could be read again, PostgreSQL keeps them as it writes them. */
export async function keepWords(store: Store): Promise<void> {
  const isPg = store.kind === 'postgres'
  if (!isPg) {
    await store.transaction((tx) =>
      tx.raw(`create table ${SCRATCH.words} (id integer primary key, shared text, internal text)`),
    )
  }
  for (let after = 0; ; ) {
    const rows = await store
      .read('tickets')
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .select<{ id: number }[]>('id')
    const last = rows.at(-1)
    if (last === undefined) break
    const texts = await ticketTexts(
      store.read,
      rows.map(({ id }) => id),
    )
    await store.transaction((tx) => write(tx, texts))
    after = last.id
  }
  if (isPg) {
    await store.transaction((tx) =>
      tx.raw(
        `create table ${SCRATCH.words} as select id, shared::text, everything::text from ticket_words`,
      ),
    )
  }
}

async function write(tx: Tx, texts: readonly TicketTexts[]): Promise<void> {
  const words = texts.map(markedWords)
  if (isPostgres(tx)) return replaceWords(tx, words)
  for (const { ticketId, shared, internal } of words) {
    await tx(SCRATCH.words).insert({
      id: ticketId,
      shared: shared.join(' '),
      internal: internal.join(' '),
    })
  }
}

function markedWords(texts: TicketTexts): TicketWords {
  const { ticket, people } = texts
  const own = `.${ticket.requesterId ?? 0}@`
  const words = wordsOfTicket({
    ...texts,
    ticket: { ...ticket, id: TICKET_MARK as typeof ticket.id },
    people: people.map((one) => one.replace(own, `.${USER_MARK}@`)),
  })
  return { ...words, ticketId: ticket.id }
}
