/** What waits too long, or got no acknowledgement: what alerts are made of. */
import type { Queryable } from '../open.ts'
import { fromMs, toMs } from '../time.ts'

interface Waiting {
  readonly count: number
  readonly since: Date
}

/**
 * Mail that was due to leave, by inbox. `since`: what was held, for an agent's night for example, was
 * owed from when it became due. What was tried is due again later each time, and owed since it was
 * written.
 */
export async function overdueByInbox(
  db: Queryable,
  at: Date,
): Promise<(Waiting & { inboxId: number })[]> {
  const rows = await db('outbox')
    .where({ outcome: 'queued' })
    .where('due_at', '<=', toMs(at))
    .groupBy('inbox_id')
    .count({ count: '*' })
    .min({ since: db.raw('case when attempts = 0 then due_at else created_at end') })
    .select<{ inbox_id: number; count: number; since: number }[]>('inbox_id')
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    count: Number(row.count),
    since: fromMs(row.since),
  }))
}

/** Stored messages that nothing became of yet; null: there are none. */
export async function pendingSince(db: Queryable): Promise<Waiting | null> {
  const row = await db('inbound_messages')
    .where({ fate: 'pending' })
    .count({ count: '*' })
    .min({ since: 'received_at' })
    .first<{ count: number; since: number | null } | undefined>()
  if (row === undefined || row.since === null) return null
  return { count: Number(row.count), since: fromMs(row.since) }
}

/** Acknowledgements since an instant that a budget for all stopped: `budget` as outbound/budget.ts says it. */
export async function countUnacknowledged(
  db: Queryable,
  budgets: readonly string[],
  since: Date,
): Promise<number> {
  const row = await db('outbox')
    .where({ kind: 'acknowledgement' })
    .whereIn('outcome', ['suppressed', 'held'])
    .where('created_at', '>', toMs(since))
    .where((any) => {
      for (const budget of budgets) void any.orWhereLike('detail', `${budget}%`)
    })
    .count({ count: '*' })
    .first<{ count: number } | undefined>()
  return Number(row?.count ?? 0)
}
