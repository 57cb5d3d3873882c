/** Taking a ticket and putting it back. */
import { AppError } from '../errors.ts'
import type { Tx } from '../store/open.ts'
import { findUser } from '../store/users.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { getTicket } from './add-comment.ts'
import { changeTicket } from './change-ticket.ts'
import type { DeskContext } from './context.ts'

/**
 * Makes the agent the assignee. Of two who take the same ticket one is told that he was late;
 * `force` takes it from a colleague.
 *
 * @throws AppError `already-taken`, `not-found`.
 */
export async function takeTicket(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; agent: User; force: boolean },
  at: Date,
): Promise<Ticket> {
  const ticket = await getTicket(tx, input.ticketId)
  if (!input.force) await refuseIfTaken(tx, ticket, input.agent)
  const author = { type: 'agent' as const, user: input.agent }
  return changeTicket(
    tx,
    context,
    { ticketId: ticket.id, change: { assignee: input.agent }, author },
    at,
  )
}

/**
 * A colleague who can no longer work holds nothing.
 * @throws AppError `already-taken`.
 */
export async function refuseIfTaken(
  tx: Tx,
  { id, assigneeId }: Ticket,
  agent: User,
): Promise<void> {
  if (assigneeId === null || assigneeId === agent.id) return
  const holder = await findUser(tx, assigneeId)
  if (holder === null || !isStaff(holder)) return
  throw new AppError(
    'conflict',
    'already-taken',
    `Ticket ${id} is taken by ${holder.name ?? holder.email}.`,
    { assignee: { id: holder.id, name: holder.name } },
  )
}

/** Nobody is in charge afterwards. @throws AppError `not-found`. */
export async function releaseTicket(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; agent: User },
  at: Date,
): Promise<Ticket> {
  const author = { type: 'agent' as const, user: input.agent }
  return changeTicket(
    tx,
    context,
    { ticketId: input.ticketId, change: { assignee: null }, author },
    at,
  )
}
