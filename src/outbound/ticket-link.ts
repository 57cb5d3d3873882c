/** The link of a customer's mail: to one ticket, for one person, without signing in. */
import { dayOf } from '../reply-token.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { OutboundContext } from './enqueue.ts'

/** '' where customers could not reach the desk. */
export const ticketLink = (
  { linksForCustomers, publicUrl, tokens }: OutboundContext,
  { ticket, userId }: { ticket: Ticket; userId: number },
  at: Date,
): string =>
  linksForCustomers
    ? `${publicUrl}/t/${tokens.make({ kind: 'view', ticketId: ticket.id, userId, day: dayOf(at) })}`
    : ''
