/** What the desk itself tells the agents on a ticket: a note that moves nothing and is mailed to nobody. */
import { addComment } from '../desk/add-comment.ts'
import type { DeskContext } from '../desk/context.ts'
import type { Tx } from '../store/open.ts'

export async function addSystemNote(
  tx: Tx,
  context: DeskContext,
  { ticketId, text }: { ticketId: number; text: string },
  at: Date,
): Promise<void> {
  await addComment(
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
