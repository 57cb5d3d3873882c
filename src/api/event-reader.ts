/** Which events a user may read, and how much of each. */
import { type EventType, listEvents, type StoredEvent } from '../store/events.ts'
import type { Queryable } from '../store/open.ts'
import { visibleIds } from '../store/reads/visible-tickets.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { type EventJson, eventJson } from './comment-json.ts'

export interface EventReader {
  readonly user: User
  /** Only events of this ticket; null: of all he may see. */
  readonly ticketId: number | null
}

export interface ReadableEvent {
  readonly id: number
  readonly type: EventType
  readonly json: EventJson
}

/** Events after one and up to another, oldest first; `lastId`: how far was read, null: nothing. */
export async function readableEvents(
  db: Queryable,
  { user, ticketId }: EventReader,
  part: { afterId: number; upToId: number; limit: number },
): Promise<{ events: ReadableEvent[]; lastId: number | null }> {
  if (part.afterId >= part.upToId) return { events: [], lastId: null }
  const stored = await listEvents(db, { ticketId, ...part })
  const mine = isStaff(user) ? stored : await ofCustomer(db, user, stored)
  const shown = isStaff(user) ? eventJson : shownToCustomer
  return {
    events: mine.map((event) => ({ id: event.id, type: event.type, json: shown(event) })),
    lastId: stored.at(-1)?.id ?? null,
  }
}

const FOR_CUSTOMERS: ReadonlySet<EventType> = new Set([
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'comment.created',
])

/** Of the tickets he takes part in now, and nothing that is said among agents. */
async function ofCustomer(
  db: Queryable,
  user: User,
  events: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const candidates = events.filter(
    ({ type, ticketId, data }) =>
      FOR_CUSTOMERS.has(type) && ticketId !== null && data['visibility'] !== 'internal',
  )
  const ids = candidates.map(({ ticketId }) => ticketId).filter((id) => id !== null)
  const visible = await visibleIds(db, { participantId: user.id }, ids)
  return candidates.filter(({ ticketId }) => ticketId !== null && visible.has(ticketId))
}

/** That something changed: what exactly may be the agents' business, and he can look. */
function shownToCustomer(event: StoredEvent): EventJson {
  const { from, to } = event.data
  const data = event.type === 'ticket.status_changed' ? { from, to } : {}
  return { ...eventJson(event), actor: { type: event.actor.type, id: null }, data }
}
