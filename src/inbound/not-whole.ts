/** Messages above the size that is taken: only their beginning is here, and agents must know. */
import type { DeskContext } from '../desk/context.ts'
import type { InboundMessage, Settled } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { addSystemNote } from './system-note.ts'

const MB = 1024 * 1024

const BEGIN = 'too large ('

/** Kept with the message in the ledger. @param size in bytes */
export const tooLarge = (size: number): string =>
  `${BEGIN}${size} bytes): only its beginning was taken, the whole is on the server`

/** What was kept; nothing: the message is here as a whole. */
export const whyNotWhole = ({ reasons }: Pick<InboundMessage, 'reasons'>): readonly string[] =>
  reasons.filter((reason) => reason.startsWith(BEGIN))

/** Tells the agents, on the ticket with the comment that came of it. */
export async function noteNotWhole(
  tx: Tx,
  context: DeskContext,
  { row, ticketId, commentId }: { row: InboundMessage } & Pick<Settled, 'ticketId' | 'commentId'>,
  at: Date,
): Promise<void> {
  const [why] = whyNotWhole(row)
  if (why === undefined || ticketId === null || commentId === null) return
  // Not the row's size, which is what the server says.
  const size = Number.parseInt(why.slice(BEGIN.length), 10)
  const text = `This mail has ${Math.round(size / MB)} MB, more than is taken in: only its beginning is here, and files may be missing. The whole is on the mail server.`
  await addSystemNote(tx, context, { ticketId, text }, at)
}
