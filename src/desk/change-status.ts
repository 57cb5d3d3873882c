/** Moves a ticket to another status, along the lifecycle only. */
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { Overtaken } from '../store/database-errors.ts'
import { updateTicket } from '../store/tickets.ts'
import { getStatus, stepTo } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { getTicket, statusChanged, stepRefused, withoutStaleMail } from './add-comment.ts'
import type { Author, DeskContext } from './context.ts'

/**
 * The same status again changes nothing and makes no event.
 * @param word a status or one of its aliases.
 * @throws AppError `unknown-status`, `status-transition-not-allowed`, `not-found`.
 */
export async function changeStatus(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; word: string; author: Author },
  at: Date,
): Promise<Ticket> {
  const target = getStatus(context.lifecycle, input.word)
  const ticket = await getTicket(tx, input.ticketId)
  const step = stepTo(context.lifecycle, ticket.status, target.name)
  if (step.do === 'stay') return ticket
  if (step.do === 'refuse') throw stepRefused(ticket, target.name, step.allowed)
  if (!(await updateTicket(tx, ticket, { status: step.to }, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed while its status was`)
  }
  await insertEvents(tx, [statusChanged(ticket, step.to, input.author)], at)
  await withoutStaleMail(tx, ticket.id, step.to)
  return getTicket(tx, ticket.id)
}
