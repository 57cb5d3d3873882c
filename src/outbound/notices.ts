/**
 * The acknowledgement to a requester, and what every notice needs. Agents' words to customers are
 * comment-mail.ts's, notices to agents agent-notices.ts's; all become rows through enqueue.ts.
 */
import type { Config } from '../config.ts'
import { baseSubject } from '../mail/subject.ts'
import type { Store, Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { listOutbox } from '../store/outbox.ts'
import type { Comment } from '../ticket/comment.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { NO_SUBJECT, type Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { type UsedUp, usedUpBudget } from './budget.ts'
import { enqueue, type OutboundContext } from './enqueue.ts'

import { conversationOf } from './thread-index.ts'
import { ticketLink } from './ticket-link.ts'

export interface NoticeContext extends OutboundContext {
  readonly acknowledgement: Config['acknowledgement']
  readonly agentNotices: Config['agentNotices']
  readonly replyHoldMs: number
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
  /** When the mail arrived, where it came by mail. */
  readonly arrivedAt?: Date | null
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
    input.suppress === null
      ? await usedUpBudget(
          tx,
          context.acknowledgement.budget,
          { address: requester.email, verified },
          at,
        )
      : { detail: input.suppress, later: false }
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
      rendered: context.templates.render(
        'acknowledgement',
        { locales: [requester.locale, ticket.locale], inbox },
        {
          verified,
          inbox: { name: inbox.name },
          recipient: { name: greetingName(name) },
          late: lateness(input.arrivedAt ?? null, at),
          ticket: { id: ticket.id, subject: subjectOf(ticket), url: urlFor(context, input, at) },
        },
      ),
      fromName: inbox.name,
      to: [{ address: requester.email, name }],
      cc: [],
      // Nothing that an unverified sender chose is repeated.
      conversation: (verified ? ticket.threadIndex : null) ?? conversationWith(context, ticket),
      // The ticket is new: what it began with is the whole thread.
      thread: [...comment.referenceIds, ...(comment.messageId === null ? [] : [comment.messageId])],
      attachments: [],
      automation: 'auto-replied',
      verified,
      outcome: outcomeOf(usedUp),
      dueAt: new Date(at.getTime() + context.acknowledgement.delayMs),
      detail: usedUp?.detail ?? null,
    },
    at,
  )
}

/** After an outage, mail that lay around is not acknowledged as if nothing had happened. */
const LATE_MS = 2 * 3_600_000

const lateness = (arrivedAt: Date | null, at: Date): { at: Date } | null =>
  arrivedAt !== null && at.getTime() - arrivedAt.getTime() > LATE_MS ? { at: arrivedAt } : null

/** None for strangers: it would show one's words to whomever he names. */
const urlFor = (
  context: NoticeContext,
  { ticket, requester, verified }: AcknowledgementInput,
  at: Date,
): string =>
  verified
    ? ticketLink(context, ticket, { userId: requester.id, isStaff: isStaff(requester) }, at)
    : ''

function outcomeOf(usedUp: UsedUp | null): 'queued' | 'held' | 'suppressed' {
  if (usedUp === null) return 'queued'
  return usedUp.later ? 'held' : 'suppressed'
}

/** An acknowledgement that has not left is no longer wanted, for example: a person answered. */
export async function dropPendingAcknowledgements(
  tx: Tx,
  ticketId: number,
  detail: string,
): Promise<void> {
  for (const outcome of ['queued', 'held'] as const) {
    const waiting = { ticketId, kind: 'acknowledgement', outcome, limit: 10 } as const
    for (const row of await listOutbox(tx, waiting)) {
      await changeOutcome(tx, row.id, [outcome], { outcome: 'discarded', detail, dueAt: null })
    }
  }
}

/** What a greeting may repeat: a name, not an address or an advertisement in its place. */
const GREETED_NAME = /^[\p{L}\p{M}][\p{L}\p{M}\p{Zs}'’-]{0,59}$/u

const greetingName = (name: string | null): string | null =>
  name !== null && GREETED_NAME.test(name) ? name : null

/** How Outlook groups what a ticket's customers get, where their own mail does not tell. */
export const conversationWith = ({ loopMarker }: OutboundContext, ticket: Ticket): string =>
  conversationOf(`${loopMarker} ticket ${ticket.id}`, ticket.createdAt)

/** Without `Re:`, which the templates put before it; '' for a mail that had none. */
export const subjectOf = ({ subject }: Ticket): string =>
  subject === NO_SUBJECT ? '' : baseSubject(subject) || subject
