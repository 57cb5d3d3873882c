/** Tells an agent what his commands did. */
import { mailReceipt } from '../outbound/command-mail.ts'
import type { Tx } from '../store/open.ts'
import { findUser } from '../store/users.ts'
import type { Command } from '../ticket/command-forms.ts'
import { canBeUndone, type Done } from '../ticket/command-results.ts'
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
      undo: canBeUndone(done),
      help: commands.some((command) => command.do === 'help'),
    },
    at,
  )
}
