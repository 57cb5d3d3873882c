/** The end of a ticket that was deleted before: nobody brings it back. */
import { AppError } from '../errors.ts'
import { discardBlobsOfTicket } from '../store/blob-garbage.ts'
import { insertEvents } from '../store/events.ts'
import { eraseTicket } from '../store/move-comments.ts'
import type { Tx } from '../store/open.ts'
import { deleteWords } from '../store/ticket-words.ts'
import { findTicket } from '../store/tickets.ts'
import { withdrawWholeOfTicket } from '../store/wanted-messages.ts'
import type { Author } from './context.ts'
import { actorOf } from './record-comment.ts'

/**
 * Its comments, files, mail and words go. An event says who did it; what it was about, nothing does.
 *
 * @throws AppError `not-found`; `not-deleted` when it was not deleted first.
 */
export async function purgeTicket(
  tx: Tx,
  { ticketId, author }: { ticketId: number; author: Author },
  at: Date,
): Promise<void> {
  const ticket = await findTicket(tx, ticketId)
  if (ticket === null) {
    throw new AppError('not_found', 'not-found', `There is no ticket ${ticketId}.`)
  }
  if (ticket.deletedAt === null) {
    throw new AppError('conflict', 'not-deleted', 'Delete the ticket first; then it can be purged.')
  }
  await withdrawWholeOfTicket(tx, ticketId, at)
  await discardBlobsOfTicket(tx, ticketId, at)
  await eraseTicket(tx, ticketId, 'the ticket was purged')
  await deleteWords(tx, [ticketId])
  const actor = actorOf(author)
  await insertEvents(
    tx,
    [{ type: 'ticket.updated', ticketId, commentId: null, actor, data: { purged: true } }],
    at,
  )
}
