/** Tickets. Who takes part in them is in participants.ts. */
import type { StatusCategory } from '../ticket/lifecycle.ts'
import type { Priority, RequesterSource, Ticket } from '../ticket/ticket.ts'
import { type Speaker, waitingAfter } from '../ticket/waiting.ts'
import { gathered, inOrder } from './gather.ts'
import { fieldsFrom, stringsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export interface TicketRow {
  id: number
  subject: string
  status: string
  status_category: StatusCategory
  priority: Priority
  category: string | null
  tags: string
  fields: string
  inbox_id: number | null
  requester_id: number | null
  requester_source: RequesterSource
  assignee_id: number | null
  follow_up_of: number | null
  merged_into: number | null
  locale: string | null
  thread_index: string | null
  comments_count: number
  created_at: number
  updated_at: number
  closed_at: number | null
  waiting_since: number | null
  first_answered_at: number | null
  snoozed_until: number | null
  deleted_at: number | null
  version: number
}

export const toTicket = (row: TicketRow): Ticket => ({
  id: row.id,
  subject: row.subject,
  status: row.status,
  statusCategory: row.status_category,
  priority: row.priority,
  category: row.category,
  tags: stringsFrom(row.tags),
  fields: fieldsFrom(row.fields),
  inboxId: row.inbox_id,
  requesterId: row.requester_id,
  requesterSource: row.requester_source,
  assigneeId: row.assignee_id,
  followUpOf: row.follow_up_of,
  mergedInto: row.merged_into,
  locale: row.locale,
  threadIndex: row.thread_index,
  commentsCount: row.comments_count,
  createdAt: fromMs(row.created_at),
  updatedAt: fromMs(row.updated_at),
  closedAt: fromMsOrNull(row.closed_at),
  waitingSince: fromMsOrNull(row.waiting_since),
  firstAnsweredAt: fromMsOrNull(row.first_answered_at),
  snoozedUntil: fromMsOrNull(row.snoozed_until),
  deletedAt: fromMsOrNull(row.deleted_at),
  version: row.version,
})

export type NewTicket = Pick<
  Ticket,
  | 'subject'
  | 'status'
  | 'statusCategory'
  | 'priority'
  | 'category'
  | 'tags'
  | 'fields'
  | 'inboxId'
  | 'requesterId'
  | 'requesterSource'
  | 'followUpOf'
  | 'locale'
  | 'threadIndex'
  | 'commentsCount'
  | 'waitingSince'
  | 'firstAnsweredAt'
>

export const insertTicket = (tx: Tx, ticket: NewTicket, at: Date): Promise<Ticket> =>
  insertGathered(tx, { ticket, at })

const insertGathered = gathered(
  async (db, all: readonly { readonly ticket: NewTicket; readonly at: Date }[]) => {
    const rows = await db<TicketRow>('tickets')
      .insert(all.map(({ ticket, at }) => columnsOf(ticket, at)))
      .returning('*')
    const isSame = (row: TicketRow, { ticket }: (typeof all)[number]): boolean =>
      row.subject === ticket.subject && row.requester_id === ticket.requesterId
    return inOrder(rows, all, isSame).map(toTicket)
  },
)

const columnsOf = (ticket: NewTicket, at: Date) => ({
  subject: ticket.subject,
  status: ticket.status,
  status_category: ticket.statusCategory,
  priority: ticket.priority,
  category: ticket.category,
  tags: toJson(ticket.tags),
  fields: toJson(ticket.fields),
  inbox_id: ticket.inboxId,
  requester_id: ticket.requesterId,
  requester_source: ticket.requesterSource,
  follow_up_of: ticket.followUpOf,
  locale: ticket.locale,
  thread_index: ticket.threadIndex,
  comments_count: ticket.commentsCount,
  created_at: toMs(at),
  updated_at: toMs(at),
  closed_at: ticket.statusCategory === 'closed' ? toMs(at) : null,
  waiting_since: msOrNull(ticket.waitingSince),
  first_answered_at: msOrNull(ticket.firstAnsweredAt),
})

/** Null: there is no such ticket (deleted ones are there, with `deletedAt`). */
export async function findTicket(db: Queryable, id: number): Promise<Ticket | null> {
  const row = await db<TicketRow>('tickets').where({ id }).first()
  return row === undefined ? null : toTicket(row)
}

export async function findTickets(db: Queryable, ids: readonly number[]): Promise<Ticket[]> {
  if (ids.length === 0) return []
  const rows = await db<TicketRow>('tickets')
    .whereIn('id', [...new Set(ids)])
    .select()
  return rows.map(toTicket)
}

export interface TicketChange
  extends Partial<
    Pick<
      Ticket,
      | 'subject'
      | 'priority'
      | 'category'
      | 'tags'
      | 'fields'
      | 'inboxId'
      | 'requesterId'
      | 'requesterSource'
      | 'assigneeId'
      | 'mergedInto'
      | 'deletedAt'
      | 'locale'
      | 'snoozedUntil'
    >
  > {
  readonly status?: { readonly name: string; readonly category: StatusCategory }
  readonly commentsAdded?: number
  /** Who said something in public with it. */
  readonly spoke?: Speaker | null
}

/**
 * Changes a ticket that still has the version the decision was made on.
 * False: somebody changed it meanwhile; load it again and decide again.
 */
export async function updateTicket(
  tx: Tx,
  ticket: Ticket,
  change: TicketChange,
  at: Date,
): Promise<boolean> {
  const updated = await tx<TicketRow>('tickets')
    .where({ id: ticket.id, version: ticket.version })
    .update({
      version: ticket.version + 1,
      updated_at: toMs(at),
      ...statusColumns(ticket, change, at),
      ...spokenColumns(ticket, change, at),
      ...plainColumns(change),
      ...(change.commentsAdded === undefined
        ? {}
        : { comments_count: ticket.commentsCount + change.commentsAdded }),
    })
  return updated === 1
}

/** A customer's words wake a ticket that was put off. */
function spokenColumns(
  ticket: Ticket,
  { status, spoke = null }: TicketChange,
  at: Date,
): Partial<TicketRow> {
  const category = status?.category ?? ticket.statusCategory
  const answers = spoke === 'agent' && ticket.firstAnsweredAt === null
  return {
    waiting_since: msOrNull(waitingAfter(ticket, { category, spoke }, at)),
    ...(answers ? { first_answered_at: toMs(at) } : {}),
    ...(spoke === 'customer' ? { snoozed_until: null } : {}),
  }
}

const msOrNull = (date: Date | null): number | null => (date === null ? null : toMs(date))

function statusColumns(ticket: Ticket, { status }: TicketChange, at: Date): Partial<TicketRow> {
  if (status === undefined) return {}
  const closes = status.category === 'closed' && ticket.statusCategory !== 'closed'
  return {
    status: status.name,
    status_category: status.category,
    ...(closes ? { closed_at: toMs(at) } : {}),
    ...(status.category === 'closed' ? {} : { closed_at: null }),
  }
}

/** Columns of the members that are given; a member left out leaves its column alone. */
function plainColumns(change: TicketChange): Partial<TicketRow> {
  const columns = {
    subject: change.subject,
    priority: change.priority,
    category: change.category,
    tags: change.tags === undefined ? undefined : toJson(change.tags),
    fields: change.fields === undefined ? undefined : toJson(change.fields),
    inbox_id: change.inboxId,
    requester_id: change.requesterId,
    requester_source: change.requesterSource,
    assignee_id: change.assigneeId,
    merged_into: change.mergedInto,
    locale: change.locale,
    deleted_at: change.deletedAt instanceof Date ? toMs(change.deletedAt) : change.deletedAt,
    snoozed_until:
      change.snoozedUntil instanceof Date ? toMs(change.snoozedUntil) : change.snoozedUntil,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** Tickets that were put off until an instant or earlier, those that wait longest first. */
export async function listSnoozedUntil(db: Queryable, at: Date, limit: number): Promise<Ticket[]> {
  const rows = await db<TicketRow>('tickets')
    .where('snoozed_until', '<=', toMs(at))
    .orderBy('snoozed_until')
    .limit(limit)
    .select()
  return rows.map(toTicket)
}

/** Of these tickets, those that this one was split from. */
export async function splitFrom(
  db: Queryable,
  ticketId: number,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db('ticket_links')
    .where({ ticket_id: ticketId, reason: 'split' })
    .whereIn('related_id', [...ids])
    .select<{ related_id: number }[]>('related_id')
  return rows.map(({ related_id }) => related_id)
}

/** Notes that two tickets may belong together: shown to agents, gives no rights. */
export async function linkTickets(
  tx: Tx,
  link: { ticketId: number; relatedId: number; reason: string },
  at: Date,
): Promise<void> {
  await tx('ticket_links')
    .insert({
      ticket_id: link.ticketId,
      related_id: link.relatedId,
      reason: link.reason,
      created_at: toMs(at),
    })
    .onConflict(['ticket_id', 'related_id'])
    .ignore()
}
