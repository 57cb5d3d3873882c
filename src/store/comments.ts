/** Comments, their attachments, and finding a ticket by a Message-ID somebody knows. */
import type { Authentication } from '../mail/verdict.ts'
import type { AuthorType, Comment, CommentSource, Visibility } from '../ticket/comment.ts'
import { recordFrom, stringsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

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

export type NewComment = Omit<Comment, 'id' | 'createdAt'>

export async function insertComment(tx: Tx, comment: NewComment, at: Date): Promise<Comment> {
  const [row] = await tx<CommentRow>('comments')
    .insert({
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
    .returning('id')
  if (row === undefined) throw new Error('the comment was not made')
  return { ...comment, id: row.id, createdAt: at }
}

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
  filter: { ticketId: number; publicOnly: boolean; afterId: number; limit: number },
): Promise<Comment[]> {
  const query = db<CommentRow>('comments')
    .where({ ticket_id: filter.ticketId })
    .where('id', '>', filter.afterId)
    .orderBy('id')
    .limit(filter.limit)
    .select()
  if (filter.publicOnly) void query.where({ visibility: 'public' })
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

/** What a customer last said in public before a comment; no machine's mail. */
export async function lastCustomerWords(
  db: Queryable,
  before: { readonly ticketId: number; readonly id: number },
): Promise<Comment | null> {
  const row = await db<CommentRow>('comments')
    .leftJoin('inbound_messages', 'inbound_messages.id', 'comments.inbound_id')
    .where({
      'comments.ticket_id': before.ticketId,
      visibility: 'public',
      author_type: 'customer',
    })
    .where('comments.id', '<', before.id)
    .where((either) => {
      void either.whereNull('verdict').orWhere({ verdict: 'person' })
    })
    .orderBy('comments.id', 'desc')
    .first<CommentRow | undefined>('comments.*')
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

/** When an author said exactly this since an instant, newest first, at most `limit` times. */
export async function sameWordsSaidAt(
  db: Queryable,
  words: { authorId: number; text: string; since: Date; limit: number },
): Promise<Date[]> {
  const rows = await db<CommentRow>('comments')
    .where({ author_id: words.authorId, text: words.text })
    .where('created_at', '>', toMs(words.since))
    .orderBy('created_at', 'desc')
    .limit(words.limit)
    .select('created_at')
  return rows.map((row) => fromMs(row.created_at))
}

export interface StoredAttachment {
  readonly id: number
  readonly commentId: number | null
  readonly filename: string | null
  readonly contentType: string
  readonly size: number
  readonly sha256: string
  readonly inline: boolean
  readonly contentId: string | null
  readonly uploadedBy: number | null
}

export interface AttachmentRow {
  id: number
  comment_id: number | null
  filename: string | null
  content_type: string
  size: number
  sha256: string
  inline: boolean | number
  content_id: string | null
  /** Who sent it through the API; null: it came as mail. */
  uploaded_by: number | null
  created_at: number
}

export const toAttachment = (row: AttachmentRow): StoredAttachment => ({
  id: row.id,
  commentId: row.comment_id,
  filename: row.filename,
  contentType: row.content_type,
  size: row.size,
  sha256: row.sha256,
  inline: Boolean(row.inline),
  contentId: row.content_id,
  uploadedBy: row.uploaded_by,
})

/** SQLite compiles a multi-row insert to a compound select with at most 500 terms. */
const INSERT_ROWS_MAX = 100

export async function insertAttachments(
  tx: Tx,
  attachments: readonly Omit<StoredAttachment, 'id' | 'uploadedBy'>[],
  at: Date,
): Promise<void> {
  for (let start = 0; start < attachments.length; start += INSERT_ROWS_MAX) {
    await tx<AttachmentRow>('attachments').insert(
      attachments.slice(start, start + INSERT_ROWS_MAX).map((attachment) => ({
        comment_id: attachment.commentId,
        filename: attachment.filename,
        content_type: attachment.contentType,
        size: attachment.size,
        sha256: attachment.sha256,
        inline: attachment.inline,
        content_id: attachment.contentId,
        created_at: toMs(at),
      })),
    )
  }
}

export async function listAttachments(
  db: Queryable,
  commentIds: readonly number[],
): Promise<StoredAttachment[]> {
  if (commentIds.length === 0) return []
  const rows = await db<AttachmentRow>('attachments')
    .whereIn('comment_id', [...commentIds])
    .orderBy('id')
    .select()
  return rows.map(toAttachment)
}
