/** New passwords: by a mailed code, by who knows the old one, by an operator. */
import type { Address } from '../mail/address.ts'
import { mailCode, mailNews } from '../outbound/account-mail.ts'
import { endCodes } from '../store/codes.ts'
import { insertEvents } from '../store/events.ts'
import type { Store, Tx } from '../store/open.ts'
import { findPassword, setPassword } from '../store/passwords.ts'
import { deleteSessions } from '../store/sessions.ts'
import { findUserByEmail } from '../store/users.ts'
import { type Actor, SYSTEM } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'
import { CODE_MINUTES, issueCode, spendCode } from './codes.ts'
import type { DeskContext } from './context.ts'
import { invalidCredentials } from './log-in.ts'
import { userChanged } from './manage-users.ts'
import type { Passwords } from './passwords.ts'

/** Those whose address is proven and who may come in, now or when they are approved. */
const mayHavePassword = (user: User | null): user is User =>
  user !== null && (user.state === 'active' || user.state === 'pending_approval')

/** Mails a code to who has an account; to nobody else, and nobody is told. */
export async function mailResetCode(
  tx: Tx,
  context: DeskContext,
  email: Address,
  at: Date,
): Promise<void> {
  const user = await findUserByEmail(tx, email)
  if (!mayHavePassword(user)) return
  const code = await issueCode(tx, { userId: user.id, purpose: 'reset' }, at)
  if (code === null) return
  const mail = { recipient: user, purpose: 'reset', code, minutes: CODE_MINUTES } as const
  await mailCode(tx, context, mail, at)
}

/** False: not with this code. The transaction must be kept even then. */
export async function resetPassword(
  tx: Tx,
  context: DeskContext,
  input: { email: Address; code: string; passwordHash: string },
  at: Date,
): Promise<boolean> {
  const user = await findUserByEmail(tx, input.email)
  if (!mayHavePassword(user)) return false
  const spent = await spendCode(tx, { userId: user.id, purpose: 'reset', code: input.code }, at)
  if (spent === null) return false
  const actor = { type: 'user', id: user.id } as const
  await changePassword(tx, { user, passwordHash: input.passwordHash, actor }, at)
  await mailNews(tx, context, { recipient: user, news: 'password_changed' }, at)
  return true
}

/** @throws AppError `invalid-credentials`. */
export async function checkOwnPassword(
  { store, passwords }: { store: Store; passwords: Passwords },
  { user, password }: { user: User; password: string },
): Promise<void> {
  const stored = await findPassword(store.read, user.id)
  const { right } = await passwords.verify(password, stored)
  if (!right) throw invalidCredentials()
}

/**
 * For who knows the old one. Hashing takes a while, so it happens outside the transaction.
 *
 * @throws AppError `invalid-credentials`.
 */
export async function setOwnPassword(
  deps: { store: Store; passwords: Passwords; context: DeskContext },
  input: { user: User; current: string; password: string; keepSession: number | null },
  at: Date,
): Promise<void> {
  const { store, passwords, context } = deps
  const { user, keepSession } = input
  await checkOwnPassword(deps, { user, password: input.current })
  const passwordHash = await passwords.hash(input.password)
  const actor = { type: 'user', id: user.id } as const
  await store.transaction(async (tx) => {
    await changePassword(tx, { user, passwordHash, keepSession, actor }, at)
    await mailNews(tx, context, { recipient: user, news: 'password_changed' }, at)
  })
}

/** Every session ends but `keepSession`, and so does every code that could set another password. */
export async function changePassword(
  tx: Tx,
  input: { user: User; passwordHash: string; keepSession?: number | null; actor?: Actor },
  at: Date,
): Promise<void> {
  const { user, passwordHash, keepSession = null, actor = SYSTEM } = input
  await setPassword(tx, user.id, passwordHash, at)
  await endCodes(tx, { userId: user.id }, at)
  await deleteSessions(tx, user.id, keepSession)
  await insertEvents(tx, [userChanged(user.id, { password: true }, actor)], at)
}
