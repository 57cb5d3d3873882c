/** What is known now about things that events name: one query per kind, however many events. */
import type { Comment } from '../../ticket/comment.ts'
import type { Ticket } from '../../ticket/ticket.ts'
import type { User } from '../../ticket/user.ts'
import { findComments } from '../comments.ts'
import type { StoredEvent } from '../events.ts'
import { listInboxRows } from '../inboxes.ts'
import type { Queryable } from '../open.ts'
import { findTickets } from '../tickets.ts'
import { findUsers } from '../users.ts'

/** By id; what is not there any more is missing. */
export interface EventContext {
  readonly tickets: ReadonlyMap<number, Ticket>
  readonly comments: ReadonlyMap<number, Comment>
  readonly users: ReadonlyMap<number, User>
  /** Names. */
  readonly inboxes: ReadonlyMap<number, string>
}

export async function contextOfEvents(
  db: Queryable,
  events: readonly StoredEvent[],
): Promise<EventContext> {
  const tickets = await findTickets(db, idsOf(events.map(({ ticketId }) => ticketId)))
  const comments = await findComments(db, idsOf(events.map(({ commentId }) => commentId)))
  const users = await findUsers(
    db,
    idsOf([
      ...events.map(({ actor }) => actor.id),
      ...tickets.flatMap(({ requesterId, assigneeId }) => [requesterId, assigneeId]),
      ...comments.map(({ authorId }) => authorId),
    ]),
  )
  return {
    tickets: new Map(tickets.map((ticket) => [ticket.id, ticket])),
    comments: new Map(comments.map((comment) => [comment.id, comment])),
    users: new Map(users.map((user) => [user.id, user])),
    inboxes: new Map((await listInboxRows(db)).map(({ id, name }) => [id, name])),
  }
}

const idsOf = (ids: readonly (number | null)[]): number[] => [
  ...new Set(ids.filter((id) => id !== null)),
]
