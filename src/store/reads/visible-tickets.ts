/** Tickets as far as the one who asks may see them. */
import type { Ticket } from '../../ticket/ticket.ts'
import type { Queryable, Tx } from '../open.ts'
import { type TicketRow, toTicket } from '../tickets.ts'

export interface TicketScope {
  /** Only tickets this person takes part in; null: all. */
  readonly participantId: number | null
  /** Of those only this one; absent: all. */
  readonly ticketId?: number
}

/** Null: there is none, or it is none of the asker's business. */
export async function findVisibleTicket(
  db: Queryable,
  scope: TicketScope,
  id: number,
): Promise<Ticket | null> {
  const row = await visible(db, scope).where({ id }).first()
  return row === undefined ? null : toTicket(row)
}

/** Which of these tickets are there for the asker. */
export async function visibleIds(
  db: Queryable,
  scope: TicketScope,
  ids: readonly number[],
): Promise<Set<number>> {
  if (ids.length === 0) return new Set()
  const rows = await visible(db, scope)
    .whereIn('id', [...new Set(ids)])
    .select('id')
  return new Set(rows.map(({ id }) => id))
}

/** The same for a change: nobody else changes this ticket until the transaction ends. */
export async function lockVisibleTicket(
  tx: Tx,
  scope: TicketScope,
  id: number,
): Promise<Ticket | null> {
  const row = await visible(tx, scope).where({ id }).forUpdate().first()
  return row === undefined ? null : toTicket(row)
}

/**
 * Tickets that are there for the asker: not deleted, and his own if he is a customer.
 * @param deleted deleted ones instead.
 */
export function visible(db: Queryable, { participantId, ticketId }: TicketScope, deleted = false) {
  const query = deleted
    ? db<TicketRow>('tickets').whereNotNull('deleted_at')
    : db<TicketRow>('tickets').whereNull('deleted_at')
  if (ticketId !== undefined) query.where({ id: ticketId })
  if (participantId === null) return query
  // One list of ids: with an `or` PostgreSQL would look at every ticket there is.
  const joined = db('participants').where({ user_id: participantId }).select('ticket_id as id')
  const own = db('tickets').where({ requester_id: participantId }).select('id').union(joined)
  return query.whereIn('id', own)
}
