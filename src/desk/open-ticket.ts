/** Opens a ticket with its first comment, tells the agents, and acknowledges it to the requester. */
import type { NamedAddress } from '../mail/address.ts'
import { baseSubject } from '../mail/subject.ts'
import { mailComment } from '../outbound/comment-mail.ts'
import { acknowledge, type AcknowledgementInput } from '../outbound/notices.ts'
import { conversationIn } from '../outbound/thread-index.ts'
import type { NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { addParticipant, addWatcher, listParticipants } from '../store/participants.ts'
import { insertTicket, linkTickets } from '../store/tickets.ts'
import type { Comment, Visibility } from '../ticket/comment.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import {
  NO_SUBJECT,
  type Priority,
  type RequesterSource,
  SUBJECT_LENGTH_MAX,
  type Ticket,
} from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { type Speaker, waitingAfter } from '../ticket/waiting.ts'
import type { Author, DeskContext, Said } from './context.ts'
import { attachmentsToSend } from './mail-attachments.ts'
import { notifyAgents } from './notify-agents.ts'
import { actorOf, recordComment, whyOf } from './record-comment.ts'

export interface OpenTicketInput {
  readonly inboxId: number | null
  readonly subject: string | null
  readonly requester: User | null
  readonly requesterSource: RequesterSource
  readonly author: Author
  readonly said: Said
  /** When the requester said it, if that was before we heard of it; he has taken part since. */
  readonly saidAt?: Date | null
  /** Of the first comment; public by default. */
  readonly visibility?: Visibility
  readonly copied: readonly User[]
  readonly priority: Priority
  readonly category: string | null
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, string>>
  /** A status of the lifecycle, or null: its initial one. */
  readonly status: string | null
  readonly followUpOf: number | null
  /** A ticket that may belong to it: shown to agents only. */
  readonly related: { readonly ticketId: number; readonly reason: string } | null
  readonly watcher: User | null
  readonly locale: string | null
  /** What its Thread-Index header says, if it came as mail that has one. */
  readonly threadIndex?: string | null
  readonly acknowledge: Pick<AcknowledgementInput, 'verified' | 'suppress' | 'arrivedAt'> | null
  /** Mail the first comment itself to the requester (an agent writes first). */
  readonly mailOpening: boolean
  readonly notifyAgents: boolean
  /** People the author copied who do not join by that: agents are told. */
  readonly suggested?: readonly NamedAddress[]
}

export async function openTicket(
  tx: Tx,
  context: DeskContext,
  input: OpenTicketInput,
  at: Date,
): Promise<{ ticket: Ticket; comment: Comment }> {
  const { saidAt = null, visibility = 'public' } = input
  const ticket = await insertOpening(tx, context, input, at)
  const comment = await recordComment(
    tx,
    {
      ...input.said,
      ...(saidAt === null ? {} : { saidAt }),
      ticketId: ticket.id,
      visibility,
      author: input.author,
    },
    at,
    [ticketCreated(ticket, input)],
  )
  if (input.notifyAgents) {
    const { author, suggested = [] } = input
    await notifyAgents(tx, context, { ticket, comment, author, suggested }, at)
  }
  if (input.acknowledge !== null && input.requester !== null) {
    const { requester } = input
    await acknowledge(tx, context, { ticket, comment, requester, ...input.acknowledge }, at)
  }
  if (input.mailOpening && input.author.user !== null) {
    await mailComment(
      tx,
      context,
      {
        ticket,
        comment,
        author: input.author.user,
        participants: await listParticipants(tx, [ticket.id]),
        opening: true,
        answered: null,
        attachments: await attachmentsToSend(context, input.said.attachments),
      },
      at,
    )
  }
  return { ticket, comment }
}

async function insertOpening(
  tx: Tx,
  context: DeskContext,
  input: OpenTicketInput,
  at: Date,
): Promise<Ticket> {
  const rule = ruleOf(context.lifecycle, input.status ?? context.lifecycle.initial)
  const ticket = await insertTicket(
    tx,
    {
      subject: subjectFor(input.subject),
      status: rule.name,
      statusCategory: rule.category,
      priority: input.priority,
      category: input.category,
      tags: input.tags,
      fields: input.fields,
      inboxId: input.inboxId,
      requesterId: input.requester?.id ?? null,
      requesterSource: input.requesterSource,
      followUpOf: input.followUpOf,
      locale: input.locale,
      threadIndex: conversationIn(input.threadIndex ?? null),
      // The opening message is the first comment; it is written with the ticket.
      commentsCount: 1,
      waitingSince: waitingAfter(null, { category: rule.category, spoke: spokenBy(input) }, at),
      // A ticket that we open was never unanswered.
      firstAnsweredAt: input.author.type === 'agent' ? at : null,
    },
    at,
  )
  await addPeople(tx, ticket, input, at)
  return ticket
}

/** Internal comments are no words to anybody. */
const spokenBy = ({ author, visibility }: OpenTicketInput): Speaker | null =>
  author.type === 'customer' && visibility !== 'internal' ? 'customer' : 'agent'

const ticketCreated = (ticket: Ticket, input: OpenTicketInput): NewEvent => ({
  type: 'ticket.created',
  ticketId: ticket.id,
  commentId: null,
  actor: actorOf(input.author),
  data: { source: input.said.source, status: ticket.status, ...whyOf(input.said) },
})

async function addPeople(tx: Tx, ticket: Ticket, input: OpenTicketInput, at: Date): Promise<void> {
  if (input.requester !== null) {
    const userId = input.requester.id
    const since = input.saidAt ?? at
    await addParticipant(tx, { ticketId: ticket.id, userId, role: 'requester' }, since)
  }
  for (const { id } of input.copied) {
    await addParticipant(tx, { ticketId: ticket.id, userId: id, role: 'cc' }, at)
  }
  if (input.watcher !== null) await addWatcher(tx, ticket.id, input.watcher.id, at)
  if (input.related !== null) {
    const { ticketId: relatedId, reason } = input.related
    await linkTickets(tx, { ticketId: ticket.id, relatedId, reason }, at)
  }
}

/** `Re: Re:` alone says no more than nothing. */
function subjectFor(subject: string | null): string {
  const trimmed = (subject ?? '').trim()
  return baseSubject(trimmed) === '' ? NO_SUBJECT : trimmed.slice(0, SUBJECT_LENGTH_MAX)
}
