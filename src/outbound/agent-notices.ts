/**
 * What agents are told: a notice about a new ticket, a customer's comment, or a ticket that is theirs now. A reply to a notice
 * is a public comment, because its Reply-To is bound to the agent and the ticket.
 */
import { domainOf, type NamedAddress } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { latestNotice, messageIdsSentTo } from '../store/outbox.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { Participant, Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { excerptOf } from './compose.ts'
import { enqueue } from './enqueue.ts'
import { type NoticeContext, subjectOf } from './notices.ts'
import { htmlOf } from './plain-html.ts'
import { SafeHtml } from './template-engine.ts'
import { conversationOf } from './thread-index.ts'
import type { AgentNoticeValues } from './template-values.ts'

export interface AgentNoticeInput {
  readonly ticket: Ticket
  readonly statusLabel: string
  readonly agent: User
  readonly requester: User | null
  readonly assignee: User | null
  readonly participants: readonly Participant[]
  /** People who were copied and are not on the ticket. */
  readonly suggested: readonly NamedAddress[]
  /** The colleague who made him the assignee; null: it is about the comments. */
  readonly assignedBy: string | null
  /** Who did what is told, where it is not the last of the entries. */
  readonly by: string | null
  /** What happened, oldest first: the new comments. */
  readonly entries: readonly {
    /** Null: the sender could not be told. */
    readonly author: string | null
    readonly text: string
    readonly internal: boolean
    readonly attachments: readonly string[]
  }[]
  /** The first of them; null: there is none. */
  readonly commentId: number | null
  readonly dueAt: Date
}

/** One notice to one agent about one ticket; a reply to it is a public comment. */
export async function noticeToAgent(
  tx: Tx,
  context: NoticeContext,
  input: AgentNoticeInput,
  at: Date,
): Promise<void> {
  const inbox = inboxOrFirst(context.inboxes, input.ticket.inboxId)
  if (inbox === null) return
  const { agent, ticket } = input
  // Who wrote last; it need not be the requester.
  const who = input.by ?? input.entries.at(-1)?.author ?? 'unknown sender'
  await enqueue(
    tx,
    context,
    {
      inbox,
      ticketId: ticket.id,
      commentId: input.commentId,
      recipient: { userId: agent.id, address: agent.email, name: agent.name },
      kind: 'agent_notice',
      rendered: context.templates.render(
        'agent_notice',
        { locales: [agent.locale], inbox },
        valuesOf(input, inbox, context.publicUrl),
      ),
      fromName: `${who} (via ${inbox.name})`,
      to: [{ address: agent.email, name: agent.name }],
      cc: [],
      conversation: conversationOf(`${context.loopMarker} agents ${ticket.id}`, ticket.createdAt),
      headers: headersOf(context, input, inbox),
      // The first id is in every notice of the ticket, whichever of them was replaced or lost.
      thread: [
        `ticket-${ticket.id}@${domainOf(inbox.address)}`,
        ...(await messageIdsSentTo(tx, ticket.id, agent.id)).map((row) => row.messageId),
      ],
      attachments: [],
      automation: 'auto-generated',
      verified: true,
      outcome: 'queued',
      dueAt: input.dueAt,
      detail: null,
    },
    at,
  )
}

/**
 * For agents' filters; RFC 2919 and RFC 2369 §3.6 keep vacation programs silent, too. Unsubscribing
 * mutes the ticket, with one click where the link is safe to post to (RFC 8058 §3.1).
 */
function headersOf(
  { publicUrl, tokens }: NoticeContext,
  { ticket, agent }: AgentNoticeInput,
  inbox: Inbox,
): [string, string][] {
  const mute = tokens.make({ kind: 'mute', ticketId: ticket.id, userId: agent.id })
  return [
    ['List-Unsubscribe', `<${publicUrl}/u/${mute}>`],
    ...(publicUrl.startsWith('https:')
      ? [['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'] as [string, string]]
      : []),
    ['List-Id', `<${inbox.address.replace('@', '.desk.')}>`],
    ['List-Archive', `<${publicUrl}/tickets/${ticket.id}>`],
    ['X-Postroom-Inbox', inbox.name],
    ['X-Postroom-Status', ticket.status],
    ['X-Postroom-Priority', ticket.priority],
    ['X-Postroom-Recipient', agent.email],
  ]
}

function valuesOf(input: AgentNoticeInput, inbox: Inbox, publicUrl: string): AgentNoticeValues {
  const { ticket, agent, assignee, requester } = input
  // A colleague who answers what was passed on to him copies the one who did.
  const here: string[] = [
    ...input.participants,
    agent,
    ...(assignee === null ? [] : [assignee]),
  ].map(({ email }) => email)
  return {
    inbox: { name: inbox.name },
    assigned_by: input.assignedBy ?? '',
    entries: input.entries.map((entry) => ({
      author: entry.author,
      text: excerptOf(entry.text).trim(),
      html: new SafeHtml(htmlOf(excerptOf(entry.text).trim())),
      internal: entry.internal,
      attachments: entry.attachments.join(', '),
    })),
    ticket: {
      id: ticket.id,
      subject: subjectOf(ticket) || ticket.subject,
      status: input.statusLabel,
      priority: ticket.priority,
      assignee: assignee === null ? null : (assignee.name ?? assignee.email),
      requester: requester === null ? null : named(requester),
      url: `${publicUrl}/tickets/${ticket.id}`,
    },
    audience: audienceOf(input.participants),
    forwarded: ticket.requesterSource === 'forwarded',
    suggested: input.suggested
      .filter(({ address }) => !here.includes(address))
      .map(({ address }) => address)
      .join(', '),
  }
}

const named = (user: User): string =>
  user.name === null ? user.email : `${user.name} <${user.email}>`

function audienceOf([first, ...others]: readonly Participant[]): AgentNoticeValues['audience'] {
  return first === undefined ? null : { name: first.name ?? first.email, others: others.length }
}

/**
 * When the next notice about this ticket may leave for this agent: at once, or when the pause
 * after the last one is over. A notice that still waits is replaced by a newer, fuller one.
 */
export async function coalesced(
  tx: Tx,
  context: NoticeContext,
  about: { ticketId: number; agentId: number },
  at: Date,
): Promise<{ dueAt: Date; sinceCommentId: number | null; replaced: boolean }> {
  const last = await latestNotice(tx, {
    ticketId: about.ticketId,
    userId: about.agentId,
    kind: 'agent_notice',
  })
  if (last === null || context.agentNotices.coalesceMs === 0) {
    return { dueAt: at, sinceCommentId: null, replaced: false }
  }
  const next = new Date(last.createdAt.getTime() + context.agentNotices.coalesceMs)
  if (last.outcome === 'queued' && last.attempts === 0 && last.dueAt !== null && last.dueAt > at) {
    const replaced = await changeOutcome(tx, last.id, ['queued'], {
      outcome: 'discarded',
      detail: 'replaced by a notice that says more',
      dueAt: null,
    })
    // It waited for more than the pause, for quiet hours to end: what replaces it may be urgent.
    const dueAt = last.dueAt > next ? at : last.dueAt
    if (replaced) return { dueAt, sinceCommentId: last.commentId, replaced }
  }
  return { dueAt: next > at ? next : at, sinceCommentId: null, replaced: false }
}
