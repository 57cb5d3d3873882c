/** The tickets somebody asked for, and those he works on. */
import type { Ticket } from '../../ticket/ticket.ts'
import type { Tx } from '../open.ts'
import { type TicketRow, toTicket } from '../tickets.ts'

/** Without deleted ones. */
export async function listRequested(tx: Tx, requesterId: number): Promise<Ticket[]> {
  const rows = await tx<TicketRow>('tickets')
    .where({ requester_id: requesterId })
    .whereNull('deleted_at')
    .orderBy('id')
    .select()
  return rows.map(toTicket)
}

/** Those that are not closed. */
export async function listAssigned(tx: Tx, assigneeId: number): Promise<Ticket[]> {
  const rows = await tx<TicketRow>('tickets')
    .where({ assignee_id: assigneeId })
    .whereNot({ status_category: 'closed' })
    .orderBy('id')
    .select()
  return rows.map(toTicket)
}
