/** Who takes part in a ticket (and gets its mail), and which agents watch it. */
import { AppError } from '../errors.ts'
import type { NamedAddress } from '../mail/address.ts'
import { splitSubaddress } from '../mail/address.ts'
import { insertEvents } from '../store/events.ts'
import { muteTicket, unmuteTicket } from '../store/notice-settings.ts'
import type { Tx } from '../store/open.ts'
import {
  addParticipant,
  addWatcher,
  removeParticipant,
  removeWatcher,
} from '../store/participants.ts'
import { ensureContact, findUserByEmail } from '../store/users.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { getTicket } from './add-comment.ts'
import type { Author, DeskContext } from './context.ts'
import { actorOf } from './record-comment.ts'

/**
 * Adds somebody to whom answers are copied. False: he takes part already.
 *
 * @throws AppError `own-address`, `is-an-agent` (agents watch instead: their addresses are private),
 *   `not-found`.
 */
export async function joinTicket(
  tx: Tx,
  context: DeskContext,
  input: { ticketId: number; who: NamedAddress; author: Author },
  at: Date,
): Promise<boolean> {
  const ticket = await getTicket(tx, input.ticketId)
  const { address } = input.who
  if (ownAddresses(context.inboxes).has(splitSubaddress(address).base)) {
    throw new AppError('invalid', 'own-address', `${address} is an address of an inbox.`)
  }
  const known = await findUserByEmail(tx, address)
  if (known !== null && isStaff(known)) {
    throw new AppError('invalid', 'is-an-agent', 'Agents follow a ticket; they are not copied.')
  }
  const user = known ?? (await ensureContact(tx, input.who, at))
  const joined = await addParticipant(tx, { ticketId: ticket.id, userId: user.id, role: 'cc' }, at)
  if (joined) await told(tx, ticket.id, { participant_joined: user.id }, input.author, at)
  return joined
}

/** False: nobody with this address was copied. The requester stays. @throws AppError `not-found`. */
export async function leaveTicket(
  tx: Tx,
  input: { ticketId: number; address: NamedAddress['address']; author: Author },
  at: Date,
): Promise<boolean> {
  const ticket = await getTicket(tx, input.ticketId)
  const user = await findUserByEmail(tx, input.address)
  if (user === null || !(await removeParticipant(tx, ticket.id, user.id))) return false
  await told(tx, ticket.id, { participant_left: user.id }, input.author, at)
  return true
}

/** The agent gets the notices of this ticket, whoever is in charge. @throws AppError `not-found`. */
export async function followTicket(
  tx: Tx,
  input: { ticketId: number; agent: User },
  at: Date,
): Promise<void> {
  await getTicket(tx, input.ticketId)
  await unmuteTicket(tx, input.ticketId, input.agent.id)
  await addWatcher(tx, input.ticketId, input.agent.id, at)
}

/** The agent hears no more of this ticket, whoever is in charge. @throws AppError `not-found`. */
export async function unfollowTicket(
  tx: Tx,
  input: { ticketId: number; agent: Pick<User, 'id'> },
  at: Date,
): Promise<void> {
  await getTicket(tx, input.ticketId)
  await removeWatcher(tx, input.ticketId, input.agent.id)
  await muteTicket(tx, input.ticketId, input.agent.id, at)
}

async function told(
  tx: Tx,
  ticketId: number,
  data: Record<string, unknown>,
  author: Author,
  at: Date,
): Promise<void> {
  const actor = actorOf(author)
  await insertEvents(tx, [{ type: 'ticket.updated', ticketId, commentId: null, actor, data }], at)
}
