/** Counts of the tickets one may see. */
import type { StatusCategory } from '../../ticket/lifecycle.ts'
import type { Priority } from '../../ticket/ticket.ts'
import type { Queryable } from '../open.ts'
import { fromMsOrNull } from '../time.ts'
import { type TicketScope, visible } from './visible-tickets.ts'

/** How many tickets agree in all of these. */
export interface TicketCount {
  readonly status: string
  readonly statusCategory: StatusCategory
  readonly category: string | null
  readonly priority: Priority
  readonly assigneeId: number | null
  readonly count: number
}

interface CountRow {
  status: string
  status_category: StatusCategory
  category: string | null
  priority: Priority
  assignee_id: number | null
  count: number
}

const GROUPED = ['status', 'status_category', 'category', 'priority', 'assignee_id'] as const

export async function countTickets(db: Queryable, scope: TicketScope): Promise<TicketCount[]> {
  const rows = await visible(db, scope)
    .groupBy([...GROUPED])
    .select<CountRow[]>([...GROUPED])
    .count({ count: '*' })
  return (rows as CountRow[]).map((row) => ({
    status: row.status,
    statusCategory: row.status_category,
    category: row.category,
    priority: row.priority,
    assigneeId: row.assignee_id,
    count: Number(row.count),
  }))
}

/** Since when the customer has waited who has waited longest; null: nobody waits for us. */
export async function oldestWaiting(db: Queryable, scope: TicketScope): Promise<Date | null> {
  const waiting = visible(db, scope).where({ status_category: 'open' }).select('id')
  const lastWords = db('comments')
    .whereIn('ticket_id', waiting)
    .where({ visibility: 'public', author_type: 'customer' })
    .groupBy('ticket_id')
    .max({ said_at: 'created_at' })
    .as('last_words')
  const row = await db(lastWords).min({ since: 'said_at' }).first<{ since: number | null }>()
  return fromMsOrNull(row?.since ?? null)
}
