/** A delivery of ours came back: the outbox row says so, and so does the ticket. */
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { findOutbox } from '../store/outbox.ts'
import { SYSTEM } from '../ticket/comment.ts'

/** Returns the ticket it was about, or null. Reporting the same bounce again changes nothing. */
export async function recordBounce(
  tx: Tx,
  bounce: { outboxId: number; detail: string },
  at: Date,
): Promise<number | null> {
  const row = await findOutbox(tx, bounce.outboxId)
  if (row === null) return null
  const changed = await changeOutcome(tx, row.id, ['sent', 'ending', 'uncertain'], {
    outcome: 'bounced',
    detail: bounce.detail,
    dueAt: null,
  })
  if (changed) {
    await insertEvents(
      tx,
      [
        {
          type: 'delivery.changed',
          ticketId: row.ticketId,
          commentId: row.commentId,
          actor: SYSTEM,
          data: { outbox_id: row.id, outcome: 'bounced', detail: bounce.detail },
        },
      ],
      at,
    )
  }
  return row.ticketId
}
