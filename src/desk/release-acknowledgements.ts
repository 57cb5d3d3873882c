/** After a storm: acknowledgements that were held for want of room leave when there is some again. */
import type { NoticeContext } from '../outbound/notices.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { countLetGo, countOutbox, heldAcknowledgements } from '../store/outbox-counts.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { SYSTEM } from '../ticket/comment.ts'
import { ANSWER_AGE_MAX_MS } from '../ticket/notify.ts'

/** Of one look: the rest is seen at the next. */
const LET_GO_MAX = 200

type Held = Awaited<ReturnType<typeof heldAcknowledgements>>[number]

/** The oldest first, as many as the budget has room for; what is a day old is too late. Returns how many left. */
export async function releaseAcknowledgements(
  tx: Tx,
  context: Pick<NoticeContext, 'acknowledgement'>,
  at: Date,
): Promise<number> {
  const held = await heldAcknowledgements(tx, LET_GO_MAX)
  if (held.length === 0) return 0
  const tooLate = new Date(at.getTime() - ANSWER_AGE_MAX_MS)
  for (const one of held.filter(({ createdAt }) => createdAt <= tooLate)) {
    await settle(tx, one, { outcome: 'suppressed', detail: 'held for a day: it is too late' }, at)
  }
  const waiting = held.filter(({ createdAt }) => createdAt > tooLate)
  const leaving = waiting.slice(0, await roomFor(tx, context, at))
  for (const one of leaving) await settle(tx, one, { outcome: 'queued', detail: null }, at)
  return leaving.length
}

async function roomFor(
  tx: Tx,
  { acknowledgement: { budget } }: Pick<NoticeContext, 'acknowledgement'>,
  at: Date,
): Promise<number> {
  if (budget.total === null) return LET_GO_MAX
  const { count, windowMs } = budget.total
  const since = new Date(at.getTime() - windowMs)
  const written = await countOutbox(tx, { kind: 'acknowledgement', since })
  const letGo = await countLetGo(tx, since, new Date(since.getTime() - ANSWER_AGE_MAX_MS))
  return Math.max(0, count - written - letGo)
}

async function settle(
  tx: Tx,
  { id, ticketId }: Held,
  to: { outcome: 'queued' | 'suppressed'; detail: string | null },
  at: Date,
): Promise<void> {
  const dueAt = to.outcome === 'queued' ? at : null
  if (!(await changeOutcome(tx, id, ['held'], { ...to, dueAt }))) return
  const data = { outbox_id: id, outcome: to.outcome }
  const event = {
    type: 'delivery.changed',
    ticketId,
    commentId: null,
    actor: SYSTEM,
    data,
  } as const
  await insertEvents(tx, [event], at)
}
