/** Codes that were mailed to people. Ended ones are kept for a while: tries are counted over all. */
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export type CodePurpose = 'register' | 'reset'

export interface Code {
  readonly id: number
  readonly userId: number
  readonly purpose: CodePurpose
  readonly hash: string
  readonly tries: number
  /** What a registration asked for. No hash before it ended: contested, no password counts. */
  readonly name: string | null
  readonly passwordHash: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly endedAt: Date | null
}

interface CodeRow {
  id: number
  user_id: number
  purpose: CodePurpose
  code_hash: string
  tries: number
  name: string | null
  password_hash: string | null
  created_at: number
  expires_at: number
  ended_at: number | null
}

const toCode = (row: CodeRow): Code => ({
  id: row.id,
  userId: row.user_id,
  purpose: row.purpose,
  hash: row.code_hash,
  tries: row.tries,
  name: row.name,
  passwordHash: row.password_hash,
  createdAt: fromMs(row.created_at),
  expiresAt: fromMs(row.expires_at),
  endedAt: fromMsOrNull(row.ended_at),
})

export type NewCode = Pick<
  Code,
  'userId' | 'purpose' | 'hash' | 'name' | 'passwordHash' | 'expiresAt'
>

export async function insertCode(tx: Tx, code: NewCode, at: Date): Promise<void> {
  await tx<CodeRow>('codes').insert({
    user_id: code.userId,
    purpose: code.purpose,
    code_hash: code.hash,
    name: code.name,
    password_hash: code.passwordHash,
    created_at: toMs(at),
    expires_at: toMs(code.expiresAt),
  })
}

/** The newest one, ended or not. */
export async function latestCode(
  db: Queryable,
  userId: number,
  purpose: CodePurpose,
): Promise<Code | null> {
  const row = await db<CodeRow>('codes')
    .where({ user_id: userId, purpose })
    .orderBy('id', 'desc')
    .first()
  return row === undefined ? null : toCode(row)
}

/** How many a user was sent since then, and how often he (or somebody) tried one of them. */
export async function codesSince(
  db: Queryable,
  userId: number,
  since: Date,
): Promise<{ sent: number; tries: number }> {
  const row = await db('codes')
    .where({ user_id: userId })
    .where('created_at', '>', toMs(since))
    .count({ sent: '*' })
    .sum({ tries: 'tries' })
    .first<{ sent: number; tries: number | null }>()
  return { sent: Number(row?.sent ?? 0), tries: Number(row?.tries ?? 0) }
}

/** Compare-and-set: of many guesses at once only `triesMax` are told true. */
export async function countTry(
  tx: Tx,
  id: number,
  { triesMax, at }: { triesMax: number; at: Date },
): Promise<boolean> {
  const updated = await tx<CodeRow>('codes')
    .where({ id })
    .whereNull('ended_at')
    .where('expires_at', '>', toMs(at))
    .where('tries', '<', triesMax)
    .update({ tries: tx.raw('tries + 1') })
  return updated === 1
}

export async function endCodes(
  tx: Tx,
  { userId, purpose }: { userId: number; purpose?: CodePurpose },
  at: Date,
): Promise<void> {
  const query = tx<CodeRow>('codes').where({ user_id: userId }).whereNull('ended_at')
  if (purpose !== undefined) void query.where({ purpose })
  await query.update({ ended_at: toMs(at), password_hash: null })
}

/** The code stays good, but what was asked for with it does not count. */
export async function contestCode(tx: Tx, id: number): Promise<void> {
  await tx<CodeRow>('codes').where({ id }).update({ name: null, password_hash: null })
}

export async function deleteCodesBefore(tx: Tx, before: Date): Promise<void> {
  await tx<CodeRow>('codes').where('created_at', '<', toMs(before)).delete()
}
