/** After a storm: acknowledgements that were held for want of room leave when there is some again. */
import { usedUpBudget } from '../outbound/budget.ts'
import type { NoticeContext } from '../outbound/notices.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { type HeldAcknowledgement, heldAcknowledgements, letGo } from '../store/outbox-counts.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { SYSTEM } from '../ticket/comment.ts'
import { ANSWER_AGE_MAX_MS } from '../ticket/notify.ts'

/** Of one look: the rest is seen at the next. */
const LET_GO_MAX = 200

/**
 * The oldest first, as many as all the budgets have room for: what counts for a new one counts for
 * one that was held. What is a day old is too late. Returns how many left.
 */
export async function releaseAcknowledgements(
  tx: Tx,
  { acknowledgement: { budget } }: Pick<NoticeContext, 'acknowledgement'>,
  at: Date,
): Promise<number> {
  const held = await heldAcknowledgements(tx, LET_GO_MAX)
  const tooLate = new Date(at.getTime() - ANSWER_AGE_MAX_MS)
  let left = 0
  let isFull = false
  for (const one of held) {
    if (one.createdAt <= tooLate) {
      await suppress(tx, one, 'held for a day: it is too late', at)
      continue
    }
    if (isFull) continue
    const recipient = { address: one.rcptTo, verified: one.verified }
    const usedUp = await usedUpBudget(tx, budget, recipient, at)
    if (usedUp?.later === true) isFull = true
    else if (usedUp !== null) await suppress(tx, one, usedUp.detail, at)
    else if (await letGo(tx, one.id, at)) {
      await tell(tx, one, 'queued', at)
      left += 1
    }
  }
  return left
}

async function suppress(tx: Tx, held: HeldAcknowledgement, detail: string, at: Date) {
  const outcome = 'suppressed'
  const changed = await changeOutcome(tx, held.id, ['held'], { outcome, detail, dueAt: null })
  if (changed) await tell(tx, held, outcome, at)
}

async function tell(
  tx: Tx,
  { id, ticketId }: HeldAcknowledgement,
  outcome: 'queued' | 'suppressed',
  at: Date,
): Promise<void> {
  const event = {
    type: 'delivery.changed',
    ticketId,
    commentId: null,
    actor: SYSTEM,
    data: { outbox_id: id, outcome },
  } as const
  await insertEvents(tx, [event], at)
}
