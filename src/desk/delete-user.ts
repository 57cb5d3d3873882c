/** Deleting an account: what becomes of the tickets is for the admin to say. */
import type { Address } from '../mail/address.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import { closeAccount, forgetAddress } from '../store/forget-user.ts'
import type { Tx } from '../store/open.ts'
import { listAssigned, listRequested } from '../store/reads/tickets-of-user.ts'
import { updateTicket } from '../store/tickets.ts'
import { markDeleted } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import { ticketUpdated } from './change-ticket.ts'
import type { Author } from './context.ts'
import { deleteTicket } from './delete-ticket.ts'
import { keepAnAdmin, userChanged } from './manage-users.ts'
import { actorOf } from './record-comment.ts'

export const TICKET_FATES = ['keep', 'anonymize', 'delete'] as const
/**
 * `keep`: they still tell who asked. `anonymize`: they stay, and nobody can tell whose they were by
 * name or address. `delete`: those he asked for are deleted, the others anonymised.
 */
export type TicketFate = (typeof TICKET_FATES)[number]

/**
 * He cannot log in any more, and his open tickets have no assignee. Mail from him begins anew.
 *
 * @throws AppError `last-admin`.
 */
export async function deleteUser(
  tx: Tx,
  input: { user: User; tickets: TicketFate; author: Author | null },
  at: Date,
): Promise<void> {
  const { user, tickets } = input
  await keepAnAdmin(tx, user)
  const author = input.author ?? { type: 'system', user: null }
  await letGo(tx, user, author, at)
  await closeAccount(tx, user.id)
  if (tickets === 'delete') {
    for (const ticket of await listRequested(tx, user.id)) {
      await deleteTicket(tx, { ticket, author }, at)
    }
  }
  // RFC 2606 §2: nobody ever has an address under .invalid.
  const replacement = `deleted-${user.id}@deleted.invalid` as Address
  if (tickets !== 'keep') {
    await forgetAddress(tx, { userId: user.id, email: user.email, replacement })
  }
  await markDeleted(tx, user.id, { email: tickets === 'keep' ? null : replacement }, at)
  await insertEvents(tx, [userChanged(user.id, { deleted: true, tickets }, actorOf(author))], at)
}

async function letGo(tx: Tx, user: User, author: Author, at: Date): Promise<void> {
  for (const ticket of await listAssigned(tx, user.id)) {
    const change = { assigneeId: null }
    if (!(await updateTicket(tx, ticket, change, at))) {
      throw new Overtaken(`ticket ${ticket.id} changed meanwhile`)
    }
    await insertEvents(tx, [ticketUpdated(ticket, change, author)], at)
  }
}
