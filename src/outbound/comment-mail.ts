/** An agent's words to the participants of a ticket: one message, one token and one row each. */
import type { NamedAddress } from '../mail/address.ts'
import { customerMessageIds } from '../store/comments.ts'
import { withoutTicketLinks } from '../reply-token.ts'
import type { Tx } from '../store/open.ts'
import { messageIdsSentTo } from '../store/outbox.ts'
import type { Comment } from '../ticket/comment.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { Participant, Ticket } from '../ticket/ticket.ts'
import { isColleague, type User } from '../ticket/user.ts'
import { excerptOf, type OutgoingAttachment, quoteText } from './compose.ts'
import { enqueue } from './enqueue.ts'
import {
  conversationWith,
  dropPendingAcknowledgements,
  type NoticeContext,
  subjectOf,
} from './notices.ts'
import { htmlOf } from './plain-html.ts'
import { SafeHtml } from './template-engine.ts'
import type { ReplyValues } from './template-values.ts'
import type { Rendered } from './templates.ts'
import { ticketLink } from './ticket-link.ts'

export interface AttachmentsToSend {
  readonly sent: readonly OutgoingAttachment[]
  /** How many are too large to be mailed. */
  readonly omitted: number
}

export interface ReplyInput {
  readonly ticket: Ticket
  readonly comment: Comment
  readonly author: User
  readonly participants: readonly Participant[]
  /** Do we write first, rather than answer? */
  readonly opening?: boolean
  /** The customer's last message before this one, to quote; null: there is none. */
  readonly answered: { readonly comment: Comment; readonly author: User } | null
  readonly attachments: AttachmentsToSend
}

/** A public comment is mailed to every participant but its author: one row and one token each. */
export async function mailComment(
  tx: Tx,
  context: NoticeContext,
  input: ReplyInput,
  at: Date,
): Promise<void> {
  const inbox = inboxOrFirst(context.inboxes, input.ticket.inboxId)
  if (inbox === null) return
  await dropPendingAcknowledgements(tx, input.ticket.id, 'a person answered first')
  const recipients = input.participants.filter(({ userId }) => userId !== input.author.id)
  const rendered = renderer(context, input, inbox, at)
  for (const recipient of recipients) {
    await enqueue(
      tx,
      context,
      {
        inbox,
        ticketId: input.ticket.id,
        commentId: input.comment.id,
        recipient: {
          userId: recipient.userId,
          address: recipient.email,
          name: recipient.name,
        },
        kind: 'reply',
        rendered: rendered(recipient),
        fromName: senderName(input.author, inbox),
        ...visibleTo(recipient, recipients),
        conversation: input.ticket.threadIndex ?? conversationWith(context, input.ticket),
        thread: await threadFor(tx, input.ticket.id, recipient.userId),
        attachments: input.attachments.sent,
        automation: 'none',
        verified: true,
        outcome: 'queued',
        // Until then it can be recalled.
        dueAt: new Date(at.getTime() + context.replyHoldMs),
        detail: null,
      },
      at,
    )
  }
}

/** Who else gets it: customers do not learn the addresses of colleagues who take part. */
function visibleTo(
  reader: Participant,
  recipients: readonly Participant[],
): { to: NamedAddress[]; cc: NamedAddress[] } {
  const shown = recipients.filter((p) => reader.isColleague || !p.isColleague)
  const as = (role: Participant['role']): NamedAddress[] =>
    shown.filter((p) => p.role === role).map((p) => ({ address: p.email, name: p.name }))
  const requesters = as('requester')
  return requesters.length > 0 ? { to: requesters, cc: as('cc') } : { to: as('cc'), cc: [] }
}

/** `Ana (Acme Support)`; an agent without a name is shown as the inbox. */
function senderName(author: User, inbox: Inbox): string {
  const name = colleagueName(author)
  return name === null ? inbox.name : `${name} (${inbox.name})`
}

/** Null: he has none, or an address in its place. */
const colleagueName = ({ name }: User): string | null => (name?.includes('@') ? null : name)

/** Whose words are quoted: a colleague who asks has no address here, either. */
const quotedName = (author: User, inbox: Inbox): string =>
  isColleague(author) ? (colleagueName(author) ?? inbox.name) : (author.name ?? author.email)

/** Each gets it in his language, with the quote or without, and with his own link. */
function renderer(
  context: NoticeContext,
  input: ReplyInput,
  inbox: Inbox,
  at: Date,
): (recipient: Participant) => Rendered {
  const values = replyValues(input, inbox)
  return (recipient) => {
    const { ticket } = input
    const url = ticketLink(context, ticket, recipient, at)
    const quoted = maySee(recipient, input.answered) ? values.quoted : null
    return context.templates.render(
      'reply',
      { locales: [recipient.locale, ticket.locale], inbox },
      { ...values, quoted, ticket: { ...values.ticket, url } },
    )
  }
}

/** Who joined later does not get to read what was written before. */
const maySee = ({ joinedAt }: Participant, answered: ReplyInput['answered']): boolean =>
  answered !== null && joinedAt <= answered.comment.createdAt

function replyValues(input: ReplyInput, inbox: Inbox): ReplyValues {
  const { answered, comment, opening = false, ticket } = input
  return {
    inbox: { name: inbox.name },
    opening,
    ticket: {
      id: ticket.id,
      subject: subjectOf(ticket) || (opening ? ticket.subject : ''),
      url: '',
    },
    comment: {
      text: comment.text,
      html: new SafeHtml(htmlOf(comment.text)),
      omitted: input.attachments.omitted,
    },
    quoted: answered === null ? null : quotedOf(answered, inbox),
  }
}

/** Gmail cuts a message off after 102 kB of HTML; the reader wrote this himself. */
const QUOTE_LENGTH_MAX = 8_000

function quotedOf(
  { comment, author }: NonNullable<ReplyInput['answered']>,
  inbox: Inbox,
): ReplyValues['quoted'] {
  const text = withoutTicketLinks(excerptOf(comment.text, QUOTE_LENGTH_MAX))
  return {
    author: quotedName(author, inbox),
    at: comment.createdAt,
    text: quoteText(text),
    html: new SafeHtml(htmlOf(text)),
  }
}

/** The thread as one recipient knows it: customers' ids and what we sent to him, oldest first. */
async function threadFor(tx: Tx, ticketId: number, userId: number): Promise<string[]> {
  const received = await customerMessageIds(tx, ticketId)
  const sent = await messageIdsSentTo(tx, ticketId, userId)
  const roots = received[0]?.referenceIds ?? []
  const events = [
    ...received.map(({ messageId, createdAt }) => ({ messageId, at: createdAt.getTime() })),
    ...sent.map(({ messageId, createdAt }) => ({ messageId, at: createdAt.getTime() })),
  ].toSorted((a, b) => a.at - b.at)
  return [...roots, ...events.map((event) => event.messageId)]
}
