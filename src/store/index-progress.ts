/** How far the indexer has read. Several daemons share one row: who comes second begins again. */
import type { Queryable, Tx } from './open.ts'

export interface IndexProgress {
  /** Tickets of events up to this one are read. */
  readonly eventId: number
  /** Tickets below this id are still to be read once; null: none is. */
  readonly ticketsBelow: number | null
}

interface ProgressRow {
  id: 1
  event_id: number
  tickets_below: number | null
}

export async function findProgress(db: Queryable): Promise<IndexProgress> {
  const row = await db<ProgressRow>('index_progress').where({ id: 1 }).first()
  return { eventId: row?.event_id ?? 0, ticketsBelow: row?.tickets_below ?? null }
}

/** Compare-and-set. False: somebody else got further meanwhile, and nothing may be written. */
export async function moveProgress(
  tx: Tx,
  from: IndexProgress,
  to: IndexProgress,
): Promise<boolean> {
  const updated = await tx<ProgressRow>('index_progress')
    .where({ id: 1, event_id: from.eventId, tickets_below: from.ticketsBelow })
    .update({ event_id: to.eventId, tickets_below: to.ticketsBelow })
  return updated === 1
}

/** Tickets of the next events, and the last event of them; null: there is none. */
export async function changedTickets(
  db: Queryable,
  part: { afterId: number; limit: number },
): Promise<{ ticketIds: number[]; lastId: number } | null> {
  const rows = await db('events')
    .where('id', '>', part.afterId)
    .orderBy('id')
    .limit(part.limit)
    .select<{ id: number; ticket_id: number | null }[]>('id', 'ticket_id')
  const last = rows.at(-1)
  if (last === undefined) return null
  const ids = rows.map(({ ticket_id }) => ticket_id).filter((id) => id !== null)
  return { ticketIds: [...new Set(ids)], lastId: last.id }
}

/** The next tickets below an id, newest first. */
export async function ticketsBelow(db: Queryable, id: number, limit: number): Promise<number[]> {
  const rows = await db('tickets')
    .where('id', '<', id)
    .orderBy('id', 'desc')
    .limit(limit)
    .select<{ id: number }[]>('id')
  return rows.map((row) => row.id)
}
