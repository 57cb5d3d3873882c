/**
 * Notes are corrected by who wrote them, soon; words are withdrawn by admins; a customer's mail that
 * is understood better today is read again.
 */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { findComment } from '../store/comments.ts'
import { insertEvents } from '../store/events.ts'
import {
  correctComment,
  rereadComment,
  withdrawComment,
  type Words,
} from '../store/move-comments.ts'
import type { Tx } from '../store/open.ts'
import { type Comment, SYSTEM } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'

/** After that colleagues have read it. */
const CORRECTED_WITHIN_MS = 15 * 60_000

/**
 * What it said before is kept.
 *
 * @throws AppError `not-yours`, `not-a-note` (what was mailed cannot be taken back), `too-late`.
 */
export async function correctNote(
  tx: Tx,
  { comment, text, by }: { comment: Comment; text: string; by: User },
  at: Date,
): Promise<Comment> {
  if (comment.authorId !== by.id) {
    throw new AppError('forbidden', 'not-yours', 'Notes are corrected by who wrote them.')
  }
  if (comment.visibility !== 'internal' || comment.deletedAt !== null) {
    throw new AppError('conflict', 'not-a-note', 'Only internal comments can be corrected.')
  }
  if (at.getTime() - comment.createdAt.getTime() > CORRECTED_WITHIN_MS) {
    throw new AppError('conflict', 'too-late', 'Notes can be corrected for 15 minutes.')
  }
  if (text === comment.text) return comment
  const change = { id: comment.id, before: comment.text, text, by: by.id }
  if (!(await correctComment(tx, change, at))) throw overtaken(comment)
  await told(tx, { comment, by, data: { comment_corrected: comment.id } }, at)
  return (await findComment(tx, comment.id)) ?? comment
}

/** The first comment stays in its place, too: a ticket has one. False: it was withdrawn before. */
export async function withdraw(
  tx: Tx,
  { comment, by }: { comment: Comment; by: User },
  at: Date,
): Promise<boolean> {
  if (!(await withdrawComment(tx, comment.id, at))) return false
  await told(tx, { comment, by, data: { comment_withdrawn: comment.id } }, at)
  return true
}

/** False: somebody changed it meanwhile, and that stays. */
export async function reread(
  tx: Tx,
  { comment, words }: { comment: Comment; words: Words },
  at: Date,
): Promise<boolean> {
  const change = { id: comment.id, before: comment.text, words }
  if (!(await rereadComment(tx, change))) return false
  await told(tx, { comment, by: null, data: { comment_reread: comment.id } }, at)
  return true
}

const overtaken = ({ id }: Comment): Overtaken =>
  new Overtaken(`comment ${id} was changed meanwhile`)

async function told(
  tx: Tx,
  { comment, by, data }: { comment: Comment; by: User | null; data: Record<string, unknown> },
  at: Date,
): Promise<void> {
  await insertEvents(
    tx,
    [
      {
        type: 'ticket.updated',
        ticketId: comment.ticketId,
        commentId: comment.id,
        actor: by === null ? SYSTEM : { type: 'user', id: by.id },
        // Customers do not hear of what is among agents.
        data: { ...data, visibility: comment.visibility },
      },
    ],
    at,
  )
}
