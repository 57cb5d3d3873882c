/**
 * A message that somebody released: it becomes a ticket, or a comment of the ticket he named,
 * whatever the rules said. Whoever released it read it; what is sent to whom stays his decision,
 * so nothing is answered, executed or mailed to customers by this alone.
 */
import type { VerdictKind } from '../mail/verdict.ts'
import type { Queryable } from '../store/open.ts'
import { findTicket } from '../store/tickets.ts'
import type { Inbox } from '../ticket/inbox.ts'
import { type Lifecycle, onCustomerMessage, ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { Decision } from './triage.ts'
import type { Understood } from './write.ts'

interface House {
  readonly inbox: Pick<Inbox, 'reopenWindowMs'>
  readonly lifecycle: Lifecycle
}

/** What was understood, with the decision that the release makes of it; without one, as it is. */
export async function asReleased(
  db: Queryable,
  house: House,
  understood: Understood,
  at: Date,
): Promise<Understood> {
  const { release } = understood.row
  if (release === null) return understood
  const because = `released by user ${release.by}`
  const named = release.into === null ? null : await findTicket(db, release.into)
  // Deleted since: the words are not lost with it.
  const ticket = named?.deletedAt === null ? named : null
  const threading = { ...understood.threading, ticket, trust: null }
  const decision =
    ticket === null
      ? opening(understood, because)
      : commenting(understood, { ...house, ticket, because }, at)
  // Who else was copied is for people to add.
  const suggested = [...understood.copied, ...understood.suggested]
  return { ...understood, threading, decision, copied: [], suggested }
}

/** A machine's message is recorded and wakes nothing; what only looked like spam is a person's. */
const WAKING: ReadonlySet<VerdictKind> = new Set(['person', 'spam'])

const opening = ({ sender, message }: Understood, because: string): Decision => ({
  do: 'open_ticket',
  requester: sender === null && message.fromAddresses.length !== 1 ? 'unknown' : 'sender',
  acknowledge: false,
  automatic: false,
  followUp: false,
  imported: false,
  because,
})

function commenting(
  { sender, verdict }: Understood,
  { ticket, lifecycle, inbox, because }: House & { ticket: Ticket; because: string },
  at: Date,
): Decision {
  const staff = sender !== null && sender.role !== 'customer' && sender.id !== ticket.requesterId
  const effect = onCustomerMessage(lifecycle, ticket.status, {
    forMs: ticket.closedAt === null ? null : at.getTime() - ticket.closedAt.getTime(),
    reopenWindowMs: inbox.reopenWindowMs,
  })
  // Only a customer's own words wake a ticket; on a closed one they are recorded all the same.
  const moves = !staff && WAKING.has(verdict.kind) && effect.do === 'comment'
  return {
    do: 'add_comment',
    as: staff ? 'agent' : 'customer',
    released: true,
    internal: false,
    moveTo: moves ? effect.status : null,
    reopening: !ruleOf(lifecycle, ticket.status).comments,
    notify: true,
    because,
  }
}
