/** Lists of tickets, and single ones, as far as the one who asks may see them. */
import type { Knex } from 'knex'
import type { Address } from '../../mail/address.ts'
import type { Priority, Ticket } from '../../ticket/ticket.ts'
import { toJson } from '../json.ts'
import type { Queryable, Tx } from '../open.ts'
import { type TicketRow, toTicket } from '../tickets.ts'

export interface TicketScope {
  /** Only tickets this person takes part in; null: all. */
  readonly participantId: number | null
}

export interface TicketFilter extends TicketScope {
  readonly statuses?: readonly string[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly priorities?: readonly Priority[] | undefined
  /** Null: nobody's. */
  readonly assigneeId?: number | null | undefined
  /** All of them. */
  readonly tags?: readonly string[] | undefined
  readonly requester?: { readonly id: number } | { readonly email: Address } | undefined
  /** A name, or an id as text. */
  readonly inbox?: string | undefined
  /** Words that the subject contains, all of them. */
  readonly words?: readonly string[] | undefined
  readonly beforeId?: number | undefined
  readonly limit: number
}

/** Newest first. */
export async function listTickets(db: Queryable, filter: TicketFilter): Promise<Ticket[]> {
  const query = visible(db, filter).orderBy('id', 'desc').limit(filter.limit).select()
  const { statuses, categories, priorities, assigneeId, requester, inbox } = filter
  if (statuses !== undefined) void query.whereIn('status', [...statuses])
  if (categories !== undefined) void query.whereIn('category', [...categories])
  if (priorities !== undefined) void query.whereIn('priority', [...priorities])
  if (assigneeId === null) void query.whereNull('assignee_id')
  else if (assigneeId !== undefined) void query.where({ assignee_id: assigneeId })
  for (const tag of filter.tags ?? []) {
    // Means the same on both databases, and knows no wildcards: a tag has no comma in it.
    void query.whereRaw(`replace(tags, ?, '') <> tags`, [toJson(tag)])
  }
  if (requester !== undefined) {
    const ids = 'id' in requester ? [requester.id] : db('users').where(requester).select('id')
    void query.whereIn('requester_id', ids)
  }
  if (inbox !== undefined) {
    const named = db('inboxes').whereRaw('lower(name) = ?', [inbox.toLowerCase()])
    if (/^\d{1,9}$/.test(inbox)) void named.orWhere({ id: Number(inbox) })
    void query.whereIn('inbox_id', named.select('id'))
  }
  for (const word of filter.words ?? []) {
    void query.where((q) => contains(q, word))
  }
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query).map(toTicket)
}

/** As written, too: a database's lower() may know ASCII only. `#12` and `12` are also numbers. */
function contains(query: Knex.QueryBuilder, word: string): void {
  const pattern = (text: string): string => `%${text.replace(/[!%_]/g, '!$&')}%`
  void query.whereRaw(`lower(subject) like ? escape '!'`, [pattern(word.toLowerCase())])
  void query.orWhereRaw(`subject like ? escape '!'`, [pattern(word)])
  const id = /^#?([1-9]\d{0,8})$/.exec(word)?.[1]
  if (id !== undefined) void query.orWhere({ id: Number(id) })
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

/** Tickets that are there for the asker: not deleted, and his own if he is a customer. */
export function visible(db: Queryable, { participantId }: TicketScope) {
  const query = db<TicketRow>('tickets').whereNull('deleted_at')
  if (participantId === null) return query
  const joined = db('participants').where({ user_id: participantId }).select('ticket_id')
  return query.where((q) => {
    void q.where({ requester_id: participantId }).orWhereIn('id', joined)
  })
}
