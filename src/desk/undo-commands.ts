/** `#undo`: the ticket becomes again what it was before the last commands. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { findReceipt, markUndone } from '../store/receipts.ts'
import { type TicketChange, updateTicket } from '../store/tickets.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { User } from '../ticket/user.ts'
import { getTicket, statusChanged } from './add-comment.ts'
import { ticketUpdated } from './change-ticket.ts'
import type { DeskContext } from './context.ts'

/**
 * Only the agent's own, and only while nothing else happened to the ticket since. People who
 * joined stay: what was mailed to them cannot be taken back.
 *
 * @throws AppError `nothing-to-undo`.
 */
export async function undoLast(
  tx: Tx,
  context: DeskContext,
  { ticketId, agent }: { ticketId: number; agent: User },
  at: Date,
): Promise<void> {
  const ticket = await getTicket(tx, ticketId)
  const receipt = await findReceipt(tx, { ticketId, agentId: agent.id })
  if (receipt === null || receipt.undoneAt !== null) {
    throw new AppError('conflict', 'nothing-to-undo', 'There are no commands of yours to undo.')
  }
  if (receipt.version !== ticket.version) {
    throw new AppError(
      'conflict',
      'nothing-to-undo',
      'Something else happened to the ticket since; undo it by hand.',
    )
  }
  const { status, ...plain } = receipt.before
  const change: TicketChange = {
    ...plain,
    ...(status === undefined ? {} : { status: ruleOf(context.lifecycle, status) }),
  }
  if (!(await updateTicket(tx, ticket, change, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed meanwhile`)
  }
  const author = { type: 'agent' as const, user: agent }
  const events: NewEvent[] = [ticketUpdated(ticket, plain, author)]
  if (change.status !== undefined) {
    events.push(statusChanged(ticket, ruleOf(context.lifecycle, change.status.name), author))
  }
  await insertEvents(tx, events, at)
  await markUndone(tx, receipt.id, at)
}
