/** Mail that could not be fetched yet, while later mail of its folder could; and what is known by name. */
import { chunksOf } from './id-chunks.ts'
import type { FolderCursor } from './inboxes.ts'
import type { Queryable, Tx } from './open.ts'

export interface LeftOut {
  readonly inboxId: number
  readonly folder: string
  readonly uidValidity: number
  /** The lowest of those that are left out. */
  readonly uid: number
}

/** The lowest UID that is left out in this generation of a folder; null: none is. No older one has any. */
export async function setLeftOut(tx: Tx, cursor: FolderCursor, uid: number | null): Promise<void> {
  const { id, inboxId, folder } = cursor
  await tx('folder_cursors').where({ id }).update({ left_out_uid: uid })
  await tx('folder_cursors')
    .where({ inbox_id: inboxId, folder })
    .where('id', '<', id)
    .whereNotNull('left_out_uid')
    .update({ left_out_uid: null })
}

/** Every generation of a folder in which something is left out. */
export const listLeftOut = (db: Queryable): Promise<LeftOut[]> =>
  db('folder_cursors').whereNotNull('left_out_uid').select<LeftOut[]>({
    inboxId: 'inbox_id',
    folder: 'folder',
    uidValidity: 'uidvalidity',
    uid: 'left_out_uid',
  })

/** Where the Message-IDs of conversations are: of what came, what was written, and what was sent. */
const NAMED = ['inbound_messages', 'comments', 'outbox'] as const
/** A conversation is there, or will be. Not by the index of the fates. */
const TOLD = "coalesce(fate, '') in ('pending', 'ticket', 'comment', 'duplicate')"

/** Those of these Message-IDs that lead to a conversation, or will. */
export async function knownMessageIds(
  db: Queryable,
  messageIds: readonly string[],
): Promise<Set<string>> {
  const known = new Set<string>()
  for (const some of chunksOf(messageIds)) {
    for (const table of NAMED) {
      const rows = db<{ message_id: string }>(table).whereIn('message_id', some)
      if (table === 'inbound_messages') void rows.whereRaw(TOLD)
      for (const id of await rows.pluck('message_id')) known.add(id)
    }
  }
  return known
}
