/** People who may log in: adding them and changing what they may do. */
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { countOtherAdmins, ensureUser, findUserByEmail, updateUser } from '../store/users.ts'
import { type Actor, SYSTEM } from '../ticket/comment.ts'
import type { Role, User } from '../ticket/user.ts'

export interface AddUserInput {
  readonly email: Address
  readonly name: string | null
  readonly role: Role
}

/**
 * Adds an active user. Somebody who only wrote to us before becomes this user; one who can log in
 * already is left as he is (`created` false).
 */
export async function addUser(
  tx: Tx,
  input: AddUserInput,
  at: Date,
): Promise<{ user: User; created: boolean }> {
  const added = await ensureUser(tx, { ...input, state: 'active' }, at)
  const { user } = added
  if (!added.created && user.state !== 'contact') return added
  if (!added.created) {
    await updateUser(tx, user.id, {
      role: input.role,
      state: 'active',
      name: input.name ?? user.name,
    })
  }
  await insertEvents(tx, [userChanged(user.id, { role: input.role, state: 'active' })], at)
  return { user: await getUser(tx, input.email), created: true }
}

/**
 * @throws AppError `not-found`; `last-admin` when nobody could administrate any more.
 */
export async function changeRole(
  tx: Tx,
  input: { email: Address; role: Role },
  at: Date,
): Promise<User> {
  const user = await getUser(tx, input.email)
  if (user.role === input.role) return user
  if (user.role === 'admin' && (await countOtherAdmins(tx, user.id)) === 0) {
    throw new AppError(
      'conflict',
      'last-admin',
      `${user.email} is the last admin; make somebody else admin first.`,
    )
  }
  // Who only wrote to us before, and now works here, can log in and answer by mail.
  const state = user.state === 'contact' ? 'active' : user.state
  await updateUser(tx, user.id, { role: input.role, state })
  await insertEvents(tx, [userChanged(user.id, { role: input.role, state })], at)
  return { ...user, role: input.role, state }
}

async function getUser(tx: Tx, email: Address): Promise<User> {
  const user = await findUserByEmail(tx, email)
  if (user === null) throw new AppError('not_found', 'not-found', `There is no user ${email}.`)
  return user
}

const userChanged = (userId: number, data: Record<string, unknown>, actor: Actor = SYSTEM) => ({
  type: 'user.changed' as const,
  ticketId: null,
  commentId: null,
  actor,
  data: { user_id: userId, ...data },
})
