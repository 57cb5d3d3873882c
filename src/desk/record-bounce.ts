/** A delivery of ours came back: the outbox row says so, and so does the ticket. */
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { findOutbox } from '../store/outbox.ts'
import { SYSTEM } from '../ticket/comment.ts'
import type { DeskContext } from './context.ts'
import { undelivered } from './undelivered.ts'

export interface Bounce {
  readonly outboxId: number
  readonly detail: string
  /** Does the report say that there is no such mailbox? */
  readonly badRecipient: boolean
}

/** Returns the ticket it was about, or null. Reporting the same bounce again changes nothing. */
export async function recordBounce(
  tx: Tx,
  context: DeskContext,
  bounce: Bounce,
  at: Date,
): Promise<number | null> {
  const row = await findOutbox(tx, bounce.outboxId)
  if (row === null) return null
  const { detail, badRecipient } = bounce
  const changed = await changeOutcome(tx, row.id, ['sent', 'ending', 'uncertain'], {
    outcome: 'bounced',
    detail,
    dueAt: null,
  })
  if (!changed) return row.ticketId
  await insertEvents(
    tx,
    [
      {
        type: 'delivery.changed',
        ticketId: row.ticketId,
        commentId: row.commentId,
        actor: SYSTEM,
        data: { outbox_id: row.id, outcome: 'bounced', detail },
      },
    ],
    at,
  )
  await undelivered(tx, context, { row, detail, badRecipient }, at)
  return row.ticketId
}
