/** What the desk itself tells the agents on a ticket: a note that moves nothing and is mailed to nobody. */
import type { Tx } from '../store/open.ts'
import { addComment } from './add-comment.ts'
import type { AttachedBlob, DeskContext } from './context.ts'

/** Returns its id. */
export async function addSystemNote(
  tx: Tx,
  context: DeskContext,
  note: { ticketId: number; text: string; attachments?: readonly AttachedBlob[] },
  at: Date,
): Promise<number> {
  const { ticketId, text, attachments = [] } = note
  const { comment } = await addComment(
    tx,
    context,
    {
      ticketId,
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
        attachments,
      },
      moveTo: null,
      mailOut: false,
      notifyAgents: false,
      // It says nothing new, and opens nothing.
      reopening: true,
    },
    at,
  )
  return comment.id
}
