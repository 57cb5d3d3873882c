/** Comments with their authors, attachments and deliveries: one query for each kind. */
import type { Comment } from '../../ticket/comment.ts'
import type { User } from '../../ticket/user.ts'
import { listAttachments, type StoredAttachment } from '../attachments.ts'
import type { Queryable } from '../open.ts'
import { deliveriesOf, type OutboxMessage } from '../outbox.ts'
import { usersById } from '../users.ts'
import { groupBy } from './ticket-views.ts'

export interface CommentView {
  readonly comment: Comment
  readonly author: User | null
  readonly attachments: readonly StoredAttachment[]
  readonly deliveries: readonly OutboxMessage[]
}

export async function viewComments(
  db: Queryable,
  comments: readonly Comment[],
): Promise<CommentView[]> {
  if (comments.length === 0) return []
  const ids = comments.map(({ id }) => id)
  const authorIds = comments.map(({ authorId }) => authorId).filter((id) => id !== null)
  const authors = await usersById(db, authorIds)
  const attachments = groupBy(await listAttachments(db, ids), ({ commentId }) => commentId)
  const deliveries = groupBy(await deliveriesOf(db, ids), ({ commentId }) => commentId)
  return comments.map((comment) => ({
    comment,
    author: comment.authorId === null ? null : (authors.get(comment.authorId) ?? null),
    attachments: attachments.get(comment.id) ?? [],
    deliveries: deliveries.get(comment.id) ?? [],
  }))
}
