/** One mail to two inboxes, where the desk wants one ticket: agents are told where else it went. */
import { addComment } from '../desk/add-comment.ts'
import type { DeskContext } from '../desk/context.ts'
import { findInbound } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { findTicket } from '../store/tickets.ts'
import type { Inbox } from '../ticket/inbox.ts'

/** Nothing, where the copy came to the same inbox, or no ticket came of it. */
export async function noteAlsoSentTo(
  tx: Tx,
  context: DeskContext,
  { twin, inbox }: { twin: number; inbox: Inbox },
  at: Date,
): Promise<void> {
  const taken = await findInbound(tx, twin)
  if (taken === null || taken.inboxId === inbox.id || taken.ticketId === null) return
  const ticket = await findTicket(tx, taken.ticketId)
  if (ticket === null || ticket.deletedAt !== null) return
  const text = `The same mail was sent to ${inbox.name} (${inbox.address}), too.`
  await addComment(
    tx,
    context,
    {
      ticketId: ticket.mergedInto ?? ticket.id,
      visibility: 'internal',
      author: { type: 'system', user: null },
      said: {
        text,
        quotedText: '',
        fullText: text,
        html: null,
        source: 'email',
        messageId: null,
        referenceIds: [],
        inboundId: null,
        authentication: null,
        attachments: [],
      },
      moveTo: null,
      mailOut: false,
      notifyAgents: false,
      // It says nothing new, and opens nothing.
      reopening: true,
    },
    at,
  )
}
