/** Sessions of people who logged in: only the SHA-256 of what their cookie holds is stored. */
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export interface Session {
  readonly id: number
  readonly userId: number
  /** IP address at login. */
  readonly address: string | null
  readonly userAgent: string | null
  readonly createdAt: Date
  readonly lastUsedAt: Date
  /** However much it is used. */
  readonly expiresAt: Date
}

interface SessionRow {
  id: number
  user_id: number
  token_hash: string
  address: string | null
  user_agent: string | null
  created_at: number
  last_used_at: number
  expires_at: number
}

const toSession = (row: SessionRow): Session => ({
  id: row.id,
  userId: row.user_id,
  address: row.address,
  userAgent: row.user_agent,
  createdAt: fromMs(row.created_at),
  lastUsedAt: fromMs(row.last_used_at),
  expiresAt: fromMs(row.expires_at),
})

export interface NewSession {
  readonly userId: number
  readonly hash: string
  readonly address: string | null
  readonly userAgent: string | null
  readonly expiresAt: Date
}

export async function insertSession(tx: Tx, session: NewSession, at: Date): Promise<Session> {
  const [row] = await tx<SessionRow>('sessions')
    .insert({
      user_id: session.userId,
      token_hash: session.hash,
      address: session.address,
      user_agent: session.userAgent,
      created_at: toMs(at),
      last_used_at: toMs(at),
      expires_at: toMs(session.expiresAt),
    })
    .returning('*')
  if (row === undefined) throw new Error('the session was not made')
  return toSession(row)
}

export async function findSession(db: Queryable, hash: string): Promise<Session | null> {
  const row = await db<SessionRow>('sessions').where({ token_hash: hash }).first()
  return row === undefined ? null : toSession(row)
}

/** Those in use since `usedSince` that have not expired, newest first. */
export async function listSessions(
  db: Queryable,
  filter: { userId: number; usedSince: Date; at: Date },
): Promise<Session[]> {
  const rows = await db<SessionRow>('sessions')
    .where({ user_id: filter.userId })
    .where('expires_at', '>', toMs(filter.at))
    .where('last_used_at', '>', toMs(filter.usedSince))
    .orderBy('id', 'desc')
    .select()
  return rows.map(toSession)
}

export async function touchSession(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<SessionRow>('sessions')
    .where({ id })
    .update({ last_used_at: toMs(at) })
}

/** False: this user has no such session. */
export async function deleteSession(
  tx: Tx,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  return (await tx<SessionRow>('sessions').where({ id, user_id: userId }).delete()) === 1
}

/** Every session of a user, but for one where `exceptId` is given. */
export async function deleteSessions(
  tx: Tx,
  userId: number,
  exceptId: number | null = null,
): Promise<void> {
  const query = tx<SessionRow>('sessions').where({ user_id: userId })
  if (exceptId !== null) void query.whereNot({ id: exceptId })
  await query.delete()
}

export async function deleteExpiredSessions(tx: Tx, at: Date): Promise<void> {
  await tx<SessionRow>('sessions').where('expires_at', '<=', toMs(at)).delete()
}
