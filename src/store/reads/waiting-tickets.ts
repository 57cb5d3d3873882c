/** Tickets whose requester waits for us, the longest wait first. */
import type { Ticket } from '../../ticket/ticket.ts'
import type { Queryable } from '../open.ts'
import { type TicketRow, toTicket } from '../tickets.ts'

/** `assigneeId` null: those that nobody has taken. `count`: how many there are in all. */
export async function waitingTickets(
  db: Queryable,
  { assigneeId, limit }: { assigneeId: number | null; limit: number },
): Promise<{ tickets: Ticket[]; count: number }> {
  const waiting = () =>
    db<TicketRow>('tickets')
      .where({ assignee_id: assigneeId })
      .whereNotNull('waiting_since')
      .whereNot({ status_category: 'closed' })
      .whereNull('deleted_at')
      .whereNull('merged_into')
  const rows = await waiting().orderBy('waiting_since').orderBy('id').limit(limit).select()
  const counted = await waiting().count({ count: '*' }).first<{ count: number } | undefined>()
  return { tickets: rows.map(toTicket), count: Number(counted?.count ?? 0) }
}
