/**
 * Registering: a code proves the address, an admin approves. Whoever asks is answered the same,
 * whether the address is known here or not; the mail says more.
 */
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import { mailCode, mailNews } from '../outbound/account-mail.ts'
import { latestCode } from '../store/codes.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { setPassword } from '../store/passwords.ts'
import { latestOutboxTo } from '../store/reads/account-mail.ts'
import { ensureUser, findUserByEmail, listAdmins, updateUser } from '../store/users.ts'
import type { User, UserState } from '../ticket/user.ts'
import { CODE_MINUTES, issueCode, spendCode } from './codes.ts'
import type { DeskContext } from './context.ts'
import { userChanged } from './manage-users.ts'

export interface Registration {
  readonly email: Address
  readonly name: string | null
  readonly passwordHash: string
}

/** How often an owner is told that somebody tried to register with his address. */
const TOLD_AGAIN_MS = 60 * 60_000

/** @throws AppError `registration-closed`. */
export async function register(
  tx: Tx,
  context: DeskContext,
  input: Registration & { registration: Config['registration'] },
  at: Date,
): Promise<void> {
  if (input.registration === 'closed') {
    throw new AppError('forbidden', 'registration-closed', 'An admin adds people here.')
  }
  const { email, name, passwordHash } = input
  // The name he gave is believed when the code came back, not before.
  const { user } = await ensureUser(
    tx,
    { email, name: null, role: 'customer', state: 'unverified' },
    at,
  )
  if (user.state === 'contact') await updateUser(tx, user.id, { state: 'unverified' })
  if (user.state === 'contact' || user.state === 'unverified') {
    await mailNewCode(tx, context, user, { name, passwordHash }, at)
    return
  }
  if (user.state === 'disabled') return
  const last = await latestOutboxTo(tx, user.id)
  if (last !== null && at.getTime() - last.getTime() < TOLD_AGAIN_MS) return
  await mailNews(tx, context, { recipient: user, news: 'exists' }, at)
}

/** The same registration with a new code; nothing for who does not wait for one. */
export async function resendCode(
  tx: Tx,
  context: DeskContext,
  email: Address,
  at: Date,
): Promise<void> {
  const user = await findUserByEmail(tx, email)
  if (user?.state !== 'unverified') return
  const last = await latestCode(tx, user.id, 'register')
  const passwordHash = last?.passwordHash ?? null
  if (last === null || passwordHash === null) return
  await mailNewCode(tx, context, user, { name: last.name, passwordHash }, at)
}

async function mailNewCode(
  tx: Tx,
  context: DeskContext,
  user: User,
  wanted: { name: string | null; passwordHash: string },
  at: Date,
): Promise<void> {
  const code = await issueCode(tx, { userId: user.id, purpose: 'register', ...wanted }, at)
  if (code === null) return
  const mail = { recipient: user, purpose: 'register', code, minutes: CODE_MINUTES } as const
  await mailCode(tx, context, mail, at)
}

/**
 * The person proves the address; null: not with this code. The transaction must be kept even then.
 */
export async function verifyRegistration(
  tx: Tx,
  context: DeskContext,
  input: { email: Address; code: string; registration: Config['registration'] },
  at: Date,
): Promise<UserState | null> {
  const user = await findUserByEmail(tx, input.email)
  if (user?.state !== 'unverified') return null
  const spent = await spendCode(tx, { userId: user.id, purpose: 'register', code: input.code }, at)
  const passwordHash = spent?.passwordHash ?? null
  if (spent === null || passwordHash === null) return null
  const state = input.registration === 'open' ? 'active' : 'pending_approval'
  await setPassword(tx, user.id, passwordHash, at)
  await updateUser(tx, user.id, { state, name: user.name ?? spent.name })
  const actor = { type: 'user', id: user.id } as const
  await insertEvents(tx, [userChanged(user.id, { state }, actor)], at)
  if (state === 'pending_approval') await tellAdmins(tx, context, user, at)
  return state
}

async function tellAdmins(tx: Tx, context: DeskContext, user: User, at: Date): Promise<void> {
  for (const recipient of await listAdmins(tx)) {
    await mailNews(tx, context, { recipient, news: 'waiting', person: user.email }, at)
  }
}
