/** The tickets that leave the desk in an export, in the order of their numbers. */
import type { Ticket } from '../../ticket/ticket.ts'
import type { Queryable } from '../open.ts'
import { toMs } from '../time.ts'
import { type TicketRow, toTicket } from '../tickets.ts'

const PAGE = 100

export interface ExportedTickets {
  /** Only those he takes part in; null: everybody's. */
  readonly userId: number | null
  /** Only those that changed since then; null: all. */
  readonly since: Date | null
}

/** Those that were deleted stay away. A page at a time, so that few are in memory. */
export async function* exportedTickets(
  db: Queryable,
  { userId, since }: ExportedTickets,
): AsyncGenerator<Ticket[]> {
  for (let afterId = 0; ; ) {
    const query = db<TicketRow>('tickets')
      .whereNull('deleted_at')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(PAGE)
      .select()
    if (since !== null) void query.where('updated_at', '>=', toMs(since))
    if (userId !== null) {
      void query.whereIn('id', db('participants').where({ user_id: userId }).select('ticket_id'))
    }
    const tickets = (await query).map(toTicket)
    if (tickets.length > 0) yield tickets
    const last = tickets.at(-1)
    if (last === undefined || tickets.length < PAGE) return
    afterId = last.id
  }
}
