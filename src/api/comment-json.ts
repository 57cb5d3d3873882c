/** Comments and events of a ticket as JSON. */
import { z } from 'zod'
import { isSignature } from '../desk/mail-attachments.ts'
import { withoutTicketLinks } from '../reply-token.ts'
import type { StoredAttachment } from '../store/attachments.ts'
import { EVENT_TYPES, type StoredEvent } from '../store/events.ts'
import { OUTCOMES } from '../store/outbox.ts'
import type { CommentView } from '../store/reads/comment-views.ts'
import { AUTHOR_TYPES, type Comment, COMMENT_SOURCES, VISIBILITIES } from '../ticket/comment.ts'
import { isColleague, isStaff, type User } from '../ticket/user.ts'
import { Count, Id, type Sent, Time } from './answers.ts'
import { instant } from './people-json.ts'

export const AttachmentJson = z
  .strictObject({
    id: Id,
    filename: z.string().nullable(),
    content_type: z.string(),
    size: Count,
    inline: z.boolean(),
    content_id: z.string().nullable(),
  })
  .meta({ id: 'Attachment' })
export type AttachmentJson = Sent<z.output<typeof AttachmentJson>>

export const CommentJson = z
  .strictObject({
    id: Id,
    ticket_id: Id,
    visibility: z.enum(VISIBILITIES),
    author: z.strictObject({
      type: z.enum(AUTHOR_TYPES),
      id: Id.nullable(),
      name: z.string().nullable(),
      /** Null: there is none, or it is not the reader's business. */
      email: z.string().nullable(),
    }),
    text: z.string(),
    quoted_text: z.string(),
    /** Sanitised. */
    html: z.string().nullable(),
    attachments: z.array(AttachmentJson),
    source: z.enum(COMMENT_SOURCES),
    message_id: z.string().nullable(),
    authentication: z
      .strictObject({
        spf: z.string().nullable(),
        dkim: z.string().nullable(),
        dmarc: z.string().nullable(),
        aligned: z.boolean(),
        source: z.string().nullable(),
      })
      .nullable(),
    deliveries: z.array(
      z.strictObject({
        address: z.string(),
        outcome: z.enum(OUTCOMES),
        detail: z.string().nullable(),
      }),
    ),
    created_at: Time,
    edited_at: Time.nullable(),
    deleted_at: Time.nullable(),
  })
  .meta({ id: 'Comment' })
export type CommentJson = Sent<z.output<typeof CommentJson>>

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
  return isStaff(viewer) ? full : forCustomer(full, author)
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
 * agent's own address: customers get the words, as they got them by mail. What a customer quotes
 * may have the link in it that is his alone.
 */
function forCustomer(comment: CommentJson, author: User | null): CommentJson {
  const shared = {
    ...comment,
    text: withoutTicketLinks(comment.text),
    quoted_text: withoutTicketLinks(comment.quoted_text),
    html: comment.html === null ? null : withoutTicketLinks(comment.html),
    authentication: null,
    deliveries: [],
  }
  const isCustomers = comment.author.type === 'customer'
  if (isCustomers && (author === null || !isColleague(author))) return shared
  const hidden = { ...shared, author: { ...comment.author, email: null }, message_id: null }
  // Who works here may be the customer of a ticket: his words are shown whole.
  return isCustomers ? hidden : { ...hidden, quoted_text: '', html: null }
}

const eventMembers = {
  id: Id,
  type: z.enum(EVENT_TYPES),
  ticket_id: Id.nullable(),
  comment_id: Id.nullable(),
  /** Ids and changed values; never text that people wrote. */
  data: z.record(z.string(), z.unknown()),
  created_at: Time,
}
const actorMembers = { type: z.enum(['user', 'system']), id: Id.nullable() }

export const EventJson = z
  .strictObject({ ...eventMembers, actor: z.strictObject(actorMembers) })
  .meta({ id: 'Event' })
export type EventJson = Sent<z.output<typeof EventJson>>

/** An event with the name of who caused it. */
export const AuditJson = z
  .strictObject({
    ...eventMembers,
    actor: z.strictObject({
      ...actorMembers,
      email: z.string().nullable(),
      name: z.string().nullable(),
    }),
  })
  .meta({ id: 'AuditEntry' })

export const eventJson = (event: StoredEvent): EventJson => ({
  id: event.id,
  type: event.type,
  ticket_id: event.ticketId,
  comment_id: event.commentId,
  actor: { type: event.actor.type, id: event.actor.id },
  data: event.data,
  created_at: event.createdAt.toISOString(),
})
