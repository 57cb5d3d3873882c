/**
 * Who an OpenID provider lets in. It speaks for its own subjects, and for addresses it vouches for:
 * with these it opens the account that is there, or one that the desk's rules of registering allow.
 */
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import type { Identity } from '../openid.ts'
import { endCodes } from '../store/codes.ts'
import { insertEvents } from '../store/events.ts'
import { deleteIdentities, insertIdentity, userIdOfIdentity } from '../store/identities.ts'
import type { Tx } from '../store/open.ts'
import { deleteSessions } from '../store/sessions.ts'
import { ensureUser, findAccount, lockAccount, updateUser } from '../store/users.ts'
import type { Actor } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'
import { userChanged } from './manage-users.ts'
import { stateOfProven, tellAdmins } from './register.ts'

/**
 * The user who this is. He may be nobody who may log in yet: see `refuseInactive` of
 * log-in.ts, which comes after the transaction, for admins were told of him in it.
 *
 * @throws AppError `address-not-proven`, `registration-closed`, `other-identity`.
 */
export async function userOfIdentity(
  tx: Tx,
  context: DeskContext,
  { identity, registration }: { identity: Identity; registration: Config['registration'] },
  at: Date,
): Promise<User> {
  const known = await userIdOfIdentity(tx, identity)
  const user = known === null ? null : await findAccount(tx, known)
  if (user !== null) return user
  const { email, emailProven } = identity
  if (email === null || !emailProven) {
    const sentence = 'The provider does not vouch for an address that may log in here.'
    throw new AppError('forbidden', 'address-not-proven', sentence)
  }
  const owner = await accountOf(tx, context, { email, name: identity.name, registration }, at)
  const { issuer, subject } = identity
  if (!(await insertIdentity(tx, { userId: owner.id, issuer, subject }, at))) {
    // He came by two tabs, and the other one was faster.
    if ((await userIdOfIdentity(tx, identity)) === owner.id) return owner
    const sentence = 'Somebody else of this provider had this address before; ask an admin.'
    throw new AppError('conflict', 'other-identity', sentence)
  }
  const actor = { type: 'user', id: owner.id } as const
  await insertEvents(tx, [userChanged(owner.id, { identity: issuer }, actor)], at)
  return owner
}

/** Whose address it is: proven, as if a code had come back. */
async function accountOf(
  tx: Tx,
  context: DeskContext,
  person: { email: Address; name: string | null; registration: Config['registration'] },
  at: Date,
): Promise<User> {
  const { email, name, registration } = person
  const { user: found } = await ensureUser(
    tx,
    { email, name: null, role: 'customer', state: 'contact' },
    at,
  )
  const user = (await lockAccount(tx, found.id)) ?? found
  if (user.state !== 'contact' && user.state !== 'unverified') return user
  if (registration === 'closed') {
    throw new AppError('forbidden', 'registration-closed', 'An admin adds people here.')
  }
  // Whoever asked for a password before this need not be the owner.
  await endCodes(tx, { userId: user.id }, at)
  const opened = { ...user, name: user.name ?? name, state: stateOfProven(registration) }
  await updateUser(tx, user.id, { state: opened.state, name: opened.name })
  const actor = { type: 'user', id: user.id } as const
  await insertEvents(tx, [userChanged(user.id, { state: opened.state }, actor)], at)
  if (opened.state === 'pending_approval') await tellAdmins(tx, context, opened, at)
  return opened
}

/** Nobody logs in as this user by a provider until he proves his address there again. */
export async function forgetIdentities(
  tx: Tx,
  { user, actor }: { user: User; actor: Actor },
  at: Date,
): Promise<boolean> {
  if ((await deleteIdentities(tx, user.id)) === 0) return false
  await deleteSessions(tx, user.id)
  await insertEvents(tx, [userChanged(user.id, { identity: null }, actor)], at)
  return true
}
