/** Who did what: events that a user caused, newest first. */
import type { EventRow, EventType, StoredEvent } from '../events.ts'
import { toEvent } from '../events.ts'
import type { Queryable } from '../open.ts'
import { toMs } from '../time.ts'

export interface AuditFilter {
  readonly actorId?: number
  readonly type?: EventType
  readonly ticketId?: number
  readonly after?: Date
  readonly before?: Date
  readonly beforeId?: number
  readonly limit: number
}

export async function listAudit(db: Queryable, filter: AuditFilter): Promise<StoredEvent[]> {
  const query = db<EventRow>('events')
    .whereNotNull('actor_id')
    .orderBy('id', 'desc')
    .limit(filter.limit)
  if (filter.actorId !== undefined) void query.where({ actor_id: filter.actorId })
  if (filter.type !== undefined) void query.where({ type: filter.type })
  if (filter.ticketId !== undefined) void query.where({ ticket_id: filter.ticketId })
  if (filter.after !== undefined) void query.where('created_at', '>', toMs(filter.after))
  if (filter.before !== undefined) void query.where('created_at', '<', toMs(filter.before))
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query.select()).map(toEvent)
}
