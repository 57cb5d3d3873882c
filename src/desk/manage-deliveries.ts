/** What people decide about mail that we owe: send it again, let it go, drop it. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { changeOutcome } from '../store/outbox-delivery.ts'
import { findOutbox, type Outcome, type OutboxMessage, sourceOf } from '../store/outbox.ts'
import type { User } from '../ticket/user.ts'

interface Verb {
  readonly from: readonly Outcome[]
  readonly to: 'queued' | 'discarded'
  readonly done: string
}

const VERBS = {
  /** Byte for byte the same message: it may arrive twice, and its reader's program sees that. */
  retry: { from: ['failed', 'uncertain', 'bounced'], to: 'queued', done: 'sent again' },
  release: { from: ['held'], to: 'queued', done: 'released' },
  discard: { from: ['held', 'queued', 'failed', 'uncertain'], to: 'discarded', done: 'discarded' },
} as const satisfies Record<string, Verb>
export type DeliveryVerb = keyof typeof VERBS
export const DELIVERY_VERBS = Object.keys(VERBS) as DeliveryVerb[]

/**
 * Changes the outcome of one delivery. Its attempts stay counted.
 *
 * @throws AppError `not-found`; `outcome-not-allowed` with `current` and `allowed`, also when a
 *   sender took the row in this moment.
 */
export async function manageDelivery(
  tx: Tx,
  order: { readonly id: number; readonly verb: DeliveryVerb; readonly by: User },
  at: Date,
): Promise<OutboxMessage> {
  const { from, to, done }: Verb = VERBS[order.verb]
  const row = await findOutbox(tx, order.id)
  if (row === null) throw new AppError('not_found', 'not-found', `There is no mail ${order.id}.`)
  if (!from.includes(row.outcome)) throw refused(row, from)
  if (to === 'queued' && (await sourceOf(tx, row.id)) === null) {
    const sentence = `Mail ${row.id} was erased or is too old: its text is no longer there.`
    throw new AppError('conflict', 'source-missing', sentence)
  }
  const change = {
    outcome: to,
    detail: `${done} by user ${order.by.id}`,
    dueAt: to === 'queued' ? at : null,
  }
  if (!(await changeOutcome(tx, row.id, [row.outcome], change))) {
    throw new Overtaken(`delivery ${row.id} changed meanwhile`)
  }
  await insertEvents(
    tx,
    [
      {
        type: 'delivery.changed',
        ticketId: row.ticketId,
        commentId: row.commentId,
        actor: { type: 'user', id: order.by.id },
        data: { outbox_id: row.id, outcome: to },
      },
    ],
    at,
  )
  return { ...row, ...change }
}

const refused = (row: OutboxMessage, allowed: readonly Outcome[]): AppError =>
  new AppError(
    'conflict',
    'outcome-not-allowed',
    `Mail ${row.id} is ${row.outcome}; this can be done while it is ${allowed.join(' or ')}.`,
    { current: row.outcome, allowed },
  )
