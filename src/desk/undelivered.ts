/** An answer did not arrive: the ticket is open again, and whoever has it is told. */
import { mailUndelivered } from '../outbound/command-mail.ts'
import { findComment } from '../store/comments.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import { suppress } from '../store/suppressions.ts'
import { findTicket, updateTicket } from '../store/tickets.ts'
import { findUser, findUserByEmail, listAgents } from '../store/users.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { statusChanged } from './add-comment.ts'
import type { DeskContext } from './context.ts'

export interface Failure {
  /** A row that will not be tried again. */
  readonly row: OutboxMessage
  /** What the server said. */
  readonly detail: string
  /** There is no such mailbox: no automatic mail goes there until somebody writes from it. */
  readonly badRecipient: boolean
}

/** In the transaction that gives the row its outcome; the caller writes the event about that. */
export async function undelivered(
  tx: Tx,
  context: DeskContext,
  { row, detail, badRecipient }: Failure,
  at: Date,
): Promise<void> {
  // Agents' own addresses are people's business: silence would hide every ticket from them.
  const known = await findUserByEmail(tx, row.rcptTo)
  const suppressed = badRecipient && (known === null || known.role === 'customer')
  if (suppressed) await suppress(tx, { address: row.rcptTo, reason: 'hard_bounce', detail }, at)
  if (row.kind !== 'reply' || row.ticketId === null || row.commentId === null) return
  const ticket = await findTicket(tx, row.ticketId)
  if (ticket === null || ticket.deletedAt !== null) return
  // Somebody copied who cannot be reached leaves the request answered.
  const reopened = row.userId === ticket.requesterId && (await reopen(tx, context, ticket, at))
  const text = (await findComment(tx, row.commentId))?.text ?? ''
  const about = { ticket, address: row.rcptTo, detail, reopened, suppressed, text }
  for (const agent of await concerned(tx, context, ticket, row.commentId)) {
    await mailUndelivered(tx, context, { ...about, agent }, at)
  }
}

/** Where a word of the customer's would lead; a final status stays. */
async function reopen(tx: Tx, context: DeskContext, found: Ticket, at: Date): Promise<boolean> {
  let ticket: Ticket | null = found
  for (let step = 0; step < READS_MAX && ticket !== null; step += 1) {
    const rule = ruleOf(context.lifecycle, ticket.status)
    if (!rule.comments || rule.customerMessage === null || rule.category === 'open') return false
    const target = ruleOf(context.lifecycle, rule.customerMessage)
    if (target.name === rule.name) return false
    if (await updateTicket(tx, ticket, { status: target }, at)) {
      await insertEvents(tx, [statusChanged(ticket, target, { type: 'system', user: null })], at)
      return true
    }
    ticket = await findTicket(tx, ticket.id)
  }
  return false
}

/** What became of a delivery must be written down, also when others change its ticket now. */
const READS_MAX = 3

/** The assignee, else who wrote the answer, else all agents. */
async function concerned(
  tx: Tx,
  context: DeskContext,
  ticket: Ticket,
  commentId: number,
): Promise<readonly User[]> {
  const comment = await findComment(tx, commentId)
  for (const id of [ticket.assigneeId, comment?.authorId ?? null]) {
    const user = id === null ? null : await findUser(tx, id)
    if (user !== null && isStaff(user)) return [user]
  }
  return (context.agentsOf ?? listAgents)(tx)
}
