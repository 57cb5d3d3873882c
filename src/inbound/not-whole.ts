/** Messages above the size that is taken: only their beginning is here, and agents must know. */
import type { DeskContext } from '../desk/context.ts'
import { addSystemNote } from '../desk/system-note.ts'
import type { InboundMessage, Settled } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { sizeOfWhole } from '../ticket/not-whole.ts'

const MB = 1024 * 1024

/** Tells the agents, on the ticket with the comment that came of it. */
export async function noteNotWhole(
  tx: Tx,
  context: DeskContext,
  { row, ticketId, commentId }: { row: InboundMessage } & Pick<Settled, 'ticketId' | 'commentId'>,
  at: Date,
): Promise<void> {
  // Not the row's size, which is what the server says.
  const size = sizeOfWhole(row)
  if (size === null || ticketId === null || commentId === null) return
  const text = `This mail has ${Math.round(size / MB)} MB, more than is taken in: only its beginning is here, and files may be missing. The whole is on the mail server, and can be fetched under "Incoming mail", message ${row.id}.`
  await addSystemNote(tx, context, { ticketId, text }, at)
}
