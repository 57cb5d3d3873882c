/** Counts of the tickets one may see. */
import type { StatusCategory } from '../../ticket/lifecycle.ts'
import type { Priority } from '../../ticket/ticket.ts'
import type { Queryable } from '../open.ts'
import { fromMsOrNull } from '../time.ts'
import type { TicketCount } from '../ticket-counts.ts'
import { LONGEST_WAITING_FIRST } from './ticket-list.ts'
import { type TicketScope, visible } from './visible-tickets.ts'

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

/** Since when somebody has waited for us who has waited longest; null: nobody does. */
export async function oldestWaiting(db: Queryable, scope: TicketScope): Promise<Date | null> {
  const row = await visible(db, scope)
    .whereNotNull('waiting_since')
    // Written like the index over it.
    .orderByRaw(LONGEST_WAITING_FIRST)
    .first<{ waiting_since: number | null } | undefined>('waiting_since')
  return fromMsOrNull(row?.waiting_since ?? null)
}
