/** Events: one row per change, written in the same transaction as the change. */
import type { Actor } from '../ticket/comment.ts'
import { gathered } from './gather.ts'
import { recordFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export const EVENT_TYPES = [
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'comment.created',
  'delivery.changed',
  'inbox.changed',
  'user.changed',
  'alert.raised',
  'alert.cleared',
  'webhook.changed',
  'suppression.changed',
  'sender.changed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface NewEvent {
  readonly type: EventType
  readonly ticketId: number | null
  readonly commentId: number | null
  readonly actor: Actor
  /** Ids and changed values; never text that people wrote. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface StoredEvent extends NewEvent {
  readonly id: number
  readonly createdAt: Date
}

export interface EventRow {
  id: number
  type: EventType
  ticket_id: number | null
  comment_id: number | null
  actor_type: 'user' | 'system'
  actor_id: number | null
  data: string
  created_at: number
}

export async function insertEvents(tx: Tx, events: readonly NewEvent[], at: Date): Promise<void> {
  if (events.length > 0) await insertGathered(tx, { events, at })
}

const insertGathered = gathered(
  async (db, all: readonly { readonly events: readonly NewEvent[]; readonly at: Date }[]) => {
    await db<EventRow>('events').insert(
      all.flatMap(({ events, at }) => events.map((event) => columnsOf(event, at))),
    )
    return all.map(() => null)
  },
)

const columnsOf = (event: NewEvent, at: Date) => ({
  type: event.type,
  ticket_id: event.ticketId,
  comment_id: event.commentId,
  actor_type: event.actor.type,
  actor_id: event.actor.id,
  data: toJson(event.data),
  created_at: toMs(at),
})

/** Oldest first. */
export async function listEvents(
  db: Queryable,
  filter: {
    /** Null: of all. */
    ticketId: number | null
    afterId: number
    /** The last one to be read; absent: all there are. */
    upToId?: number
    limit: number
  },
): Promise<StoredEvent[]> {
  const query = db<EventRow>('events')
    .where('id', '>', filter.afterId)
    .orderBy('id')
    .limit(filter.limit)
    .select()
  if (filter.ticketId !== null) void query.where({ ticket_id: filter.ticketId })
  if (filter.upToId !== undefined) void query.where('id', '<=', filter.upToId)
  return (await query).map(toEvent)
}

export const toEvent = (row: EventRow): StoredEvent => ({
  id: row.id,
  type: row.type,
  ticketId: row.ticket_id,
  commentId: row.comment_id,
  actor:
    row.actor_type === 'user' && row.actor_id !== null
      ? { type: 'user', id: row.actor_id }
      : { type: 'system', id: null },
  data: recordFrom(row.data),
  createdAt: fromMs(row.created_at),
})

/**
 * Are events after this one gone, because nobody wanted to keep them longer? Only the oldest go, so
 * it shows at the beginning of what is left. A number that was never used there looks the same.
 */
export async function areForgottenAfter(db: Queryable, id: number): Promise<boolean> {
  const oldest = await db<EventRow>('events').orderBy('id').first('id')
  return oldest === undefined || oldest.id > id + 1
}

/** The last event from before an instant; 0: there is none. */
export async function lastEventBefore(db: Queryable, before: Date): Promise<number> {
  const row = await db<EventRow>('events')
    .where('created_at', '<', toMs(before))
    .orderBy('id', 'desc')
    .first('id')
  return row?.id ?? 0
}

/** More changes than these of one ticket are not looked through. */
const LOOKED_AT_MAX = 100

/** Who made this user the assignee last, at that instant or later; null: nobody did. */
export async function assignedBy(
  db: Queryable,
  { ticketId, assigneeId, since }: { ticketId: number; assigneeId: number; since: Date },
): Promise<number | null> {
  const rows = await db<EventRow>('events')
    .where({ ticket_id: ticketId, type: 'ticket.updated' })
    .where('created_at', '>=', toMs(since))
    .orderBy('id', 'desc')
    .limit(LOOKED_AT_MAX)
    .select()
  const given = rows.map(toEvent).find(({ data }) => {
    const { assignee_id: change } = (data['changes'] ?? {}) as Record<string, { to?: unknown }>
    return change?.to === assigneeId
  })
  return given?.actor.id ?? null
}
