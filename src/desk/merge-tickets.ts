/**
 * Two tickets about one thing: the first is closed and points to the second, whose people and
 * conversation go on. Mail that belongs to the first reaches the second (inbound/candidates.ts).
 */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import { moveHeld } from '../store/held-replies.ts'
import type { Tx } from '../store/open.ts'
import {
  addParticipant,
  addWatcher,
  listParticipants,
  listWatcherIds,
} from '../store/participants.ts'
import { updateTicket } from '../store/tickets.ts'
import { restingStatus } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { addComment, getTicket, statusChanged, withoutStaleMail } from './add-comment.ts'
import { ticketUpdated } from './change-ticket.ts'
import { type Author, type DeskContext, saidByApi } from './context.ts'

/**
 * @returns both as they are now.
 * @throws AppError `same-ticket`, `already-merged`, `ticket-closed` (nobody is sent into the past),
 *   `not-found`.
 */
export async function mergeTickets(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; intoId: number; author: Author },
  at: Date,
): Promise<{ ticket: Ticket; into: Ticket }> {
  const ticket = await getTicket(tx, input.ticketId)
  const into = await getTicket(tx, input.intoId)
  refuseIfSenseless(ticket, into)
  const note = saidByApi(`Ticket ${ticket.id} was merged into this one: ${ticket.subject}`)
  // First: it is refused when the target takes no comments.
  await addComment(
    tx,
    context,
    {
      ticketId: into.id,
      visibility: 'internal',
      author: input.author,
      said: note,
      moveTo: null,
      mailOut: false,
      notifyAgents: false,
      reopening: false,
    },
    at,
  )
  await bringPeople(tx, ticket, into, at)
  await moveHeld(tx, ticket.id, into.id)
  await close(tx, context, { ticket, into, author: input.author }, at)
  return { ticket: await getTicket(tx, ticket.id), into: await getTicket(tx, into.id) }
}

function refuseIfSenseless(ticket: Ticket, into: Ticket): void {
  if (ticket.id === into.id) {
    throw new AppError('invalid', 'same-ticket', 'A ticket cannot be merged into itself.')
  }
  const merged = [ticket, into].find(({ mergedInto }) => mergedInto !== null)
  if (merged !== undefined) {
    throw new AppError(
      'conflict',
      'already-merged',
      `Ticket ${merged.id} is part of ticket ${merged.mergedInto} already.`,
      { merged_into: merged.mergedInto },
    )
  }
}

/** Whoever took part in the one gets the answers of the other. */
async function bringPeople(tx: Tx, from: Ticket, into: Ticket, at: Date): Promise<void> {
  for (const { userId } of await listParticipants(tx, [from.id])) {
    await addParticipant(tx, { ticketId: into.id, userId, role: 'cc' }, at)
  }
  const watchers = await listWatcherIds(tx, from.id)
  if (from.assigneeId !== null && from.assigneeId !== into.assigneeId) {
    watchers.push(from.assigneeId)
  }
  for (const userId of watchers) await addWatcher(tx, into.id, userId, at)
}

async function close(
  tx: Tx,
  { lifecycle }: DeskContext,
  { ticket, into, author }: { ticket: Ticket; into: Ticket; author: Author },
  at: Date,
): Promise<void> {
  const closed = ticket.statusCategory === 'closed' ? null : restingStatus(lifecycle)
  const change = {
    mergedInto: into.id,
    ...(closed === null ? {} : { status: closed }),
  }
  if (!(await updateTicket(tx, ticket, change, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed while it was merged`)
  }
  const events = [ticketUpdated(ticket, { mergedInto: into.id }, author)]
  if (closed !== null) events.push(statusChanged(ticket, closed, author))
  await insertEvents(tx, events, at)
  if (closed !== null) await withoutStaleMail(tx, ticket.id, closed)
}
