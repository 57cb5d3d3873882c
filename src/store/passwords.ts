/** Password hashes, in a table that nothing else reads. */
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

interface PasswordRow {
  user_id: number
  hash: string
  changed_at: number
}

/** Null: this user has none, and logs in with none. */
export async function findPassword(db: Queryable, userId: number): Promise<string | null> {
  const row = await db<PasswordRow>('passwords').where({ user_id: userId }).first()
  return row?.hash ?? null
}

export async function setPassword(tx: Tx, userId: number, hash: string, at: Date): Promise<void> {
  await tx<PasswordRow>('passwords')
    .insert({ user_id: userId, hash, changed_at: toMs(at) })
    .onConflict('user_id')
    .merge()
}

/** The same password under a newer cost; not if it was changed meanwhile. */
export async function rehashPassword(
  tx: Tx,
  userId: number,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await tx<PasswordRow>('passwords').where({ user_id: userId, hash: from }).update({ hash: to })
}

export async function deletePassword(tx: Tx, userId: number): Promise<void> {
  await tx<PasswordRow>('passwords').where({ user_id: userId }).delete()
}
