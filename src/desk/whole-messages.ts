/** Mail that is too large to be taken as it comes: as a whole it is fetched when an agent wants it. */
import { AppError } from '../errors.ts'
import { findComment } from '../store/comments.ts'
import { findInbound, type InboundMessage } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { findTicket } from '../store/tickets.ts'
import { keepWhole, setReasons, settleWanted, wantMessage } from '../store/wanted-messages.ts'
import { whyNotWhole } from '../ticket/not-whole.ts'
import type { DeskContext } from './context.ts'
import { addSystemNote } from './system-note.ts'

/**
 * From now on it is tried to fetch the message; a note on its ticket tells what came of it.
 * `isFetched`: does this daemon's configuration still name the message's folder?
 *
 * @throws AppError `not-found`; `already-whole`; `no-ticket` when there is no comment that it could be
 *   attached to; `source-missing` when its folder is not looked at any more.
 */
export async function wantWhole(
  tx: Tx,
  messageId: number,
  isFetched: (message: InboundMessage) => boolean,
  at: Date,
): Promise<InboundMessage> {
  const message = await findInbound(tx, messageId)
  if (message === null) {
    throw new AppError('not_found', 'not-found', `There is no message ${messageId}.`)
  }
  if (whyNotWhole(message).length === 0) {
    const sentence = `Message ${messageId} is none of which only the beginning was taken.`
    throw new AppError('conflict', 'already-whole', sentence)
  }
  if ((await placeFor(tx, message)) === null) {
    const sentence = `There is no comment that message ${messageId} could be attached to.`
    throw new AppError('conflict', 'no-ticket', sentence)
  }
  if (!isFetched(message)) {
    const sentence = `The folder of message ${messageId} is not fetched any more.`
    throw new AppError('conflict', 'source-missing', sentence)
  }
  await wantMessage(tx, messageId, at)
  return message
}

/** The ticket that its comment is on; null: that is withdrawn, or deleted, or never was. */
async function placeFor(tx: Tx, { commentId }: InboundMessage): Promise<number | null> {
  const comment = commentId === null ? null : await findComment(tx, commentId)
  if (comment === null || comment.deletedAt !== null) return null
  const ticket = await findTicket(tx, comment.ticketId)
  return ticket === null || ticket.deletedAt !== null ? null : ticket.id
}

/** Its bytes, or why they cannot be had. */
export type Whole = { readonly sha256: string; readonly size: number } | { readonly why: string }

/** Tells the agents, once; the ledger keeps the beginning, of which the comment was made. */
export async function settleWhole(
  tx: Tx,
  context: DeskContext,
  { messageId, whole }: { readonly messageId: number; readonly whole: Whole },
  at: Date,
): Promise<void> {
  if (!(await settleWanted(tx, messageId))) return
  const message = await findInbound(tx, messageId)
  const ticketId = message === null ? null : await placeFor(tx, message)
  // Erased, withdrawn or deleted meanwhile: nobody is there to be told.
  if (message === null || ticketId === null || whyNotWhole(message).length === 0) return
  if ('why' in whole) {
    const text = `The whole mail could not be fetched: ${whole.why}.`
    await addSystemNote(tx, context, { ticketId, text }, at)
    return
  }
  const others = message.reasons.filter((reason) => !whyNotWhole(message).includes(reason))
  await setReasons(tx, message, [...others, 'its whole was fetched later, and is on the ticket'])
  const file = {
    ...whole,
    filename: `message-${messageId}.eml`,
    contentType: 'message/rfc822',
    inline: false,
    contentId: null,
  }
  const text = 'The whole mail was fetched; it is attached as a file that mail programs open.'
  const noteId = await addSystemNote(tx, context, { ticketId, text, attachments: [file] }, at)
  await keepWhole(tx, { inboundId: messageId, noteId }, at)
}
