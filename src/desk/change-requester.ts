/** Corrects whose ticket it is: the one taken from a forwarded header may be the wrong one. */
import { AppError } from '../errors.ts'
import { type Address, splitSubaddress } from '../mail/address.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { replaceRequester } from '../store/participants.ts'
import { updateTicket } from '../store/tickets.ts'
import { ensureContact, findUserByEmail } from '../store/users.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff } from '../ticket/user.ts'
import { getTicket } from './add-comment.ts'
import { ticketUpdated } from './change-ticket.ts'
import type { Author, DeskContext } from './context.ts'

/** The one before no longer takes part. @throws AppError `own-address`, `is-an-agent`, `not-found`. */
export async function changeRequester(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; address: Address; author: Author },
  at: Date,
): Promise<Ticket> {
  const ticket = await getTicket(tx, input.ticketId)
  const { address, author } = input
  if (ownAddresses(context.inboxes).has(splitSubaddress(address).base)) {
    throw new AppError('invalid', 'own-address', `${address} is an address of an inbox.`)
  }
  const known = await findUserByEmail(tx, address)
  if (known !== null && isStaff(known)) {
    throw new AppError('invalid', 'is-an-agent', `${address} belongs to an agent.`)
  }
  const user = known ?? (await ensureContact(tx, { address, name: null }, at))
  if (user.id === ticket.requesterId) return ticket
  const change = { requesterId: user.id, requesterSource: 'agent' as const }
  if (!(await updateTicket(tx, ticket, change, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed meanwhile`)
  }
  await replaceRequester(tx, { ticketId: ticket.id, userId: user.id }, at)
  await insertEvents(tx, [ticketUpdated(ticket, change, author)], at)
  return getTicket(tx, ticket.id)
}
