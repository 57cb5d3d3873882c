/** Comments and events of a ticket as JSON. */
import { isSignature } from '../desk/mail-attachments.ts'
import type { StoredAttachment } from '../store/attachments.ts'
import type { StoredEvent } from '../store/events.ts'
import type { CommentView } from '../store/reads/comment-views.ts'
import type { Comment } from '../ticket/comment.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { instant } from './people-json.ts'

export interface CommentJson {
  id: number
  ticket_id: number
  visibility: string
  author: { type: string; id: number | null; name: string | null; email: string | null }
  text: string
  quoted_text: string
  html: string | null
  attachments: AttachmentJson[]
  source: string
  message_id: string | null
  authentication: AuthenticationJson | null
  deliveries: { address: string; outcome: string; detail: string | null }[]
  created_at: string
  edited_at: string | null
  deleted_at: string | null
}

export interface AttachmentJson {
  id: number
  filename: string | null
  content_type: string
  size: number
  inline: boolean
  content_id: string | null
}

export interface AuthenticationJson {
  spf: string | null
  dkim: string | null
  dmarc: string | null
  aligned: boolean
  source: string | null
}

export function commentJson(view: CommentView, viewer: User): CommentJson {
  const { comment, author, deliveries } = view
  const full: CommentJson = {
    id: comment.id,
    ticket_id: comment.ticketId,
    visibility: comment.visibility,
    author: {
      type: comment.authorType,
      id: comment.authorId,
      name: author?.name ?? null,
      email: author?.email ?? null,
    },
    text: comment.text,
    quoted_text: comment.quotedText,
    html: comment.html,
    attachments: shownTo(view, viewer).map(attachmentJson),
    source: comment.source,
    message_id: comment.messageId,
    authentication: comment.authentication,
    deliveries: deliveries.map(({ rcptTo, outcome, detail }) => ({
      address: rcptTo,
      outcome,
      detail,
    })),
    created_at: comment.createdAt.toISOString(),
    edited_at: instant(comment.editedAt),
    deleted_at: instant(comment.deletedAt),
  }
  return isStaff(viewer) ? full : forCustomer(full)
}

export const attachmentJson = (attachment: StoredAttachment): AttachmentJson => ({
  id: attachment.id,
  filename: attachment.filename,
  content_type: attachment.contentType,
  size: attachment.size,
  inline: attachment.inline,
  content_id: attachment.contentId,
})

const shownTo = ({ comment, attachments }: CommentView, viewer: User): StoredAttachment[] =>
  attachments.filter((attachment) => mayRead(viewer, comment, attachment))

/** What of a public comment's attachments customers get: those that would be mailed to them. */
export const mayRead = (viewer: User, comment: Comment, attachment: StoredAttachment): boolean =>
  isStaff(viewer) || comment.authorType === 'customer' || !isSignature(attachment.contentType)

/**
 * An agent's mail quotes the notice it answers, with its reply token, and its headers name the
 * agent's own address: customers get the words, as they got them by mail.
 */
function forCustomer(comment: CommentJson): CommentJson {
  const shared = { ...comment, authentication: null, deliveries: [] }
  if (comment.author.type === 'customer') return shared
  return {
    ...shared,
    author: { ...comment.author, email: null },
    quoted_text: '',
    html: null,
    message_id: null,
  }
}

export interface EventJson {
  id: number
  type: string
  ticket_id: number | null
  comment_id: number | null
  actor: { type: string; id: number | null }
  data: Readonly<Record<string, unknown>>
  created_at: string
}

export const eventJson = (event: StoredEvent): EventJson => ({
  id: event.id,
  type: event.type,
  ticket_id: event.ticketId,
  comment_id: event.commentId,
  actor: { type: event.actor.type, id: event.actor.id },
  data: event.data,
  created_at: event.createdAt.toISOString(),
})
