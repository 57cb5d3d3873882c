/** When tickets came, in quarters of an hour: no time zone has a smaller difference. */
import type { Queryable } from '../open.ts'
import { visible } from './visible-tickets.ts'

const QUARTER_MS = 15 * 60_000

export interface Quarter {
  /** When it begins. */
  readonly at: Date
  readonly count: number
}

/** Only quarters in which some came; `inboxId` null: all inboxes. */
export async function listCreatedQuarters(
  db: Queryable,
  { since, until, inboxId }: { since: Date; until: Date; inboxId: number | null },
): Promise<Quarter[]> {
  const query = visible(db, { participantId: null })
    .where('created_at', '>=', since.getTime())
    .where('created_at', '<', until.getTime())
  if (inboxId !== null) query.where({ inbox_id: inboxId })
  const rows = await query
    .select(db.raw('created_at / ? as quarter', [QUARTER_MS]))
    .count({ count: '*' })
    .groupBy('quarter')
  return (rows as unknown as { quarter: number; count: number }[]).map(({ quarter, count }) => ({
    at: new Date(Math.floor(Number(quarter)) * QUARTER_MS),
    count: Number(count),
  }))
}
