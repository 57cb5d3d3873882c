/** The link of a mail: for customers to one ticket, for one person, without signing in. */
import { dayOf } from '../reply-token.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { OutboundContext } from './enqueue.ts'

interface Reader {
  readonly userId: number
  /** They sign in: a link that lets one in without would not open for them. */
  readonly isStaff: boolean
}

/** '' where customers could not reach the desk. */
export const ticketLink = (
  { linksForCustomers, publicUrl, tokens }: OutboundContext,
  ticket: Ticket,
  { userId, isStaff }: Reader,
  at: Date,
): string => {
  if (isStaff) return `${publicUrl}/tickets/${ticket.id}`
  if (!linksForCustomers) return ''
  return `${publicUrl}/t/${tokens.make({ kind: 'view', ticketId: ticket.id, userId, day: dayOf(at) })}`
}
