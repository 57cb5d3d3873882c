/** What a customer may ask for by mail: to close his ticket, and to get no automatic mail. */
import type { Tx } from '../store/open.ts'
import { suppress } from '../store/suppressions.ts'
import { closingStatus } from '../ticket/lifecycle.ts'
import type { User } from '../ticket/user.ts'
import { getTicket } from './add-comment.ts'
import { changeTicket } from './change-ticket.ts'
import type { DeskContext } from './context.ts'

/** A ticket that is closed, or that no step leads to closed, stays as it is. */
export async function closeForCustomer(
  tx: Tx,
  context: DeskContext,
  ticketId: number,
  customer: User,
  at: Date,
): Promise<void> {
  const ticket = await getTicket(tx, ticketId)
  const status = closingStatus(context.lifecycle, ticket.status)
  if (status === null || status === ticket.status) return
  const author = { type: 'customer' as const, user: customer }
  await changeTicket(tx, context, { ticketId, change: { status }, author }, at)
}

/** People's answers still reach him. */
export const stopMailing = (tx: Tx, { email }: User, at: Date): Promise<void> =>
  suppress(tx, { address: email, reason: 'asked', detail: 'asked by mail' }, at)
