/** A code of an authenticator app beside the password, for who wants it. */
import { AppError } from '../errors.ts'
import { randomSecret } from '../ids.ts'
import { insertEvents } from '../store/events.ts'
import type { Store, Tx } from '../store/open.ts'
import {
  confirmFactor,
  deleteFactor,
  findFactor,
  proposeFactor,
  useStep,
} from '../store/second-factors.ts'
import { deleteSessions } from '../store/sessions.ts'
import type { Actor } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'
import { userChanged } from './manage-users.ts'
import { stepOfTotp, TOTP_SECRET_BYTES } from './totp.ts'

/** A secret for the app; nothing is asked for before it is confirmed. @throws AppError `totp-set`. */
export async function proposeTotp(tx: Tx, user: User, at: Date): Promise<Buffer> {
  const secret = randomSecret(TOTP_SECRET_BYTES)
  if (await proposeFactor(tx, { userId: user.id, secret }, at)) return secret
  const sentence = 'There is a second factor already; remove it first.'
  throw new AppError('conflict', 'totp-set', sentence)
}

/** From now on logins need a code. Other sessions end. @throws AppError `invalid-totp`. */
export async function confirmTotp(
  tx: Tx,
  { user, code, keepSession }: { user: User; code: string; keepSession: number | null },
  at: Date,
): Promise<void> {
  if (!(await spendTotp(tx, { userId: user.id, code }, at))) throw wrongTotp()
  await confirmFactor(tx, user.id, at)
  await deleteSessions(tx, user.id, keepSession)
  const actor = { type: 'user', id: user.id } as const
  await insertEvents(tx, [userChanged(user.id, { totp: true }, actor)], at)
}

/** False: there was none. */
export async function removeTotp(
  tx: Tx,
  { user, actor }: { user: User; actor: Actor },
  at: Date,
): Promise<boolean> {
  if (!(await deleteFactor(tx, user.id))) return false
  await insertEvents(tx, [userChanged(user.id, { totp: false }, actor)], at)
  return true
}

/** Does logging in want a code? */
export async function hasSecondFactor({ read }: Store, { id }: User): Promise<boolean> {
  const factor = await findFactor(read, id)
  return factor !== null && factor.confirmedAt !== null
}

/**
 * Nothing for who has no second factor.
 *
 * @throws AppError `totp-required`, `invalid-totp`.
 */
export async function checkTotp(
  store: Store,
  { user, code }: { user: User; code: string | null },
  at: Date,
): Promise<void> {
  const factor = await findFactor(store.read, user.id)
  if (factor === null || factor.confirmedAt === null) return
  if (code === null) {
    const sentence = 'Send the code of your authenticator app as totp, too.'
    throw new AppError('unauthenticated', 'totp-required', sentence)
  }
  const spent = await store.transaction((tx) => spendTotp(tx, { userId: user.id, code }, at))
  if (!spent) throw wrongTotp()
}

async function spendTotp(
  tx: Tx,
  { userId, code }: { userId: number; code: string },
  at: Date,
): Promise<boolean> {
  const factor = await findFactor(tx, userId)
  const step = factor === null ? null : stepOfTotp(factor.secret, code, at)
  return step !== null && useStep(tx, userId, step)
}

const wrongTotp = (): AppError =>
  new AppError('unauthenticated', 'invalid-totp', 'The code is wrong, or was used already.')
