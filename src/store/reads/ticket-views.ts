/** Tickets with the people and names around them: one query for each kind, however many tickets. */
import type { Participant, Ticket } from '../../ticket/ticket.ts'
import type { User } from '../../ticket/user.ts'
import { listInboxRows } from '../inboxes.ts'
import type { Queryable } from '../open.ts'
import { listParticipants } from '../participants.ts'
import { findUsers } from '../users.ts'

export interface TicketView {
  readonly ticket: Ticket
  readonly requester: User | null
  readonly assignee: User | null
  readonly participants: readonly Participant[]
  /** Its inbox's name. */
  readonly inbox: string | null
  /** Tickets that may belong to it. */
  readonly relatedIds: readonly number[]
  /** How many comments the asker may read. */
  readonly commentsCount: number
}

export async function viewTickets(
  db: Queryable,
  tickets: readonly Ticket[],
  { publicOnly }: { publicOnly: boolean },
): Promise<TicketView[]> {
  if (tickets.length === 0) return []
  const ids = tickets.map(({ id }) => id)
  const [taking, people, inboxRows, related, counts] = await inTurnOrAtOnce(db, [
    () => listParticipants(db, ids),
    () => findUsers(db, tickets.flatMap(peopleOf)),
    () => listInboxRows(db),
    async () => (publicOnly ? new Map<number, number[]>() : relatedTo(db, ids)),
    async () => (publicOnly ? publicCounts(db, ids) : null),
  ])
  const participants = groupBy(taking, ({ ticketId }) => ticketId)
  const users = new Map(people.map((user) => [user.id, user]))
  const inboxes = new Map(inboxRows.map(({ id, name }) => [id, name]))
  const user = (id: number | null) => (id === null ? null : (users.get(id) ?? null))
  return tickets.map((ticket) => ({
    ticket,
    requester: user(ticket.requesterId),
    assignee: user(ticket.assigneeId),
    participants: participants.get(ticket.id) ?? [],
    inbox: ticket.inboxId === null ? null : (inboxes.get(ticket.inboxId) ?? null),
    relatedIds: related.get(ticket.id) ?? [],
    commentsCount: counts === null ? ticket.commentsCount : (counts.get(ticket.id) ?? 0),
  }))
}

/**
 * Questions that do not wait for each other: a way to PostgreSQL and back for all of them together,
 * not for each. A transaction has one connection, which takes them one after the other.
 */
async function inTurnOrAtOnce<Answers extends readonly unknown[]>(
  db: Queryable,
  questions: { readonly [N in keyof Answers]: () => Promise<Answers[N]> },
): Promise<Answers> {
  const answers: unknown[] = []
  if (db.isTransaction !== true) {
    answers.push(...(await Promise.all(questions.map((ask) => ask()))))
  } else for (const ask of questions) answers.push(await ask())
  return answers as unknown as Answers
}

const peopleOf = ({ requesterId, assigneeId }: Ticket): number[] =>
  [requesterId, assigneeId].filter((id) => id !== null)

/** Both ways: a ticket is related to those that say so of it. */
async function relatedTo(db: Queryable, ids: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await db<{ ticket_id: number; related_id: number }>('ticket_links')
    .whereIn('ticket_id', [...ids])
    .orWhereIn('related_id', [...ids])
    .select('ticket_id', 'related_id')
  const related = new Map<number, Set<number>>(ids.map((id) => [id, new Set()]))
  for (const row of rows) {
    related.get(row.ticket_id)?.add(row.related_id)
    related.get(row.related_id)?.add(row.ticket_id)
  }
  return new Map([...related].map(([id, others]) => [id, [...others].toSorted((a, b) => a - b)]))
}

async function publicCounts(db: Queryable, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await db('comments')
    .whereIn('ticket_id', [...ids])
    .where({ visibility: 'public' })
    .groupBy('ticket_id')
    .count({ count: '*' })
    .select<{ ticket_id: number; count: number }[]>('ticket_id')
  return new Map(rows.map((row) => [row.ticket_id, Number(row.count)]))
}

export function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
