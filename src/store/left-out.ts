/** Mail that could not be fetched yet, while later mail of its folder could; and what is known by name. */
import { chunksOf } from './id-chunks.ts'
import type { Queryable, Tx } from './open.ts'

export interface LeftOut {
  readonly inboxId: number
  readonly folder: string
  readonly uidValidity: number
  /** The lowest of those that are left out. */
  readonly uid: number
}

/** The lowest UID that is left out in this generation of a folder; null: none is. */
export async function setLeftOut(tx: Tx, cursorId: number, uid: number | null): Promise<void> {
  await tx('folder_cursors').where({ id: cursorId }).update({ left_out_uid: uid })
}

/** Every generation of a folder in which something is left out. */
export const listLeftOut = (db: Queryable): Promise<LeftOut[]> =>
  db('folder_cursors').whereNotNull('left_out_uid').select<LeftOut[]>({
    inboxId: 'inbox_id',
    folder: 'folder',
    uidValidity: 'uidvalidity',
    uid: 'left_out_uid',
  })

/** Tables with the Message-IDs of what came, what was written, and what was sent. */
const NAMED = ['inbound_messages', 'comments', 'outbox'] as const

/** Those of these Message-IDs that we know, whatever became of their mail. */
export async function knownMessageIds(
  db: Queryable,
  messageIds: readonly string[],
): Promise<Set<string>> {
  const known = new Set<string>()
  for (const some of chunksOf(messageIds)) {
    for (const table of NAMED) {
      const rows = db<{ message_id: string }>(table).whereIn('message_id', some)
      for (const id of await rows.pluck('message_id')) known.add(id)
    }
  }
  return known
}
