/**
 * Registering: a code proves the address, an admin approves. Whoever asks is answered the same,
 * whether the address is known here or not; the mail says more.
 */
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Address } from '../mail/address.ts'
import { mailCode, mailNews } from '../outbound/account-mail.ts'
import { type Code, contestCode, latestCode } from '../store/codes.ts'
import { insertEvents } from '../store/events.ts'
import type { Queryable, Store, Tx } from '../store/open.ts'
import { setPassword } from '../store/passwords.ts'
import { latestOutboxTo } from '../store/reads/account-mail.ts'
import { ensureUser, findUserByEmail, listAdmins, lockAccount, updateUser } from '../store/users.ts'
import type { User, UserState } from '../ticket/user.ts'
import { CODE_MINUTES, issueCode, spendCode } from './codes.ts'
import type { DeskContext } from './context.ts'
import { userChanged } from './manage-users.ts'
import type { Passwords } from './passwords.ts'

export interface Registration {
  readonly email: Address
  readonly name: string | null
  readonly password: string
}

/** How often an owner is told that somebody tried to register with his address. */
const TOLD_AGAIN_MS = 60 * 60_000
/** For so long a code may be answered by somebody who asked for an earlier one. */
const PENDING_MS = 60 * 60_000

/**
 * Whoever reads the mail did not necessarily choose the password: two who register one address with
 * different passwords contest it, and neither password counts. The owner proves the address with
 * the same code, and chooses one by `/auth/forgot`. Everybody gets the same answer after the same
 * work; hashing takes a while, so it happens outside the transaction.
 *
 * @throws AppError `registration-closed`.
 */
export async function register(
  { store, passwords, context }: { store: Store; passwords: Passwords; context: DeskContext },
  input: Registration & { registration: Config['registration'] },
  at: Date,
): Promise<void> {
  if (input.registration === 'closed') {
    throw new AppError('forbidden', 'registration-closed', 'An admin adds people here.')
  }
  const { email, name, password } = input
  const passwordHash = await passwords.hash(password)
  const attempt = async (compared: string | null, isLast: boolean): Promise<string | null> => {
    const { right } = await passwords.verify(password, compared)
    const wanted: Wanted = { email, name, passwordHash, compared, isSame: right, isLast }
    return store.transaction((tx) => ask(tx, context, wanted, at))
  }
  const unseen = await attempt(await pendingHash(store.read, email, at), false)
  // Another request came between: of two clicks on one button neither contests the other.
  if (unseen !== null) await attempt(unseen, true)
}

interface Wanted {
  readonly email: Address
  readonly name: string | null
  readonly passwordHash: string
  /** The hash that the password was held against, and whether it is the same. */
  readonly compared: string | null
  readonly isSame: boolean
  readonly isLast: boolean
}

async function pendingHash(db: Queryable, email: Address, at: Date): Promise<string | null> {
  const user = await findUserByEmail(db, email)
  return user === null ? null : ((await pendingCode(db, user.id, at))?.passwordHash ?? null)
}

/** Expired or not: it is read together with a newer one. */
async function pendingCode(db: Queryable, userId: number, at: Date): Promise<Code | null> {
  const code = await latestCode(db, userId, 'register')
  if (code === null || code.endedAt !== null) return null
  return at.getTime() - code.createdAt.getTime() < PENDING_MS ? code : null
}

/** Null: done. Otherwise the hash that the password must be held against first. */
async function ask(tx: Tx, context: DeskContext, wanted: Wanted, at: Date): Promise<string | null> {
  const { email, name, passwordHash } = wanted
  // The name he gave is believed when the code came back, not before.
  const { user } = await ensureUser(
    tx,
    { email, name: null, role: 'customer', state: 'unverified' },
    at,
  )
  if (user.state === 'contact') await updateUser(tx, user.id, { state: 'unverified' })
  if (user.state === 'contact' || user.state === 'unverified') {
    await lockAccount(tx, user.id)
    const pending = await pendingCode(tx, user.id, at)
    const isUnseen = pending !== null && pending.passwordHash !== wanted.compared
    if (isUnseen && pending.passwordHash !== null && !wanted.isLast) return pending.passwordHash
    const isContested = pending !== null && (isUnseen || !wanted.isSame)
    // At once, whether or not it is too soon for another code.
    if (isContested) await contestCode(tx, pending.id)
    const kept = isContested ? { name: null, passwordHash: null } : { name, passwordHash }
    await mailNewCode(tx, context, user, kept, at)
    return null
  }
  if (user.state !== 'disabled') await tellOwner(tx, context, user, at)
  return null
}

async function tellOwner(tx: Tx, context: DeskContext, user: User, at: Date): Promise<void> {
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
  if (last === null || last.endedAt !== null) return
  const { name, passwordHash } = last
  await mailNewCode(tx, context, user, { name, passwordHash }, at)
}

async function mailNewCode(
  tx: Tx,
  context: DeskContext,
  user: User,
  wanted: Pick<Code, 'name' | 'passwordHash'>,
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
  if (spent === null) return null
  const state = stateOfProven(input.registration)
  // Contested: the code proves the address, but not who chose the password.
  if (spent.passwordHash !== null) await setPassword(tx, user.id, spent.passwordHash, at)
  await updateUser(tx, user.id, { state, name: user.name ?? spent.name })
  const actor = { type: 'user', id: user.id } as const
  await insertEvents(tx, [userChanged(user.id, { state }, actor)], at)
  if (state === 'pending_approval') await tellAdmins(tx, context, user, at)
  return state
}

/** What who proved his address is, where somebody may register at all. */
export const stateOfProven = (
  registration: Config['registration'],
): 'active' | 'pending_approval' => (registration === 'open' ? 'active' : 'pending_approval')

export async function tellAdmins(
  tx: Tx,
  context: DeskContext,
  user: User,
  at: Date,
): Promise<void> {
  for (const recipient of await listAdmins(tx)) {
    await mailNews(tx, context, { recipient, news: 'waiting', person: user.email }, at)
  }
}
