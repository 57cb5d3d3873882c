/** Addresses that get no automatic mail, and senders who are not heard: lists that people keep. */
import { AppError } from '../errors.ts'
import { type Address, parseAddress } from '../mail/address.ts'
import {
  type BlockedSender,
  deleteBlockedSender,
  insertBlockedSender,
} from '../store/blocked-senders.ts'
import { insertEvents } from '../store/events.ts'
import { findInbound } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import {
  deleteSuppression,
  findSuppression,
  type StoredSuppression,
  suppress,
} from '../store/suppressions.ts'
import { findUserByEmail } from '../store/users.ts'
import type { Actor } from '../ticket/comment.ts'
import { type Inbox, ownAddresses } from '../ticket/inbox.ts'
import { isStaff } from '../ticket/user.ts'

/** A suppression that the person asked for stays that. */
export async function suppressByHand(
  tx: Tx,
  { address, detail, actor }: { address: Address; detail: string; actor: Actor },
  at: Date,
): Promise<StoredSuppression> {
  await suppress(tx, { address, reason: 'by_hand', detail }, at)
  const made = await findSuppression(tx, address)
  if (made === null) throw new Error('the address was not suppressed')
  await note(tx, 'suppression.changed', { suppression_id: made.id, change: 'added' }, actor, at)
  return made
}

/** Automatic mail goes there again. @throws AppError `not-found`. */
export async function liftSuppression(
  tx: Tx,
  { id, actor }: { id: number; actor: Actor },
  at: Date,
): Promise<void> {
  if (!(await deleteSuppression(tx, id))) throw notFound()
  await note(tx, 'suppression.changed', { suppression_id: id, change: 'released' }, actor, at)
}

interface BlockOrder {
  /** An address, or `@` and a domain. */
  readonly sender: string
  readonly note: string | null
  readonly by: number
}

/**
 * His mail is put away from now on: fate `ignored`, the source stays.
 * @throws AppError `sender-is-ours`: inboxes, and people who work here, cannot be blocked.
 */
export async function blockSender(
  tx: Tx,
  inboxes: readonly Inbox[],
  order: BlockOrder,
  at: Date,
): Promise<BlockedSender> {
  const { sender, by } = order
  if (await isOurs(tx, inboxes, sender)) {
    const sentence = `${sender} belongs to this desk, and its mail must not be lost.`
    throw new AppError('conflict', 'sender-is-ours', sentence)
  }
  const blocked = await insertBlockedSender(tx, { sender, note: order.note, blockedBy: by }, at)
  const actor = { type: 'user', id: by } as const
  await note(tx, 'sender.changed', { sender_id: blocked.id, change: 'blocked' }, actor, at)
  return blocked
}

/** The sender of a message that came in. @throws AppError as {@link blockSender}; `no-sender`. */
export async function blockSenderOf(
  tx: Tx,
  inboxes: readonly Inbox[],
  { messageId, by }: { messageId: number; by: number },
  at: Date,
): Promise<BlockedSender> {
  const message = await findInbound(tx, messageId)
  if (message === null) throw notFound()
  const sender = parseAddress(message.sender)
  if (sender === null) {
    const sentence = `Message ${messageId} names no sender that could be blocked.`
    throw new AppError('conflict', 'no-sender', sentence)
  }
  return blockSender(tx, inboxes, { sender, by, note: `message ${messageId}` }, at)
}

/** He is heard again. @throws AppError `not-found`. */
export async function unblockSender(
  tx: Tx,
  { id, actor }: { id: number; actor: Actor },
  at: Date,
): Promise<void> {
  if (!(await deleteBlockedSender(tx, id))) throw notFound()
  await note(tx, 'sender.changed', { sender_id: id, change: 'released' }, actor, at)
}

async function isOurs(tx: Tx, inboxes: readonly Inbox[], sender: string): Promise<boolean> {
  const own = [...ownAddresses(inboxes)]
  if (sender.startsWith('@')) return own.some((address) => address.endsWith(sender))
  if (own.some((address) => address === sender)) return true
  const user = await findUserByEmail(tx, sender as Address)
  return user !== null && isStaff(user)
}

async function note(
  tx: Tx,
  type: 'suppression.changed' | 'sender.changed',
  data: Readonly<Record<string, unknown>>,
  actor: Actor,
  at: Date,
): Promise<void> {
  await insertEvents(tx, [{ type, ticketId: null, commentId: null, actor, data }], at)
}

const notFound = (): AppError =>
  new AppError('not_found', 'not-found', 'There is no such thing here.')
