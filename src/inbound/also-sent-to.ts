/** One mail to two inboxes, where the desk wants one ticket: agents are told where else it went. */
import type { DeskContext } from '../desk/context.ts'
import { findInbound, type InboundMessage } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { isFirstCopy } from '../store/twins.ts'
import type { Inbox } from '../ticket/inbox.ts'
import { followMerges } from './candidates.ts'
import { addSystemNote } from '../desk/system-note.ts'

/**
 * `row` is the copy, settled as one of `twin`. Nothing, where it came to the same inbox, where no
 * ticket came of the other or none is left, and where it is not the first copy in this inbox: a mail
 * that comes again and again is noted once.
 */
export async function noteAlsoSentTo(
  tx: Tx,
  context: DeskContext,
  { row, twin, inbox }: { row: InboundMessage; twin: number; inbox: Inbox },
  at: Date,
): Promise<void> {
  const taken = await findInbound(tx, twin)
  if (taken === null || taken.inboxId === inbox.id || taken.ticketId === null) return
  if (!(await isFirstCopy(tx, row, twin))) return
  const ticket = (await followMerges(tx, [taken.ticketId])).get(taken.ticketId)
  if (ticket === undefined || ticket.deletedAt !== null || ticket.mergedInto !== null) return
  const text = `The same mail was sent to ${inbox.name} (${inbox.address}), too.`
  await addSystemNote(tx, context, { ticketId: ticket.id, text }, at)
}
