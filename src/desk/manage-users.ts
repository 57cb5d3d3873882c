/** People who may log in: adding them, letting them in, and changing what they may do. */
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import { mailNews } from '../outbound/account-mail.ts'
import { endCodes, latestCode } from '../store/codes.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { deletePassword, setPassword } from '../store/passwords.ts'
import { deleteSessions } from '../store/sessions.ts'
import {
  countOtherAdmins,
  ensureUser,
  findUserByEmail,
  lockAccount,
  updateUser,
} from '../store/users.ts'
import { type Actor, SYSTEM } from '../ticket/comment.ts'
import { type Role, ROLES, type User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'

export interface AddUserInput {
  readonly email: Address
  readonly name: string | null
  readonly role: Role
  readonly actor?: Actor
}

/**
 * Adds an active user. Somebody who only wrote to us before, or began to register, becomes this
 * user; one who can log in already is left as he is (`created` false).
 */
export async function addUser(
  tx: Tx,
  { actor = SYSTEM, ...input }: AddUserInput,
  at: Date,
): Promise<{ user: User; created: boolean }> {
  const added = await ensureUser(tx, { ...input, state: 'active' }, at)
  const { user } = added
  const cannotLogIn = user.state === 'contact' || user.state === 'unverified'
  if (!added.created && !cannotLogIn) return added
  if (!added.created) {
    await endCodes(tx, { userId: user.id }, at)
    await updateUser(tx, user.id, {
      role: input.role,
      state: 'active',
      name: input.name ?? user.name,
    })
  }
  await insertEvents(tx, [userChanged(user.id, { role: input.role, state: 'active' }, actor)], at)
  return { user: await getUserByEmail(tx, input.email), created: true }
}

/** The sessions end: who can do something new logs in anew. @throws AppError `last-admin`. */
export async function changeRole(
  tx: Tx,
  { user, role, actor = SYSTEM }: { user: User; role: Role; actor?: Actor },
  at: Date,
): Promise<User> {
  if (user.role === role) return user
  await keepAnAdmin(tx, user)
  // Who only wrote to us before, and now works here, can log in and answer by mail.
  const state = user.state === 'contact' ? 'active' : user.state
  await updateUser(tx, user.id, { role, state })
  await deleteSessions(tx, user.id)
  await insertEvents(tx, [userChanged(user.id, { role, state }, actor)], at)
  return { ...user, role, state }
}

/** @throws AppError `last-admin`; `no-such-step` above admin and below customer. */
export async function changeRoleByOne(
  tx: Tx,
  { user, step, actor }: { user: User; step: 1 | -1; actor: Actor },
  at: Date,
): Promise<User> {
  const role = ROLES[ROLES.indexOf(user.role) + step]
  if (role !== undefined) return changeRole(tx, { user, role, actor }, at)
  const where = step === 1 ? 'above' : 'below'
  throw new AppError('conflict', 'no-such-step', `There is no role ${where} ${user.role}.`, {
    current: user.role,
  })
}

/**
 * Lets somebody in who proved his address; one who is in stays so.
 *
 * @param input.unproven an operator may vouch for the address.
 * @throws AppError `email-not-verified`, `account-disabled`, `not-registered`.
 */
export async function approveUser(
  tx: Tx,
  context: DeskContext,
  input: { user: User; actor?: Actor; unproven?: boolean },
  at: Date,
): Promise<User> {
  const { user, actor = SYSTEM, unproven = false } = input
  if (user.state === 'active') return user
  if (user.state === 'unverified' && unproven) {
    const asked = (await latestCode(tx, user.id, 'register'))?.passwordHash ?? null
    if (asked !== null) await setPassword(tx, user.id, asked, at)
    await endCodes(tx, { userId: user.id }, at)
  } else if (user.state !== 'pending_approval') throw notWaiting(user)
  const approved = await changeState(tx, { user, state: 'active', actor }, at)
  await mailNews(tx, context, { recipient: user, news: 'approved' }, at)
  return approved
}

/** He stays somebody who writes to us, and may register again. @throws AppError as approveUser. */
export async function rejectUser(
  tx: Tx,
  context: DeskContext,
  { user, actor = SYSTEM }: { user: User; actor?: Actor },
  at: Date,
): Promise<User> {
  if (user.state !== 'pending_approval') throw notWaiting(user)
  await deletePassword(tx, user.id)
  await endCodes(tx, { userId: user.id }, at)
  const rejected = await changeState(tx, { user, state: 'contact', actor }, at)
  await mailNews(tx, context, { recipient: user, news: 'rejected' }, at)
  return rejected
}

function notWaiting({ email, state }: User): AppError {
  const [code, sentence] = {
    contact: ['not-registered', `${email} has not registered.`],
    unverified: ['email-not-verified', `${email} has yet to enter the code that was mailed.`],
    pending_approval: ['approval-pending', `${email} waits for approval.`],
    active: ['already-approved', `${email} is approved already.`],
    disabled: ['account-disabled', `The account of ${email} is disabled.`],
  }[state] as [string, string]
  return new AppError('conflict', code, sentence, { current: state })
}

/**
 * Takes effect at once: sessions end, tokens no longer work.
 *
 * @throws AppError `last-admin`; `own-account`: nobody locks himself out by a slip.
 */
export async function disableUser(
  tx: Tx,
  { user, actor = SYSTEM }: { user: User; actor?: Actor },
  at: Date,
): Promise<User> {
  if (user.state === 'disabled') return user
  await keepAnAdmin(tx, user)
  if (actor.id === user.id) {
    throw new AppError('conflict', 'own-account', 'Somebody else must disable your account.')
  }
  await deleteSessions(tx, user.id)
  await endCodes(tx, { userId: user.id }, at)
  return changeState(tx, { user, state: 'disabled', actor }, at)
}

/** Back in; nothing for who is not disabled. @throws AppError `approval-pending` and the like. */
export async function enableUser(
  tx: Tx,
  { user, actor = SYSTEM }: { user: User; actor?: Actor },
  at: Date,
): Promise<User> {
  if (user.state === 'active') return user
  if (user.state !== 'disabled') throw notWaiting(user)
  return changeState(tx, { user, state: 'active', actor }, at)
}

async function changeState(
  tx: Tx,
  { user, state, actor }: { user: User; state: User['state']; actor: Actor },
  at: Date,
): Promise<User> {
  await updateUser(tx, user.id, { state })
  await insertEvents(tx, [userChanged(user.id, { state }, actor)], at)
  return { ...user, state }
}

/** @throws AppError `last-admin` when nobody could administrate any more without this user. */
export async function keepAnAdmin(tx: Tx, user: User): Promise<void> {
  if (user.role !== 'admin' || user.state !== 'active') return
  if ((await countOtherAdmins(tx, user.id)) > 0) return
  throw new AppError(
    'conflict',
    'last-admin',
    `${user.email} is the last admin; make somebody else admin first.`,
  )
}

/** Nobody else changes him until the transaction ends. @throws AppError `not-found`. */
export async function getUserByEmail(tx: Tx, email: Address): Promise<User> {
  const found = await findUserByEmail(tx, email)
  const user = found === null ? null : await lockAccount(tx, found.id)
  if (user === null) throw new AppError('not_found', 'not-found', `There is no user ${email}.`)
  return user
}

export const userChanged = (
  userId: number,
  data: Record<string, unknown>,
  actor: Actor = SYSTEM,
): NewEvent => ({
  type: 'user.changed' as const,
  ticketId: null,
  commentId: null,
  actor,
  data: { user_id: userId, ...data },
})
