/** Tells an agent what his commands did. */
import { mailReceipt } from '../outbound/command-mail.ts'
import type { Tx } from '../store/open.ts'
import { findUser } from '../store/users.ts'
import type { Command } from '../ticket/command-forms.ts'
import type { Done } from '../ticket/command-results.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'

export async function receipt(
  tx: Tx,
  context: DeskContext,
  ran: {
    ticket: Ticket
    agent: User
    commands: readonly Command[]
    done: readonly Done[]
    text: 'none' | 'sent' | 'note'
  },
  at: Date,
): Promise<void> {
  const { ticket, agent, commands, done, text } = ran
  await mailReceipt(
    tx,
    context,
    {
      ticket,
      agent,
      statusLabel: ruleOf(context.lifecycle, ticket.status).label,
      assignee: ticket.assigneeId === null ? null : await findUser(tx, ticket.assigneeId),
      requester: ticket.requesterId === null ? null : await findUser(tx, ticket.requesterId),
      done,
      text,
      // The token of a merged ticket leads to the other one.
      undo:
        done.some(({ what }) => REVERTED.has(what)) && !done.some(({ what }) => what === 'merged'),
      help: commands.some((command) => command.do === 'help'),
    },
    at,
  )
}

/** What `#undo` reverts; mail that was sent and people who joined stay. */
const REVERTED: ReadonlySet<Done['what']> = new Set([
  'status',
  'assignee',
  'priority',
  'tags',
  'category',
  'inbox',
])
