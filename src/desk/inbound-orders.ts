/** Orders of agents about messages that came in: decide again, release, discard. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import { choiceForInbound, forgetHeld } from '../store/held-replies.ts'
import { discardInbound, putBackInbound } from '../store/inbound-orders.ts'
import { commandsWereDone, discardedByPerson } from '../store/inbound-outcome.ts'
import { type Fate, findInbound, type InboundMessage } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { SYSTEM } from '../ticket/comment.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'

interface Order {
  readonly messageId: number
  readonly by: User
}

/** Nobody in particular: the rules changed, and whoever runs the desk wants them to hold. */
type PutBackOrder = Omit<Order, 'by'> & { readonly by: User | null }

/** Nothing for people came of these. */
const OPEN: readonly Fate[] = ['quarantined', 'ignored', 'system']
const DISCARDABLE: readonly Fate[] = ['quarantined']

/**
 * The message waits again, to be decided by the rules of today.
 *
 * @throws AppError `not-found`; `fate-not-allowed` with `current` and `allowed`; `already-done`
 *   when something came of it; `source-missing`.
 */
export async function reprocessInbound(tx: Tx, order: Order, at: Date): Promise<InboundMessage> {
  return putBack(tx, order, { allowed: OPEN, release: null, verb: 'put back' }, at)
}

/**
 * As {@link reprocessInbound}, because the rules are others today. What a person put away stays so.
 *
 * @throws AppError as {@link reprocessInbound} does; `already-done` for what was put away, too.
 */
export async function replayInbound(tx: Tx, messageId: number, at: Date): Promise<InboundMessage> {
  if (discardedByPerson(await messageOf(tx, { messageId }, OPEN))) {
    throw new AppError(
      'conflict',
      'already-done',
      `Message ${messageId} was discarded by a person.`,
    )
  }
  const order = { messageId, by: null }
  return putBack(tx, order, { allowed: OPEN, release: null, verb: 'put back' }, at)
}

/**
 * The message becomes a ticket, or a comment of `into`, whatever the rules say, as words of its
 * author. That it is answered or mailed to anybody is for a person to decide.
 *
 * @throws AppError as {@link reprocessInbound} does.
 */
export async function releaseInboundMessage(
  tx: Tx,
  order: Order & { readonly into: Ticket | null },
  at: Date,
): Promise<InboundMessage> {
  const release = { by: order.by.id, into: order.into?.id ?? null }
  return putBack(tx, order, { allowed: OPEN, release, verb: 'released' }, at)
}

/** @throws AppError `not-found`, `fate-not-allowed`. */
export async function discardInboundMessage(
  tx: Tx,
  order: Order,
  at: Date,
): Promise<InboundMessage> {
  const message = await messageOf(tx, order, DISCARDABLE)
  const reason = `discarded by user ${order.by.id}`
  if (!(await discardInbound(tx, message, reason))) throw overtaken(message)
  return changed(tx, order, at)
}

async function putBack(
  tx: Tx,
  order: PutBackOrder,
  how: { allowed: readonly Fate[]; release: InboundMessage['release']; verb: string },
  at: Date,
): Promise<InboundMessage> {
  const message = await messageOf(tx, order, how.allowed)
  refuseDone(message)
  if (message.sha256 === null) {
    throw new AppError(
      'conflict',
      'source-missing',
      `Message ${message.id} was never fetched, so there is nothing to decide about.`,
    )
  }
  const { release, verb } = how
  // Released, it becomes a note at most; decided again, it might be mailed.
  if (release === null) await refuseDiscarded(tx, message)
  const reason = order.by === null ? `${verb} for today’s rules` : `${verb} by user ${order.by.id}`
  if (!(await putBackInbound(tx, message, { release, reason }, at))) throw overtaken(message)
  await forgetHeld(tx, message.id)
  return changed(tx, order, at)
}

async function messageOf(
  tx: Tx,
  { messageId }: Pick<Order, 'messageId'>,
  allowed: readonly Fate[],
): Promise<InboundMessage> {
  const message = await findInbound(tx, messageId)
  if (message === null) {
    throw new AppError('not_found', 'not-found', `There is no message ${messageId}.`)
  }
  if (allowed.includes(message.fate)) return message
  throw new AppError(
    'conflict',
    'fate-not-allowed',
    `Message ${messageId} is ${message.fate}; this can be done while it is ${allowed.join(' or ')}.`,
    { current: message.fate, allowed },
  )
}

/** A comment would be written twice, and an agent's commands would be done twice. */
function refuseDone(message: InboundMessage): void {
  const { id, commentId, ticketId } = message
  if (commentId === null && !commandsWereDone(message)) return
  throw new AppError(
    'conflict',
    'already-done',
    `Something came of message ${id} already: see ticket ${ticketId ?? 'none'}.`,
    { ticket_id: ticketId },
  )
}

async function refuseDiscarded(tx: Tx, { id, ticketId }: InboundMessage): Promise<void> {
  if ((await choiceForInbound(tx, id)) !== 'discard') return
  throw new AppError(
    'conflict',
    'already-done',
    `Message ${id} was discarded by its author, who was asked.`,
    { ticket_id: ticketId },
  )
}

const overtaken = ({ id }: InboundMessage): Overtaken =>
  new Overtaken(`message ${id} changed meanwhile`)

async function changed(tx: Tx, { messageId, by }: PutBackOrder, at: Date): Promise<InboundMessage> {
  const message = await findInbound(tx, messageId)
  if (message === null) throw new Error(`message ${messageId} is gone`)
  await insertEvents(
    tx,
    [
      {
        type: 'inbox.changed',
        ticketId: null,
        commentId: null,
        actor: by === null ? SYSTEM : { type: 'user', id: by.id },
        data: { inbox_id: message.inboxId, inbound_id: message.id, fate: message.fate },
      },
    ],
    at,
  )
  return message
}
