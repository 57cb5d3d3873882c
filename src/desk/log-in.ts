/** Logging in with a password, and the sessions that come of it. */
import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { randomSecret } from '../ids.ts'
import type { Address } from '../mail/address.ts'
import { latestCode } from '../store/codes.ts'
import type { Queryable, Store, Tx } from '../store/open.ts'
import { findPassword, rehashPassword } from '../store/passwords.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  findSession,
  insertSession,
  type Session,
} from '../store/sessions.ts'
import { findUserByEmail, markLoggedIn } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import type { Passwords } from './passwords.ts'

const HOUR_MS = 3_600_000
/** However much it is used. */
export const SESSION_MS = 7 * 24 * HOUR_MS
/** Without being used. */
export const SESSION_IDLE_MS = 12 * HOUR_MS
const SESSION_BYTES = 32
const SESSION = /^[\w-]{43}$/
const USER_AGENT_LENGTH_MAX = 200

/**
 * Whose address and password this is. Takes equally long for every wrong answer.
 *
 * @throws AppError `invalid-credentials`; with the right password `email-not-verified`,
 *   `approval-pending`, `account-disabled`.
 */
export async function checkCredentials(
  { store, passwords }: { store: Store; passwords: Passwords },
  { email, password }: { email: Address; password: string },
): Promise<User> {
  const user = await findUserByEmail(store.read, email)
  const stored = user === null ? null : await passwordOf(store.read, user)
  const { right, stale } = await passwords.verify(password, stored)
  if (!right || user === null || stored === null) throw invalidCredentials()
  refuseInactive(user)
  if (stale) {
    const to = await passwords.hash(password)
    await store.transaction((tx) => rehashPassword(tx, user.id, { from: stored, to }))
  }
  return user
}

/** Until the code came back a password is only asked for. */
async function passwordOf(db: Queryable, user: User): Promise<string | null> {
  if (user.state !== 'unverified') return findPassword(db, user.id)
  return (await latestCode(db, user.id, 'register'))?.passwordHash ?? null
}

export const invalidCredentials = (): AppError =>
  new AppError('unauthenticated', 'invalid-credentials', 'The address or the password is wrong.')

/** @throws AppError `email-not-verified`, `approval-pending`, `account-disabled`. */
export function refuseInactive({ state }: User): void {
  if (state === 'active') return
  if (state === 'unverified') {
    const sentence = 'Confirm your address first: enter the code that was mailed to you.'
    throw new AppError('forbidden', 'email-not-verified', sentence)
  }
  if (state === 'pending_approval') {
    const sentence = 'An admin has yet to approve this account.'
    throw new AppError('forbidden', 'approval-pending', sentence)
  }
  throw new AppError('forbidden', 'account-disabled', 'This account is disabled.')
}

/**
 * A new session; the one the caller came with ends, so that nobody can have planted it.
 *
 * @returns what the cookie holds: 256 random bits, of which only the SHA-256 is stored.
 */
export async function startSession(
  tx: Tx,
  input: {
    userId: number
    replaces: string | null
    address: string | null
    userAgent: string | null
  },
  at: Date,
): Promise<{ secret: string; session: Session }> {
  await deleteExpiredSessions(tx, at)
  if (input.replaces !== null) await endSession(tx, input.replaces)
  const secret = randomSecret(SESSION_BYTES).toString('base64url')
  const session = await insertSession(
    tx,
    {
      userId: input.userId,
      hash: hashOf(secret),
      address: input.address,
      userAgent: input.userAgent?.slice(0, USER_AGENT_LENGTH_MAX) ?? null,
      expiresAt: new Date(at.getTime() + SESSION_MS),
    },
    at,
  )
  await markLoggedIn(tx, input.userId, at)
  return { secret, session }
}

/** The session of a cookie, unless it has expired or was left alone too long. */
export async function sessionOf(db: Queryable, secret: string, at: Date): Promise<Session | null> {
  if (!SESSION.test(secret)) return null
  const session = await findSession(db, hashOf(secret))
  if (session === null || session.expiresAt <= at) return null
  return at.getTime() - session.lastUsedAt.getTime() < SESSION_IDLE_MS ? session : null
}

export async function endSession(tx: Tx, secret: string): Promise<void> {
  const session = SESSION.test(secret) ? await findSession(tx, hashOf(secret)) : null
  if (session !== null) await deleteSession(tx, session)
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
