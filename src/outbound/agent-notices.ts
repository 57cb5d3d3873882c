/**
 * What agents are told: a notice about a new ticket or a customer's comment. A reply to a notice
 * is a public comment, because its Reply-To is bound to the agent and the ticket.
 */
import type { Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { latestNotice, messageIdsSentTo } from '../store/outbox.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import type { Participant, Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { excerptOf } from './compose.ts'
import { enqueue } from './enqueue.ts'
import { type NoticeContext, subjectOf } from './notices.ts'
import { htmlOf } from './plain-html.ts'
import { SafeHtml } from './templates.ts'

export interface AgentNoticeInput {
  readonly ticket: Ticket
  readonly statusLabel: string
  readonly agent: User
  readonly requester: User | null
  readonly assignee: User | null
  readonly participants: readonly Participant[]
  /** What happened, oldest first: the new comments. */
  readonly entries: readonly {
    readonly author: string
    readonly text: string
    readonly internal: boolean
    readonly attachments: readonly string[]
  }[]
  readonly commentId: number
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
  const who = input.requester?.name ?? input.requester?.email ?? 'unknown sender'
  await enqueue(
    tx,
    context,
    {
      inbox,
      ticketId: ticket.id,
      commentId: input.commentId,
      recipient: { userId: agent.id, address: agent.email, name: agent.name },
      kind: 'agent_notice',
      notice: 'agent_notice',
      fromName: `${who} (via ${inbox.name})`,
      to: [{ address: agent.email, name: agent.name }],
      cc: [],
      thread: (await messageIdsSentTo(tx, ticket.id, agent.id)).map((row) => row.messageId),
      values: valuesOf(input, context.publicUrl),
      locale: agent.locale ?? 'en',
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

function valuesOf(input: AgentNoticeInput, publicUrl: string): Record<string, unknown> {
  const { ticket, assignee, requester } = input
  return {
    entries: input.entries.map((entry) => ({
      author: entry.author,
      text: entry.text.trim() === '' ? '(no text)' : excerptOf(entry.text),
      html: new SafeHtml(htmlOf(excerptOf(entry.text))),
      internal: entry.internal,
      attachments: entry.attachments.join(', '),
    })),
    ticket: {
      id: ticket.id,
      subject: subjectOf(ticket),
      status: input.statusLabel,
      priority: ticket.priority,
      assignee: assignee === null ? null : (assignee.name ?? assignee.email),
      requester: requester === null ? 'unknown sender' : named(requester),
      audience: audienceOf(input.participants),
      url: `${publicUrl}/tickets/${ticket.id}`,
    },
  }
}

const named = (user: User): string =>
  user.name === null ? user.email : `${user.name} <${user.email}>`

function audienceOf(participants: readonly Participant[]): string {
  const [first, ...others] = participants
  if (first === undefined) return 'nobody: the sender is unknown'
  const name = first.name ?? first.email
  return others.length === 0 ? name : `${name} and ${others.length} more`
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
): Promise<{ dueAt: Date; sinceCommentId: number | null }> {
  const last = await latestNotice(tx, {
    ticketId: about.ticketId,
    userId: about.agentId,
    kind: 'agent_notice',
  })
  if (last === null || context.agentNotices.coalesceMs === 0) {
    return { dueAt: at, sinceCommentId: null }
  }
  if (last.outcome === 'queued' && last.attempts === 0 && last.dueAt !== null && last.dueAt > at) {
    const replaced = await changeOutcome(tx, last.id, ['queued'], {
      outcome: 'discarded',
      detail: 'replaced by a notice that says more',
      dueAt: null,
    })
    if (replaced) return { dueAt: last.dueAt, sinceCommentId: last.commentId }
  }
  const next = new Date(last.createdAt.getTime() + context.agentNotices.coalesceMs)
  return { dueAt: next > at ? next : at, sinceCommentId: null }
}
