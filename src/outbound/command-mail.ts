/** What an agent is told about his own mail: what its commands did, or why it did nothing. */
import { domainOf } from '../mail/address.ts'
import { subjectText } from '../mail/header-text.ts'
import type { Tx } from '../store/open.ts'
import { messageIdsSentTo } from '../store/outbox.ts'
import type { Done } from '../ticket/command-results.ts'
import { COMMAND_USAGES } from '../ticket/command-forms.ts'
import type { Mistake } from '../ticket/commands.ts'
import type { HeldChoice } from '../ticket/held.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { excerptOf, subaddress } from './compose.ts'
import { enqueue } from './enqueue.ts'
import { type NoticeContext, subjectOf } from './notices.ts'
import { htmlOf } from './plain-html.ts'
import { SafeHtml } from './template-engine.ts'
import type { NotDoneValues, ReceiptValues } from './template-values.ts'
import type { Rendered } from './templates.ts'
import { conversationOf } from './thread-index.ts'

export interface Receipt {
  readonly ticket: Ticket
  readonly agent: User
  readonly statusLabel: string
  readonly assignee: User | null
  readonly requester: User | null
  readonly done: readonly Done[]
  readonly text: ReceiptValues['text']
  readonly undo: boolean
  readonly help: boolean
}

/** A reply to it is a reply to the ticket, so `#undo` works there. */
export async function mailReceipt(
  tx: Tx,
  context: NoticeContext,
  receipt: Receipt,
  at: Date,
): Promise<void> {
  const { ticket, agent, assignee, requester } = receipt
  const values: ReceiptValues = {
    ticket: {
      ...ticketOf(ticket, context.publicUrl),
      status: receipt.statusLabel,
      priority: ticket.priority,
      assignee: assignee === null ? null : (assignee.name ?? assignee.email),
      requester: requester === null ? null : (requester.name ?? requester.email),
    },
    done: receipt.done,
    text: receipt.text,
    undo: receipt.undo,
    help: receipt.help ? COMMAND_USAGES.join('\n') : '',
  }
  await toAgent(tx, context, { ticket, agent }, at, (audience) =>
    context.templates.render('receipt', audience, values),
  )
}

export interface NotDone {
  readonly ticket: Ticket
  readonly agent: User
  /** The mail opened the ticket, and only its commands were not run. */
  readonly opened?: boolean
  readonly mistakes: readonly Mistake[]
  readonly reason: NotDoneValues['reason']
  readonly overtaken: NotDoneValues['overtaken']
  /** A sentence; '' when something else says it all. */
  readonly because: string
  /** What he can say to what is held; none: nothing is. */
  readonly choices: readonly HeldChoice[]
  /** The number by which his choice finds it; null: nothing is held. */
  readonly held: number | null
  /** What he wrote: he gets it back; '' when it may not be his. */
  readonly text: string
}

/** Nothing of the mail, or of its commands, was done or sent; the agent has his text again and can mend it. */
export async function mailNotDone(
  tx: Tx,
  context: NoticeContext,
  notDone: NotDone,
  at: Date,
): Promise<void> {
  const { ticket, agent } = notDone
  const text = excerptOf(notDone.text).trim()
  const values: NotDoneValues = {
    ticket: ticketOf(ticket, context.publicUrl),
    opened: notDone.opened ?? false,
    mistakes: notDone.mistakes.map((mistake) => ({
      ...mistake,
      suggestion: mistake.suggestion ?? '',
    })),
    reason: notDone.reason,
    overtaken: notDone.overtaken,
    because: notDone.because,
    choices: notDone.choices.map((what) => {
      // A number after #note would be the note.
      const command =
        what === 'note' || notDone.held === null ? `#${what}` : `#${what} ${notDone.held}`
      return { what, command, url: linkToSay(context, notDone, command) }
    }),
    text,
    html: new SafeHtml(htmlOf(text)),
  }
  await toAgent(tx, context, { ticket, agent }, at, (audience) =>
    context.templates.render('not_done', audience, values),
  )
}

/** RFC 6068: opens a reply that says this; '' where only a true reply can carry the token. */
function linkToSay(
  context: NoticeContext,
  { ticket, agent }: { ticket: Ticket; agent: User },
  words: string,
): string {
  const inbox = inboxOrFirst(context.inboxes, ticket.inboxId)
  if (inbox === null || !inbox.plusAddressing) return ''
  const token = context.tokens.make({ kind: 'reply', ticketId: ticket.id, userId: agent.id })
  const address = subaddress(inbox.address, token)
  if (address === null) return ''
  // Half a surrogate pair has no UTF-8.
  const subject = subjectText(ticket.subject).replace(/\p{Cs}/gu, '')
  const fields = new Map([
    ['subject', `Re: [#${ticket.id}] ${subject}`],
    ['body', words],
  ])
  const query = [...fields].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  // `+` is a space to programs that take this for a form.
  return `mailto:${address.replace('+', '%2B')}?${query}`
}

export interface Undelivered {
  readonly ticket: Ticket
  readonly agent: User
  readonly address: string
  readonly detail: string
  readonly reopened: boolean
  readonly suppressed: boolean
  /** Of the comment. */
  readonly text: string
}

/** A reply to it is another answer to the customer, by whichever way. */
export async function mailUndelivered(
  tx: Tx,
  context: NoticeContext,
  undelivered: Undelivered,
  at: Date,
): Promise<void> {
  const { ticket, agent, ...values } = undelivered
  const text = excerptOf(values.text).trim()
  const detail = values.detail.replace(/\s+/g, ' ').trim()
  const html = new SafeHtml(htmlOf(text))
  const about = ticketOf(ticket, context.publicUrl)
  await toAgent(tx, context, { ticket, agent }, at, (audience) =>
    context.templates.render('undelivered', audience, {
      ...values,
      ticket: about,
      detail,
      text,
      html,
    }),
  )
}

const ticketOf = (ticket: Ticket, publicUrl: string) => ({
  id: ticket.id,
  subject: subjectOf(ticket) || ticket.subject,
  url: `${publicUrl}/tickets/${ticket.id}`,
})

async function toAgent(
  tx: Tx,
  context: NoticeContext,
  { ticket, agent }: { ticket: Ticket; agent: User },
  at: Date,
  render: (audience: Parameters<NoticeContext['templates']['render']>[1]) => Rendered,
): Promise<void> {
  const inbox = inboxOrFirst(context.inboxes, ticket.inboxId)
  if (inbox === null) return
  const known = await messageIdsSentTo(tx, ticket.id, agent.id)
  await enqueue(
    tx,
    context,
    {
      inbox,
      ticketId: ticket.id,
      commentId: null,
      recipient: { userId: agent.id, address: agent.email, name: agent.name },
      kind: 'system',
      rendered: render({ locales: [agent.locale], inbox }),
      fromName: inbox.name,
      to: [{ address: agent.email, name: agent.name }],
      cc: [],
      conversation: conversationOf(`${context.loopMarker} agents ${ticket.id}`, ticket.createdAt),
      thread: [
        `ticket-${ticket.id}@${domainOf(inbox.address)}`,
        ...known.map(({ messageId }) => messageId),
      ],
      attachments: [],
      automation: 'auto-generated',
      verified: true,
      outcome: 'queued',
      dueAt: at,
      detail: null,
    },
    at,
  )
}
