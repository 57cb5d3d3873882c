/** What tickets say, as far as it is searched: bounded for each comment and for each ticket. */
import type { Visibility } from '../../ticket/comment.ts'
import type { Ticket } from '../../ticket/ticket.ts'
import type { Queryable } from '../open.ts'
import { listParticipants } from '../participants.ts'
import { findTickets } from '../tickets.ts'
import { usersById } from '../users.ts'
import { groupBy } from './ticket-views.ts'

/** Of one comment: longer ones are found by their beginning. */
export const SEARCHED_LENGTH_MAX = 50_000
/** Of one ticket, the newest, and the one it began with. */
export const SEARCHED_COMMENTS_MAX = 500

export interface TicketTexts {
  readonly ticket: Ticket
  /** Names and addresses of its customers. */
  readonly people: readonly string[]
  /** Newest first, with the names of their files. */
  readonly comments: readonly { readonly visibility: Visibility; readonly text: string }[]
}

interface CommentText {
  id: number
  ticket_id: number
  visibility: Visibility
  text: string
}

/** How many characters {@link ticketTexts} would read of these tickets, about. */
export async function searchedLength(db: Queryable, ids: readonly number[]): Promise<number> {
  const length = 'case when length(text) > ? then ? else length(text) end'
  const row = await db('comments')
    .whereIn('ticket_id', [...ids])
    .select(db.raw(`sum(${length}) as characters`, [SEARCHED_LENGTH_MAX, SEARCHED_LENGTH_MAX]))
    .first<{ characters: number | string | null }>()
  return Number(row.characters ?? 0)
}

/** Those of these tickets that are there; deleted ones are, too. */
export async function ticketTexts(db: Queryable, ids: readonly number[]): Promise<TicketTexts[]> {
  const tickets = await findTickets(db, ids)
  const participants = groupBy(await listParticipants(db, ids), ({ ticketId }) => ticketId)
  const requesterIds = tickets.map(({ requesterId }) => requesterId).filter((id) => id !== null)
  const users = await usersById(db, requesterIds)
  const comments = groupBy(await commentTexts(db, ids), ({ ticket_id }) => ticket_id)
  return tickets.map((ticket) => {
    const requester = ticket.requesterId === null ? undefined : users.get(ticket.requesterId)
    const people = [requester, ...(participants.get(ticket.id) ?? [])]
    return {
      ticket,
      people: people.flatMap((one) => (one === undefined ? [] : [one.email, one.name ?? ''])),
      comments: comments.get(ticket.id) ?? [],
    }
  })
}

async function commentTexts(db: Queryable, ticketIds: readonly number[]): Promise<CommentText[]> {
  const numbered = db('comments')
    .whereIn('ticket_id', [...ticketIds])
    .select('id', 'ticket_id', 'visibility')
    .select(db.raw('substr(text, 1, ?) as text', [SEARCHED_LENGTH_MAX]))
    .rowNumber('newness', (over) => {
      void over.partitionBy('ticket_id').orderBy('id', 'desc')
    })
    .rowNumber('age', (over) => {
      void over.partitionBy('ticket_id').orderBy('id')
    })
    .as('numbered')
  const rows = await db(numbered)
    .where('newness', '<=', SEARCHED_COMMENTS_MAX)
    .orWhere({ age: 1 })
    .orderBy('id', 'desc')
    .select<CommentText[]>('id', 'ticket_id', 'visibility', 'text')
  const files = await fileNames(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, text: `${row.text}\n${files.get(row.id) ?? ''}` }))
}

/** Neither database takes lists of any length. */
const IDS_MAX = 5_000

async function fileNames(
  db: Queryable,
  commentIds: readonly number[],
): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  for (let start = 0; start < commentIds.length; start += IDS_MAX) {
    const rows = await db('attachments')
      .whereIn('comment_id', commentIds.slice(start, start + IDS_MAX))
      .whereNotNull('filename')
      .select<{ comment_id: number; filename: string }[]>('comment_id', 'filename')
    for (const { comment_id: id, filename } of rows) {
      names.set(id, `${names.get(id) ?? ''} ${filename}`)
    }
  }
  return names
}
