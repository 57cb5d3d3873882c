/** Messages that a daemon had in hand, and that are due again: after its death, or after a failure. */
import { asideMs } from './claim-order.ts'
import { chunksOf } from './id-chunks.ts'
import type { InboundMessage, InboundRow } from './inbound-rows.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMsOrNull, toMs } from './time.ts'

/**
 * What this daemon had in hand is due again at once: at start after it died (the attempt counts),
 * or when the database was away (`giveBack`: it does not). One that was in hand at many deaths is
 * left for a while.
 */
export async function releaseInbound(
  tx: Tx,
  owner: string,
  at: Date,
  { giveBack }: { giveBack: boolean },
): Promise<void> {
  const held = await tx<InboundRow>('inbound_messages')
    .where({ fate: 'pending', lease_owner: owner })
    .update({
      due_at: toMs(at),
      lease_owner: null,
      ...(giveBack ? { attempts: tx.raw('attempts - 1') } : {}),
    })
    .returning(['id', 'attempts', 'failures'])
  if (giveBack) return
  for (const { id, attempts, failures } of held) {
    const wait = asideMs(attempts - failures)
    if (wait === 0) continue
    // Nobody else gets it before this transaction is over.
    await tx<InboundRow>('inbound_messages')
      .where({ id })
      .update({ due_at: toMs(at) + wait })
  }
}

const REASONS_MAX = 20

/**
 * Tried again at `dueAt`. Earlier reasons stay. One that is in another daemon's hand by now, because
 * `owner` stood still for longer than its claim, is left alone.
 */
export async function postponeInbound(
  tx: Tx,
  message: Pick<InboundMessage, 'id' | 'reasons'>,
  change: { owner: string; dueAt: Date; failed: boolean; reason: string },
): Promise<void> {
  const { reasons } = message
  const all = reasons.at(-1) === change.reason ? reasons : [...reasons, change.reason]
  await tx<InboundRow>('inbound_messages')
    .where({ id: message.id, fate: 'pending', lease_owner: change.owner })
    .update({
      due_at: toMs(change.dueAt),
      lease_owner: null,
      reasons: toJson(all.slice(-REASONS_MAX)),
      // An attempt that the world spoiled is given back: it says nothing about the message.
      ...(change.failed
        ? { failures: tx.raw('failures + 1') }
        : { attempts: tx.raw('attempts - 1') }),
    })
}

export type Place = Pick<InboundMessage, 'id' | 'inboxId' | 'folder' | 'uidValidity' | 'uid'>

export interface Pending extends Place {
  readonly messageId: string
  /** When it is tried again; null: some daemon has it in hand, or had it when it died. */
  readonly dueAt: Date | null
}

/** Messages with these Message-IDs that have no fate yet, and no copy that became a ticket or comment. */
export async function listPending(
  db: Queryable,
  messageIds: readonly string[],
): Promise<Pending[]> {
  const found: Pending[] = []
  // A mail may name hundreds of ancestors.
  for (const some of chunksOf(messageIds)) found.push(...(await pendingAmong(db, some)))
  return found
}

async function pendingAmong(db: Queryable, messageIds: readonly string[]): Promise<Pending[]> {
  const rows = await db<InboundRow>('inbound_messages as waiting')
    .whereIn('waiting.message_id', messageIds)
    // Not by the index of those that wait, which may be ten thousand, nor by that of all tickets.
    .whereRaw("coalesce(waiting.fate, '') = 'pending'")
    .whereNotExists(
      db('inbound_messages as taken')
        .whereRaw('taken.message_id = waiting.message_id')
        .whereRaw("coalesce(taken.fate, '') in ('ticket', 'comment')"),
    )
    .select('waiting.*')
  return rows.map((row) => ({
    id: row.id,
    inboxId: row.inbox_id,
    folder: row.folder,
    uidValidity: row.uidvalidity,
    uid: row.uid,
    messageId: row.message_id ?? '',
    dueAt: row.lease_owner === null ? fromMsOrNull(row.due_at) : null,
  }))
}
