/** Lists of tickets: filtered, searched and sorted, a page at a time and with bounded work. */
import type { Knex } from 'knex'
import type { Address } from '../../mail/address.ts'
import type { SearchTerm } from '../../ticket/search-query.ts'
import type { Priority, Ticket } from '../../ticket/ticket.ts'
import { toJson } from '../json.ts'
import type { Queryable } from '../open.ts'
import { matching } from '../ticket-words.ts'
import { toTicket } from '../tickets.ts'
import { toMs } from '../time.ts'
import { type TicketScope, visible } from './visible-tickets.ts'

/** What tickets can be sorted by; each has an index. */
const SORTED_BY = {
  id: 'id',
  created_at: 'created_at',
  updated_at: 'updated_at',
  /** Those that nobody waits for come after all others. */
  waiting_since: `coalesce(waiting_since, ${2 ** 53 - 1})`,
  priority: `case priority when 'urgent' then 4 when 'high' then 3 when 'normal' then 2 else 1 end`,
} as const
/** Uses the same index. */
export const LONGEST_WAITING_FIRST = `${SORTED_BY.waiting_since}, id`
export type TicketSort = keyof typeof SORTED_BY
export const TICKET_SORTS = Object.keys(SORTED_BY) as TicketSort[]

export const PARTS = ['attachment', 'note', 'bounce'] as const
export type Part = (typeof PARTS)[number]

/** Where a page begins: after the ticket with this id and this value of what is sorted by. */
export interface TicketPosition {
  readonly id: number
  readonly key: number
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
  /** What must all be found; empty: nothing can be. */
  readonly terms?: readonly SearchTerm[] | undefined
  /** What it must have, all of them. */
  readonly has?: readonly Part[] | undefined
  readonly createdAfter?: Date | undefined
  readonly createdBefore?: Date | undefined
  readonly updatedAfter?: Date | undefined
  readonly updatedBefore?: Date | undefined
  /** Somebody has waited since then or longer. */
  readonly waitingSince?: Date | undefined
  /** Those that are put off; false: the others. */
  readonly snoozed?: boolean | undefined
  /** Deleted ones instead of those that are there. */
  readonly deleted?: boolean | undefined
  readonly order: { readonly by: TicketSort; readonly descending: boolean }
  readonly after?: TicketPosition | undefined
  readonly limit: number
}

export interface TicketList {
  readonly tickets: readonly Ticket[]
  /** Older matches than this ticket's were not looked at; null: there are none. */
  readonly lookedDownTo: number | null
}

/**
 * Matches of a search that are looked at together, in turn, for one page. Few at first: mostly they
 * are the page, and each one costs.
 */
const LOOKS = [250, 2_000, 2_000, 2_000, 2_000, 2_000]
/** Where the page is not in the order of the matches. */
const MATCHES_MAX = 2_000

export async function listTickets(db: Queryable, filter: TicketFilter): Promise<TicketList> {
  if (filter.terms === undefined) {
    return { tickets: await page(db, filter, null), lookedDownTo: null }
  }
  if (filter.terms.length === 0) return { tickets: [], lookedDownTo: null }
  return newestFirst(filter) ? search(db, filter) : searchSorted(db, filter)
}

const newestFirst = ({ order }: TicketFilter): boolean => order.by === 'id' && order.descending

/** Newest first: the matches are looked at in their order, until the page is full. */
async function search(db: Queryable, filter: TicketFilter): Promise<TicketList> {
  const tickets: Ticket[] = []
  let beforeId = filter.after?.id ?? null
  for (const size of LOOKS) {
    const matches = { beforeId, size }
    const found = matchesOf(db, filter, matches)
    const left = filter.limit - tickets.length
    tickets.push(...(await page(db, { ...filter, limit: left }, found)))
    if (tickets.length >= filter.limit) return { tickets, lookedDownTo: null }
    const edge = await edgeOf(db, filter, matches)
    if (edge === null) return { tickets, lookedDownTo: null }
    beforeId = edge
  }
  return { tickets, lookedDownTo: beforeId }
}

/** In another order: among the newest matches. */
async function searchSorted(db: Queryable, filter: TicketFilter): Promise<TicketList> {
  const found = matchesOf(db, filter, { beforeId: null, size: MATCHES_MAX })
  return { tickets: await page(db, filter, found), lookedDownTo: null }
}

interface Matches {
  /** Only older ones; null: the newest. */
  readonly beforeId: number | null
  /** So many at most. */
  readonly size: number
}

function matchesOf(db: Queryable, filter: TicketFilter, { beforeId, size }: Matches): Knex.Raw {
  const { terms = [], participantId } = filter
  const within = participantId === null ? null : visible(db, filter, filter.deleted).select('id')
  return matching(db, { terms, within, beforeId, limit: size })
}

/** The oldest of the matches that are looked at together; null: there are no more. */
async function edgeOf(
  db: Queryable,
  filter: TicketFilter,
  wanted: Matches,
): Promise<number | null> {
  const matches = db.raw('(?) as matches', [matchesOf(db, filter, wanted)])
  const row = await db
    .from(matches as unknown as string)
    .min({ edge: 'id' })
    .count({ count: '*' })
    .first<{ edge: number | null; count: number } | undefined>()
  return Number(row?.count ?? 0) < wanted.size ? null : (row?.edge ?? null)
}

async function page(
  db: Queryable,
  filter: TicketFilter,
  found: Knex.Raw | null,
): Promise<Ticket[]> {
  const { order, after, limit } = filter
  const key = SORTED_BY[order.by]
  const direction = order.descending ? 'desc' : 'asc'
  const query = visible(db, filter, filter.deleted).limit(limit).select()
  if (order.by === 'id') void query.orderBy('id', direction)
  else void query.orderByRaw(`${key} ${direction}, id ${direction}`)
  if (found !== null) void query.whereRaw('id in (?)', [found])
  if (after !== undefined) {
    const past = order.descending ? '<' : '>'
    if (order.by === 'id') void query.where('id', past, after.id)
    else {
      void query.whereRaw(`${key} ${past}= ? and (${key} ${past} ? or id ${past} ?)`, [
        after.key,
        after.key,
        after.id,
      ])
    }
  }
  narrow(db, query, filter)
  narrowTimes(query, filter)
  return (await query).map(toTicket)
}

type Query = ReturnType<typeof visible>

function narrow(db: Queryable, query: Query, filter: TicketFilter): void {
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
  if (filter.snoozed === true) void query.whereNotNull('snoozed_until')
  if (filter.snoozed === false) void query.whereNull('snoozed_until')
  for (const part of filter.has ?? []) void query.whereExists(partOf(db, part))
}

/** Each is found by an index over the ticket's id. */
function partOf(db: Queryable, part: Part): Knex.QueryBuilder {
  const comments = db('comments').whereRaw('comments.ticket_id = tickets.id')
  if (part === 'note') return comments.where({ visibility: 'internal' }).select(db.raw('1'))
  if (part === 'attachment') {
    return comments.join('attachments', 'attachments.comment_id', 'comments.id').select(db.raw('1'))
  }
  return db('outbox')
    .whereRaw('outbox.ticket_id = tickets.id')
    .whereIn('outcome', ['bounced', 'failed'])
    .where({ kind: 'reply' })
    .select(db.raw('1'))
}

function narrowTimes(query: Query, filter: TicketFilter): void {
  const { createdAfter, createdBefore, updatedAfter, updatedBefore, waitingSince } = filter
  if (createdAfter !== undefined) void query.where('created_at', '>', toMs(createdAfter))
  if (createdBefore !== undefined) void query.where('created_at', '<', toMs(createdBefore))
  if (updatedAfter !== undefined) void query.where('updated_at', '>', toMs(updatedAfter))
  if (updatedBefore !== undefined) void query.where('updated_at', '<', toMs(updatedBefore))
  if (waitingSince !== undefined) void query.where('waiting_since', '<=', toMs(waitingSince))
}
