/** The ledger seen from one generation of a folder: which UIDs are known, what is left to mark. */
import type { FolderCursor } from './inboxes.ts'
import type { Marked } from './inbound-messages.ts'
import { eachOf, gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

export type Generation = Pick<FolderCursor, 'inboxId' | 'folder' | 'uidValidity'>

const key = (generation: Generation) => ({
  inbox_id: generation.inboxId,
  folder: generation.folder,
  uidvalidity: generation.uidValidity,
})

/** Every UID of a generation that has a ledger row, within a range; `to` null: to its end. */
export async function knownUids(
  db: Queryable,
  generation: Generation,
  { from, to }: { readonly from: number; readonly to: number | null },
): Promise<Set<number>> {
  const query = db<{ uid: number }>('inbound_messages')
    .where(key(generation))
    .where('uid', '>=', from)
  if (to !== null) void query.where('uid', '<=', to)
  const rows = await query.select('uid')
  return new Set(rows.map((row) => row.uid))
}

/** Which of these UIDs have a ledger row; of as many as fit into one statement. */
export async function knownAmong(
  db: Queryable,
  generation: Generation,
  uids: readonly number[],
): Promise<Set<number>> {
  const rows = await db<{ uid: number }>('inbound_messages')
    .where(key(generation))
    .whereIn('uid', [...uids])
    .select('uid')
  return new Set(rows.map((row) => row.uid))
}

/**
 * The ledger row of the same message in an older generation of the folder, by what survives a
 * change of UIDVALIDITY: Message-ID, size and arrival time. Of those without a Message-ID only
 * the ones that were never taken (old mail) are found: taken ones are known by their bytes.
 */
export async function findAlias(
  db: Queryable,
  generation: Generation,
  message: { messageId: string | null; size: number; internalAt: Date | null },
): Promise<number | null> {
  if (message.messageId === null && message.internalAt === null) return null
  const query = db('inbound_messages')
    .where({ message_id: message.messageId, size: message.size })
    // Not by the index of the folder, which may hold all mail there is.
    .whereRaw("coalesce(inbox_id, 0) = ? and coalesce(folder, '') = ?", [
      generation.inboxId,
      generation.folder,
    ])
    .whereNot({ uidvalidity: generation.uidValidity })
    .orderBy('id')
  if (message.messageId === null) void query.where({ fate: 'ignored', sha256: null })
  if (message.internalAt !== null) void query.where({ internal_at: toMs(message.internalAt) })
  return (await query.first<{ id: number } | undefined>('id'))?.id ?? null
}

/** Did a message with this Message-ID come by this folder before, in another generation, and was it taken? */
export async function isTakenElsewhere(
  db: Queryable,
  { inboxId, folder, uidValidity }: Generation,
  messageId: string,
): Promise<boolean> {
  const row = await db('inbound_messages')
    .where({ message_id: messageId })
    .whereRaw("coalesce(inbox_id, 0) = ? and coalesce(folder, '') = ?", [inboxId, folder])
    .whereNot({ uidvalidity: uidValidity })
    .whereNotNull('sha256')
    .first<{ id: number } | undefined>('id')
  return row !== undefined
}

export interface MarkTask {
  readonly id: number
  readonly uid: number
}

/** Stored messages whose flag or move on the server is still to be done, oldest first. */
export async function listUnmarked(
  db: Queryable,
  generation: Generation,
  limit: number,
): Promise<MarkTask[]> {
  return db('inbound_messages')
    .where({ ...key(generation), marked: 'pending' })
    .orderBy('uid')
    .limit(limit)
    .select('id', 'uid')
}

export async function setMarked(tx: Tx, ids: readonly number[], marked: Marked): Promise<void> {
  if (ids.length === 0) return
  await tx('inbound_messages')
    .whereIn('id', [...ids])
    .update({ marked })
}

/** How many messages this address sent within a window, in any inbox. */
export const countFromSender = (db: Queryable, sender: string, since: Date): Promise<number> =>
  countGathered(db, { sender, since })

const countGathered = gathered(
  async (db, all: readonly { readonly sender: string; readonly since: Date }[]) => {
    const found = await eachOf<{ count: number }>(
      db,
      all.map(({ sender, since }) => ({
        sql: 'select count(*) as count from inbound_messages where sender = ? and received_at >= ?',
        bindings: [sender, toMs(since)],
      })),
    )
    return found.map(([row]) => Number(row?.count ?? 0))
  },
)
