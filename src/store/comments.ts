/** Comments, and finding a ticket by a Message-ID somebody knows. */
import type { Authentication } from '../mail/verdict.ts'
import type { AuthorType, Comment, CommentSource, Visibility } from '../ticket/comment.ts'
import { eachOf, gathered, inOrder } from './gather.ts'
import { recordFrom, stringsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

interface CommentRow {
  id: number
  ticket_id: number
  visibility: Visibility
  author_type: AuthorType
  author_id: number | null
  text: string
  quoted_text: string
  full_text: string
  html: string | null
  source: CommentSource
  message_id: string | null
  reference_ids: string | null
  inbound_id: number | null
  authentication: string | null
  created_at: number
  edited_at: number | null
  deleted_at: number | null
}

const toComment = (row: CommentRow): Comment => ({
  id: row.id,
  ticketId: row.ticket_id,
  visibility: row.visibility,
  authorType: row.author_type,
  authorId: row.author_id,
  text: row.text,
  quotedText: row.quoted_text,
  fullText: row.full_text,
  html: row.html,
  source: row.source,
  messageId: row.message_id,
  referenceIds: stringsFrom(row.reference_ids),
  inboundId: row.inbound_id,
  authentication:
    row.authentication === null ? null : toAuthentication(recordFrom(row.authentication)),
  createdAt: fromMs(row.created_at),
  editedAt: fromMsOrNull(row.edited_at),
  deletedAt: fromMsOrNull(row.deleted_at),
})

function toAuthentication(record: Record<string, unknown>): Authentication {
  const text = (key: string) => {
    const value = record[key]
    return typeof value === 'string' ? value : null
  }
  return {
    spf: text('spf'),
    dkim: text('dkim'),
    dmarc: text('dmarc'),
    aligned: record['aligned'] === true,
    source: text('source'),
  }
}

export type NewComment = Omit<Comment, 'id' | 'createdAt' | 'editedAt' | 'deletedAt'>

export async function insertComment(tx: Tx, comment: NewComment, at: Date): Promise<Comment> {
  const { id } = await insertGathered(tx, { comment, at })
  return { ...comment, id, createdAt: at, editedAt: null, deletedAt: null }
}

const insertGathered = gathered(
  async (db, all: readonly { readonly comment: NewComment; readonly at: Date }[]) => {
    const rows = await db<CommentRow>('comments')
      .insert(all.map(({ comment, at }) => columnsOf(comment, at)))
      .returning(['id', 'ticket_id', 'inbound_id'])
    const isSame = (
      row: Pick<CommentRow, 'ticket_id' | 'inbound_id'>,
      { comment }: (typeof all)[number],
    ): boolean => row.ticket_id === comment.ticketId && row.inbound_id === comment.inboundId
    return inOrder(rows, all, isSame)
  },
)

const columnsOf = (comment: NewComment, at: Date) => ({
  ticket_id: comment.ticketId,
  visibility: comment.visibility,
  author_type: comment.authorType,
  author_id: comment.authorId,
  text: comment.text,
  quoted_text: comment.quotedText,
  full_text: comment.fullText,
  html: comment.html,
  source: comment.source,
  message_id: comment.messageId,
  reference_ids: comment.referenceIds.length === 0 ? null : toJson(comment.referenceIds),
  inbound_id: comment.inboundId,
  authentication: comment.authentication === null ? null : toJson(comment.authentication),
  created_at: toMs(at),
})

export async function findComment(db: Queryable, id: number): Promise<Comment | null> {
  const row = await db<CommentRow>('comments').where({ id }).first()
  return row === undefined ? null : toComment(row)
}

export async function findComments(db: Queryable, ids: readonly number[]): Promise<Comment[]> {
  if (ids.length === 0) return []
  const rows = await db<CommentRow>('comments')
    .whereIn('id', [...ids])
    .select()
  return rows.map(toComment)
}

/** Oldest first. `publicOnly`: what customers may see. */
export async function listComments(
  db: Queryable,
  filter: {
    ticketId: number
    publicOnly: boolean
    internalOnly?: boolean
    afterId: number
    limit: number
  },
): Promise<Comment[]> {
  const query = db<CommentRow>('comments')
    .where({ ticket_id: filter.ticketId })
    .where('id', '>', filter.afterId)
    .orderBy('id')
    .limit(filter.limit)
    .select()
  if (filter.publicOnly) void query.where({ visibility: 'public' })
  if (filter.internalOnly === true) void query.where({ visibility: 'internal' })
  return (await query).map(toComment)
}

/** The newest public comments of a ticket, newest first. */
export async function latestPublicComments(
  db: Queryable,
  ticketId: number,
  limit: number,
): Promise<Comment[]> {
  const rows = await db<CommentRow>('comments')
    .where({ ticket_id: ticketId, visibility: 'public' })
    .orderBy('id', 'desc')
    .limit(limit)
    .select()
  return rows.map(toComment)
}

/** What another agent last said in public since an instant. */
export async function latestAnswerOfOther(
  db: Queryable,
  { ticketId, agentId, since }: { ticketId: number; agentId: number; since: Date },
): Promise<Comment | null> {
  const row = await db<CommentRow>('comments')
    .where({ ticket_id: ticketId, visibility: 'public', author_type: 'agent' })
    .whereNot({ author_id: agentId })
    .where('created_at', '>', toMs(since))
    .orderBy('id', 'desc')
    .first()
  return row === undefined ? null : toComment(row)
}

/** What a customer last said in public, before a comment if that is given; no machine's mail. */
export async function lastCustomerWords(
  db: Queryable,
  { ticketId, id: before }: { readonly ticketId: number; readonly id?: number },
): Promise<Comment | null> {
  const query = db<CommentRow>('comments')
    .leftJoin('inbound_messages', 'inbound_messages.id', 'comments.inbound_id')
    .where({
      'comments.ticket_id': ticketId,
      visibility: 'public',
      author_type: 'customer',
    })
    .where((either) => {
      void either.whereNull('verdict').orWhere({ verdict: 'person' })
    })
    .orderBy('comments.id', 'desc')
  if (before !== undefined) void query.where('comments.id', '<', before)
  const row = await query.first<CommentRow | undefined>('comments.*')
  return row === undefined ? null : toComment(row)
}

/**
 * Message-IDs that customers gave their messages of a ticket, oldest first, with their own
 * References before the first. Agents' ids are left out: they would show where agents write from.
 */
export async function customerMessageIds(
  db: Queryable,
  ticketId: number,
): Promise<{ messageId: string; referenceIds: string[]; createdAt: Date }[]> {
  const rows = await db<CommentRow>('comments')
    .where({ ticket_id: ticketId, visibility: 'public', author_type: 'customer' })
    .whereNotNull('message_id')
    .orderBy('id')
    .select('message_id', 'reference_ids', 'created_at')
  return rows.map((row) => ({
    messageId: row.message_id ?? '',
    createdAt: fromMs(row.created_at),
    referenceIds: stringsFrom(row.reference_ids),
  }))
}

/** Tickets with a comment that came as a message with one of these ids. */
export async function ticketsByCommentMessageIds(
  db: Queryable,
  messageIds: readonly string[],
): Promise<{ messageId: string; ticketId: number }[]> {
  if (messageIds.length === 0) return []
  const rows = await db<CommentRow>('comments')
    .whereIn('message_id', [...messageIds])
    .orderBy('id')
    .select('message_id', 'ticket_id')
  return rows.map((row) => ({ messageId: row.message_id ?? '', ticketId: row.ticket_id }))
}

export interface Words {
  readonly authorId: number
  readonly text: string
  readonly since: Date
  readonly limit: number
}

export interface Remark {
  readonly text: string
  readonly at: Date
}

/** Longer texts are compared as they are: nobody fills in numbers there. */
const COMPARED_LENGTH_MAX = 2_000

/**
 * What an author said of about this length since an instant, newest first, at most `limit` times;
 * of long texts only the very same.
 */
export const remarksLike: (db: Queryable, words: Words) => Promise<Remark[]> = gathered(
  async (db, all: readonly Words[]) => {
    const found = await eachOf<{ text: string; created_at: number }>(db, all.map(remarksSelect))
    return found.map((rows) =>
      rows
        .map((row) => ({ text: row.text, at: fromMs(row.created_at) }))
        .toSorted((a, b) => b.at.getTime() - a.at.getTime()),
    )
  },
)

function remarksSelect({ authorId, text, since, limit }: Words) {
  const { length } = text
  const isShort = length <= COMPARED_LENGTH_MAX
  return {
    sql: `select text, created_at from comments
      where author_id = ? and created_at > ? and ${isShort ? 'length(text) between ? and ?' : 'text = ?'}
      order by created_at desc limit ?`,
    bindings: [
      authorId,
      toMs(since),
      ...(isShort ? [Math.floor(length * 0.7) - 20, Math.ceil(length * 1.4) + 20] : [text]),
      limit,
    ],
  }
}
