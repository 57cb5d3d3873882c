/** Secrets shared with authenticator apps. */
import type { Queryable, Tx } from './open.ts'
import { fromMsOrNull, toMs } from './time.ts'

export interface SecondFactor {
  readonly userId: number
  readonly secret: Buffer
  /** Null: not asked for yet. */
  readonly confirmedAt: Date | null
}

interface FactorRow {
  user_id: number
  secret: Buffer
  last_step: number
  created_at: number
  confirmed_at: number | null
}

export async function findFactor(db: Queryable, userId: number): Promise<SecondFactor | null> {
  const row = await db<FactorRow>('second_factors').where({ user_id: userId }).first()
  if (row === undefined) return null
  return { userId, secret: row.secret, confirmedAt: fromMsOrNull(row.confirmed_at) }
}

/** A new secret; false: the one there is confirmed, and stays. */
export async function proposeFactor(
  tx: Tx,
  { userId, secret }: { userId: number; secret: Buffer },
  at: Date,
): Promise<boolean> {
  await tx<FactorRow>('second_factors')
    .where({ user_id: userId })
    .whereNull('confirmed_at')
    .delete()
  const rows = await tx<FactorRow>('second_factors')
    .insert({ user_id: userId, secret, last_step: 0, created_at: toMs(at) })
    .onConflict('user_id')
    .ignore()
    .returning('user_id')
  return rows.length === 1
}

/** Compare-and-set: the code of a step, or of one before the last, is good once. */
export async function useStep(tx: Tx, userId: number, step: number): Promise<boolean> {
  const updated = await tx<FactorRow>('second_factors')
    .where({ user_id: userId })
    .where('last_step', '<', step)
    .update({ last_step: step })
  return updated === 1
}

export async function confirmFactor(tx: Tx, userId: number, at: Date): Promise<void> {
  await tx<FactorRow>('second_factors')
    .where({ user_id: userId })
    .update({ confirmed_at: toMs(at) })
}

/** False: there was none. */
export async function deleteFactor(tx: Tx, userId: number): Promise<boolean> {
  return (await tx<FactorRow>('second_factors').where({ user_id: userId }).delete()) === 1
}
