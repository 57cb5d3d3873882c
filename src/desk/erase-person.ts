/** Erasing a person: what he wrote, what was written to him, and who he was. */
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import { countsOf, findBelongings, type PersonCounts } from '../store/belongings.ts'
import { eraseTraces, eraseWords } from '../store/erase-person.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Queryable, Tx } from '../store/open.ts'
import { deleteWords } from '../store/ticket-words.ts'
import { findUserByEmail, lockAccount } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import type { Author } from './context.ts'
import { deleteUser } from './delete-user.ts'
import { actorOf } from './record-comment.ts'

/** What erasing would take. @throws AppError `not-found`, `is-staff`. */
export async function previewErasure(db: Queryable, email: Address): Promise<PersonCounts> {
  return countsOf(await findBelongings(db, await personOf(db, email)))
}

/**
 * Subjects, texts, files and sources go, from search and from what webhooks are owed too; the rows
 * stay, so that counts stay right. Mail that is being handed over this moment cannot be called back.
 *
 * @returns what was erased
 * @throws AppError as {@link previewErasure}.
 */
export async function erasePerson(
  tx: Tx,
  { email, author }: { email: Address; author: Author },
  at: Date,
): Promise<PersonCounts> {
  const user = await personOf(tx, email)
  await lockAccount(tx, user.id)
  const found = await findBelongings(tx, user)
  const counts = countsOf(found)
  const tickets = await eraseWords(tx, found, at)
  await eraseTraces(tx, user, at)
  await deleteWords(tx, tickets)
  await deleteUser(tx, { user, tickets: 'anonymize', author }, at)
  const actor = actorOf(author)
  // The audit: who was erased, by number, and how much. The indexer reads the tickets anew.
  const change = { type: 'ticket.updated', commentId: null, actor, data: { erased: true } } as const
  const done: NewEvent = {
    type: 'user.changed',
    ticketId: null,
    commentId: null,
    actor,
    data: { user_id: user.id, erased: { ...counts } },
  }
  await insertEvents(tx, [...tickets.map((ticketId) => ({ ...change, ticketId })), done], at)
  return counts
}

async function personOf(db: Queryable, email: Address): Promise<User> {
  const user = await findUserByEmail(db, email)
  if (user === null) {
    throw new AppError('not_found', 'not-found', `Nobody here has the address ${email}.`)
  }
  if (user.role === 'customer') return user
  throw new AppError(
    'conflict',
    'is-staff',
    `${email} works here: what agents wrote belongs to the tickets. Delete the account instead.`,
    { current: user.role },
  )
}
