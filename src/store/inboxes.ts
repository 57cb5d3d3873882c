/** Inboxes as rows (their settings stay in the configuration), and how far their folders are fetched. */
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

/**
 * The id of an inbox of this name; makes the row when it is new.
 * @param names of all inboxes that are configured: one with this address and a name that is no
 *   longer among them was renamed, and keeps its tickets, its queue and its place in the folder.
 */
export async function ensureInbox(
  tx: Tx,
  inbox: { name: string; address: string },
  names: readonly string[],
  at: Date,
): Promise<number> {
  const row = await tx<{ id: number; name: string }>('inboxes')
    .where({ name: inbox.name })
    .first('id')
  if (row !== undefined) {
    await tx('inboxes').where({ id: row.id }).update({ address: inbox.address })
    return row.id
  }
  const renamed = await tx<{ id: number; name: string; address: string }>('inboxes')
    .where({ address: inbox.address })
    .whereNotIn('name', [...names])
    .select('id')
  const [only, ...others] = renamed
  if (only !== undefined && others.length === 0) {
    await tx('inboxes').where({ id: only.id }).update({ name: inbox.name })
    return only.id
  }
  const [made] = await tx('inboxes')
    .insert({ ...inbox, created_at: toMs(at) })
    .onConflict('name')
    .merge(['address'])
    .returning<{ id: number }[]>('id')
  if (made === undefined) throw new Error('the inbox row was not made')
  return made.id
}

export async function listInboxRows(
  db: Queryable,
): Promise<{ id: number; name: string; address: string }[]> {
  return db('inboxes').orderBy('id').select('id', 'name', 'address')
}

/** One generation of a folder: its UIDs mean something only together with its UIDVALIDITY. */
export interface FolderCursor {
  readonly id: number
  readonly inboxId: number
  readonly folder: string
  readonly uidValidity: number
  /** Every UID up to here has its ledger row. */
  readonly uid: number
  /** UIDs up to here were there before we were. */
  readonly backlogUid: number
  readonly createdAt: Date
  readonly reconciledAt: Date | null
}

interface CursorRow {
  id: number
  inbox_id: number
  folder: string
  uidvalidity: number
  uid: number
  backlog_uid: number
  created_at: number
  reconciled_at: number | null
}

const toCursor = (row: CursorRow): FolderCursor => ({
  id: row.id,
  inboxId: row.inbox_id,
  folder: row.folder,
  uidValidity: row.uidvalidity,
  uid: row.uid,
  backlogUid: row.backlog_uid,
  createdAt: fromMs(row.created_at),
  reconciledAt: fromMsOrNull(row.reconciled_at),
})

/** Every generation of a folder, newest first. Empty: we have never been here. */
export async function listCursors(
  db: Queryable,
  inboxId: number,
  folder: string,
): Promise<FolderCursor[]> {
  const rows = await db<CursorRow>('folder_cursors')
    .where({ inbox_id: inboxId, folder })
    .orderBy('id', 'desc')
    .select()
  return rows.map(toCursor)
}

/** Was this folder known under another UIDVALIDITY before? */
export async function hasOlderCursor(db: Queryable, cursor: FolderCursor): Promise<boolean> {
  const row = await db<CursorRow>('folder_cursors')
    .where({ inbox_id: cursor.inboxId, folder: cursor.folder })
    .where('id', '<', cursor.id)
    .first('id')
  return row !== undefined
}

export async function insertCursor(
  tx: Tx,
  cursor: {
    inboxId: number
    folder: string
    uidValidity: number
    backlogUid: number
    at: Date
  },
): Promise<void> {
  await tx<CursorRow>('folder_cursors')
    .insert({
      inbox_id: cursor.inboxId,
      folder: cursor.folder,
      uidvalidity: cursor.uidValidity,
      uid: 0,
      backlog_uid: cursor.backlogUid,
      created_at: toMs(cursor.at),
    })
    .onConflict(['inbox_id', 'folder', 'uidvalidity'])
    .ignore()
}

/** Moves a cursor forward; never back. */
export async function advanceCursor(tx: Tx, id: number, uid: number): Promise<void> {
  await tx<CursorRow>('folder_cursors').where({ id }).where('uid', '<', uid).update({ uid })
}

export async function markReconciled(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<CursorRow>('folder_cursors')
    .where({ id })
    .update({ reconciled_at: toMs(at) })
}

/** Does nobody fetch from it, because somebody said so? */
export async function isInboxPaused(db: Queryable, id: number): Promise<boolean> {
  const row = await db<{ id: number; paused_at: number | null }>('inboxes')
    .where({ id })
    .first('paused_at')
  return (row?.paused_at ?? null) !== null
}

/** Ids of inboxes that are paused, and since when. */
export async function listPausedInboxes(db: Queryable): Promise<Map<number, Date>> {
  const rows = await db<{ id: number; paused_at: number }>('inboxes')
    .whereNotNull('paused_at')
    .select('id', 'paused_at')
  return new Map(rows.map((row) => [row.id, fromMs(row.paused_at)]))
}

/** False: it is so already. */
export async function pauseInbox(tx: Tx, id: number, at: Date | null): Promise<boolean> {
  const query = tx<{ id: number; paused_at: number | null }>('inboxes').where({ id })
  void (at === null ? query.whereNotNull('paused_at') : query.whereNull('paused_at'))
  return (await query.update({ paused_at: at === null ? null : toMs(at) })) === 1
}
