/** Writes a comment with its attachments and the event that says so. Shared by the verbs. */
import { insertAttachments, insertComment } from '../store/comments.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { type Actor, type Comment, SYSTEM } from '../ticket/comment.ts'
import type { Author, CommentInput } from './context.ts'

export function actorOf({ user, recordedBy }: Author): Actor {
  const actor = recordedBy ?? user
  return actor === null ? SYSTEM : { type: 'user', id: actor.id }
}

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
    at,
  )
  await insertAttachments(
    tx,
    input.attachments.map((attachment) => ({ ...attachment, commentId: comment.id })),
    at,
  )
  await insertEvents(
    tx,
    [
      ...earlier,
      {
        type: 'comment.created',
        ticketId: comment.ticketId,
        commentId: comment.id,
        actor: actorOf(input.author),
        data: { visibility: comment.visibility, source: comment.source },
      },
    ],
    at,
  )
  return comment
}
