/**
 * What customers are told: the acknowledgement to a requester, a reply to the participants.
 * Each becomes outbox rows through enqueue.ts.
 */
import type { Config } from '../config.ts'
import type { NamedAddress } from '../mail/address.ts'
import { baseSubject } from '../mail/subject.ts'
import type { Store, Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { listOutbox, messageIdsSentTo } from '../store/outbox.ts'
import { customerMessageIds } from '../store/comments.ts'
import type { Comment } from '../ticket/comment.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { Participant, Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { usedUpBudget } from './budget.ts'
import { excerptOf, type OutgoingAttachment, quoteText } from './compose.ts'
import { enqueue, type OutboundContext } from './enqueue.ts'
import { htmlOf } from './plain-html.ts'
import { SafeHtml } from './templates.ts'

export interface NoticeContext extends OutboundContext {
  readonly acknowledgement: Config['acknowledgement']
  readonly agentNotices: Config['agentNotices']
  readonly store: Store
}

export interface AcknowledgementInput {
  readonly ticket: Ticket
  readonly comment: Comment
  readonly requester: User
  /** Did our server, or an earlier exchange, prove the sender? If not, nothing of his is repeated. */
  readonly verified: boolean
  /** A reason not to send it: written into the row, visible to everybody. */
  readonly suppress: string | null
}

/** One acknowledgement per new ticket, to the requester only. */
export async function acknowledge(
  tx: Tx,
  context: NoticeContext,
  input: AcknowledgementInput,
  at: Date,
): Promise<void> {
  const inbox = inboxOrFirst(context.inboxes, input.ticket.inboxId)
  if (inbox === null || !context.acknowledgement.enabled) return
  const { requester, ticket, comment, verified } = input
  const usedUp =
    input.suppress ??
    (await usedUpBudget(
      tx,
      context.acknowledgement.budget,
      { address: requester.email, verified },
      at,
    ))
  // An unverified sender's words are never repeated to him, not even his name.
  const name = verified ? requester.name : null
  await enqueue(
    tx,
    context,
    {
      inbox,
      ticketId: ticket.id,
      commentId: null,
      recipient: { userId: requester.id, address: requester.email, name },
      kind: 'acknowledgement',
      notice: 'acknowledgement',
      fromName: inbox.name,
      to: [{ address: requester.email, name }],
      cc: [],
      // The ticket is new: what it began with is the whole thread.
      thread: [...comment.referenceIds, ...(comment.messageId === null ? [] : [comment.messageId])],
      values: {
        verified,
        inbox: { name: inbox.name },
        recipient: { name },
        ticket: { id: ticket.id, subject: subjectOf(ticket) },
      },
      locale: ticket.locale ?? inbox.locale,
      attachments: [],
      automation: 'auto-replied',
      verified,
      outcome: usedUp === null ? 'queued' : 'suppressed',
      dueAt: new Date(at.getTime() + context.acknowledgement.delayMs),
      detail: usedUp,
    },
    at,
  )
}

export interface ReplyInput {
  readonly ticket: Ticket
  readonly comment: Comment
  readonly author: User
  readonly participants: readonly Participant[]
  /** The customer's last message before this one, to quote; null: there is none. */
  readonly answered: { readonly comment: Comment; readonly author: string } | null
  readonly attachments: readonly OutgoingAttachment[]
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
  await dropPendingAcknowledgements(tx, input.ticket.id)
  const recipients = input.participants.filter(({ userId }) => userId !== input.author.id)
  const visible = (role: Participant['role']): NamedAddress[] =>
    recipients.filter((p) => p.role === role).map((p) => ({ address: p.email, name: p.name }))
  const requesters = visible('requester')
  const [to, cc] = requesters.length > 0 ? [requesters, visible('cc')] : [visible('cc'), []]
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
        notice: 'reply',
        fromName: senderName(input.author, inbox),
        to,
        cc,
        thread: await threadFor(tx, input.ticket.id, recipient.userId),
        values: replyValues(input, inbox),
        locale: input.ticket.locale ?? inbox.locale,
        attachments: input.attachments,
        automation: 'none',
        verified: true,
        outcome: 'queued',
        dueAt: at,
        detail: null,
      },
      at,
    )
  }
}

/** `Ana (Acme Support)`; an agent without a name is shown as the inbox. */
const senderName = (author: User, inbox: Inbox): string =>
  author.name === null || author.name.includes('@') ? inbox.name : `${author.name} (${inbox.name})`

function replyValues(input: ReplyInput, inbox: Inbox): Record<string, unknown> {
  const { answered } = input
  return {
    inbox: { name: inbox.name },
    ticket: { id: input.ticket.id, subject: subjectOf(input.ticket) },
    comment: { text: input.comment.text, html: new SafeHtml(htmlOf(input.comment.text)) },
    quoted:
      answered === null
        ? null
        : {
            author: answered.author,
            date: `${answered.comment.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
            text: quoteText(excerptOf(answered.comment.text)),
            html: new SafeHtml(htmlOf(excerptOf(answered.comment.text))),
          },
  }
}

/** Somebody answered in person: an acknowledgement that has not left is no longer wanted. */
async function dropPendingAcknowledgements(tx: Tx, ticketId: number): Promise<void> {
  const queued = await listOutbox(tx, {
    ticketId,
    kind: 'acknowledgement',
    outcome: 'queued',
    limit: 10,
  })
  for (const row of queued) {
    const detail = 'a person answered first'
    await changeOutcome(tx, row.id, ['queued'], { outcome: 'discarded', detail, dueAt: null })
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

/** Without `Re:`; the templates put one before it. */
export const subjectOf = (ticket: Ticket): string => baseSubject(ticket.subject) || ticket.subject
