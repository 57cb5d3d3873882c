/** Deleting a ticket hides it from everybody; nothing is lost, and an admin brings it back. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { findTicket, updateTicket } from '../store/tickets.ts'
import { dropPendingAcknowledgements } from '../outbound/notices.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { ticketUpdated } from './change-ticket.ts'
import type { Author } from './context.ts'

/** A deleted ticket owes nobody an acknowledgement. */
export async function deleteTicket(
  tx: Tx,
  { ticket, author }: { ticket: Ticket; author: Author },
  at: Date,
): Promise<Ticket> {
  await dropPendingAcknowledgements(tx, ticket.id, 'the ticket was deleted first')
  return mark(tx, { ticket, author }, at, at)
}

/** @throws AppError `not-found`; a ticket that is not deleted is given back as it is. */
export async function restoreTicket(
  tx: Tx,
  { ticketId, author }: { ticketId: number; author: Author },
  at: Date,
): Promise<Ticket> {
  const ticket = await findTicket(tx, ticketId)
  if (ticket === null)
    throw new AppError('not_found', 'not-found', `There is no ticket ${ticketId}.`)
  return ticket.deletedAt === null ? ticket : mark(tx, { ticket, author }, null, at)
}

async function mark(
  tx: Tx,
  { ticket, author }: { ticket: Ticket; author: Author },
  deletedAt: Date | null,
  at: Date,
): Promise<Ticket> {
  if (!(await updateTicket(tx, ticket, { deletedAt }, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed meanwhile`)
  }
  await insertEvents(tx, [ticketUpdated(ticket, { deletedAt }, author)], at)
  return { ...ticket, deletedAt, version: ticket.version + 1, updatedAt: at }
}
