/** Writes a comment with its attachments and the event that says so. Shared by the verbs. */
import { Overtaken } from '../store/database-errors.ts'
import { insertAttachments } from '../store/attachments.ts'
import { insertComment } from '../store/comments.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { useUploads } from '../store/uploads.ts'
import { type Actor, type Comment, SYSTEM } from '../ticket/comment.ts'
import type { AttachedBlob, Author, CommentInput } from './context.ts'

export function actorOf({ user, recordedBy }: Author): Actor {
  const actor = recordedBy ?? user
  return actor === null ? SYSTEM : { type: 'user', id: actor.id }
}

/** The rule that led here, where a rule did. */
export const whyOf = ({ because }: Pick<CommentInput, 'because'>): { because?: string } =>
  because === undefined ? {} : { because }

/** `earlier`: events of the same transaction that come before the comment's own. */
export async function recordComment(
  tx: Tx,
  input: CommentInput,
  at: Date,
  earlier: readonly NewEvent[] = [],
): Promise<Comment> {
  const comment = await insertComment(
    tx,
    {
      ticketId: input.ticketId,
      visibility: input.visibility,
      authorType: input.author.type,
      authorId: input.author.user?.id ?? null,
      text: input.text,
      quotedText: input.quotedText,
      fullText: input.fullText,
      html: input.html,
      source: input.source,
      messageId: input.messageId,
      referenceIds: input.referenceIds,
      inboundId: input.inboundId,
      authentication: input.authentication,
    },
    input.saidAt ?? at,
  )
  await attach(tx, comment.id, input.attachments, at)
  await insertEvents(
    tx,
    [
      ...earlier,
      {
        type: 'comment.created',
        ticketId: comment.ticketId,
        commentId: comment.id,
        actor: actorOf(input.author),
        data: { visibility: comment.visibility, source: comment.source, ...whyOf(input) },
      },
    ],
    at,
  )
  return comment
}

/** @throws Overtaken when another comment has one of the uploads by now. */
async function attach(
  tx: Tx,
  commentId: number,
  attachments: readonly AttachedBlob[],
  at: Date,
): Promise<void> {
  const arrived = attachments.filter(({ uploadId }) => uploadId === undefined)
  await insertAttachments(
    tx,
    arrived.map((attachment) => ({ ...attachment, commentId })),
    at,
  )
  const uploads = attachments.map(({ uploadId }) => uploadId).filter((id) => id !== undefined)
  if (await useUploads(tx, uploads, commentId)) return
  throw new Overtaken('an attachment was used by another comment meanwhile')
}
