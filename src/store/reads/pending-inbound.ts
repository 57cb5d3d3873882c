/** How many stored messages of each inbox wait to be taken in. */
import type { Queryable } from '../open.ts'

export async function pendingByInbox(db: Queryable): Promise<Map<number, number>> {
  const rows = await db('inbound_messages')
    .where({ fate: 'pending' })
    .groupBy('inbox_id')
    .count({ count: '*' })
    .select<{ inbox_id: number; count: number }[]>('inbox_id')
  return new Map(rows.map((row) => [row.inbox_id, Number(row.count)]))
}
