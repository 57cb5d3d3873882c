/** Mail about accounts that was sent before. */
import type { Queryable } from '../open.ts'
import { fromMs } from '../time.ts'

/** When this user was last owed mail that belongs to no ticket; null: never. */
export async function latestOutboxTo(db: Queryable, userId: number): Promise<Date | null> {
  const row = await db('outbox')
    .where({ user_id: userId, kind: 'system' })
    .whereNull('ticket_id')
    .max({ at: 'created_at' })
    .first<{ at: number | null }>()
  const at = row?.at ?? null
  return at === null ? null : fromMs(Number(at))
}
