/** The one look into the store between the two pure halves of threading. */
import { ticketsByCommentMessageIds } from '../store/comments.ts'
import type { Queryable } from '../store/open.ts'
import { outboxByMessageIds } from '../store/outbox.ts'
import { listParticipants } from '../store/participants.ts'
import { findTickets, splitFrom } from '../store/tickets.ts'
import { usersById } from '../store/users.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff } from '../ticket/user.ts'
import type { Candidate, Hints } from './thread.ts'

/** A merged ticket leads to its target, which may be merged itself. */
const MERGES_FOLLOWED_MAX = 5

/** Every ticket that a hint names, with the people on it; merged ones by their target. */
export async function findCandidates(db: Queryable, hints: Hints): Promise<Candidate[]> {
  const byMessageId = await namedByMessageIds(db, hints.messageIds)
  const named = new Set([
    ...hints.tokens.map(({ ticketId }) => ticketId),
    ...byMessageId.map(({ ticketId }) => ticketId),
    ...(hints.ticketNumber === null ? [] : [hints.ticketNumber]),
  ])
  if (named.size === 0) return []
  const targets = await followMerges(db, [...named])
  await followSplit(db, { hints, byMessageId }, targets)
  const tickets = [...new Map([...targets.values()].map((ticket) => [ticket.id, ticket])).values()]
  const participants = await listParticipants(
    db,
    tickets.map(({ id }) => id),
  )
  return tickets.map((ticket) => {
    const ids = [...targets].filter(([, target]) => target.id === ticket.id).map(([id]) => id)
    return {
      ticket,
      ids,
      messageIds: byMessageId.filter((m) => ids.includes(m.ticketId)).map((m) => m.messageId),
      participants: participants.filter((p) => p.ticketId === ticket.id).map((p) => p.email),
    }
  })
}

/**
 * The token of an answer names the ticket that its comment was in when it was mailed. What is
 * answered may be in a ticket of its own by now: then the token, in the hands of somebody who may
 * see that one, stands for it.
 */
async function followSplit(
  db: Queryable,
  { hints, byMessageId }: { hints: Hints; byMessageId: readonly NamedByMessageId[] },
  targets: Map<number, Ticket>,
): Promise<void> {
  const [nearest] = hints.messageIds.flatMap((id) =>
    byMessageId.filter(({ messageId }) => messageId === id),
  )
  const made = nearest === undefined ? undefined : targets.get(nearest.ticketId)
  if (nearest === undefined || made === undefined) return
  const others = hints.tokens.filter(({ ticketId }) => ticketId !== nearest.ticketId)
  const ids = others.map(({ ticketId }) => ticketId)
  const before = await splitFrom(db, nearest.ticketId, ids)
  if (before.length === 0) return
  const people = await listParticipants(db, [made.id])
  const users = await usersById(
    db,
    others.map(({ userId }) => userId),
  )
  const maySee = (userId: number): boolean => {
    const user = users.get(userId)
    return (user !== undefined && isStaff(user)) || people.some((one) => one.userId === userId)
  }
  for (const { ticketId, userId } of others) {
    if (before.includes(ticketId) && maySee(userId)) targets.set(ticketId, made)
  }
}

interface NamedByMessageId {
  readonly messageId: string
  readonly ticketId: number
}

async function namedByMessageIds(
  db: Queryable,
  messageIds: readonly string[],
): Promise<NamedByMessageId[]> {
  const [received, sent] = [
    await ticketsByCommentMessageIds(db, messageIds),
    await outboxByMessageIds(db, messageIds),
  ]
  return [
    ...received,
    ...sent.flatMap(({ messageId, ticketId }) =>
      ticketId === null ? [] : [{ messageId, ticketId }],
    ),
  ]
}

/**
 * Named id -> the ticket that stands for it today. One whose target is gone, or lies at the end of
 * more merges than we follow, is still a merged one.
 */
export async function followMerges(
  db: Queryable,
  ids: readonly number[],
): Promise<Map<number, Ticket>> {
  const targets = new Map((await findTickets(db, ids)).map((ticket) => [ticket.id, ticket]))
  for (let step = 0; step < MERGES_FOLLOWED_MAX; step += 1) {
    const next = [...targets.values()].flatMap(({ mergedInto }) => mergedInto ?? [])
    if (next.length === 0) break
    const found = new Map((await findTickets(db, next)).map((ticket) => [ticket.id, ticket]))
    for (const [id, ticket] of targets) {
      const into = ticket.mergedInto === null ? undefined : found.get(ticket.mergedInto)
      if (into !== undefined) targets.set(id, into)
    }
  }
  return targets
}
