/** Files sent through the API: attachments that no comment has yet, and single attachments. */
import { type AttachmentRow, type StoredAttachment, toAttachment } from './attachments.ts'
import { discardBlobs } from './blob-garbage.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

export interface NewUpload {
  readonly uploadedBy: number
  readonly filename: string | null
  readonly contentType: string
  readonly size: number
  readonly sha256: string
}

export async function insertUpload(tx: Tx, upload: NewUpload, at: Date): Promise<StoredAttachment> {
  const [row] = await tx<AttachmentRow>('attachments')
    .insert({
      comment_id: null,
      filename: upload.filename,
      content_type: upload.contentType,
      size: upload.size,
      sha256: upload.sha256,
      inline: false,
      content_id: null,
      uploaded_by: upload.uploadedBy,
      created_at: toMs(at),
    })
    .returning('*')
  if (row === undefined) throw new Error('the attachment was not made')
  return toAttachment(row)
}

export async function findAttachment(db: Queryable, id: number): Promise<StoredAttachment | null> {
  const row = await db<AttachmentRow>('attachments').where({ id }).first()
  return row === undefined ? null : toAttachment(row)
}

/** Those of these ids that this user sent and no comment has, in the order of their ids. */
export async function findUnused(
  db: Queryable,
  ids: readonly number[],
  uploadedBy: number,
): Promise<StoredAttachment[]> {
  if (ids.length === 0) return []
  const rows = await db<AttachmentRow>('attachments')
    .whereIn('id', [...ids])
    .where({ uploaded_by: uploadedBy })
    .whereNull('comment_id')
    .orderBy('id')
    .select()
  return rows.map(toAttachment)
}

/** How many bytes this user sent that no comment has. */
export async function unusedBytes(db: Queryable, uploadedBy: number): Promise<number> {
  const row = await db<AttachmentRow>('attachments')
    .where({ uploaded_by: uploadedBy })
    .whereNull('comment_id')
    .sum({ bytes: 'size' })
    .first<{ bytes: number | null }>()
  return Number(row?.bytes ?? 0)
}

/** Gives unused ones to a comment. False: another comment has one of them already. */
export async function useUploads(
  tx: Tx,
  ids: readonly number[],
  commentId: number,
): Promise<boolean> {
  if (ids.length === 0) return true
  const updated = await tx<AttachmentRow>('attachments')
    .whereIn('id', [...ids])
    .whereNull('comment_id')
    .update({ comment_id: commentId })
  return updated === ids.length
}

/** One statement on SQLite takes so many ids. */
const FORGOTTEN_MAX = 1_000

/**
 * Forgets what was sent before an instant and never used, with its bytes unless something else has
 * the same; returns how many. A thousand at a time: the rest goes at the next look.
 */
export async function deleteUnused(tx: Tx, before: Date, at: Date): Promise<number> {
  const unused = await tx<AttachmentRow>('attachments')
    .whereNull('comment_id')
    .where('created_at', '<', toMs(before))
    .orderBy('created_at')
    .limit(FORGOTTEN_MAX)
    .select('id', 'sha256')
  if (unused.length === 0) return 0
  const ids = unused.map(({ id }) => id)
  // Somebody may use one of them in this moment.
  const deleted = await tx<AttachmentRow>('attachments')
    .whereIn('id', ids)
    .whereNull('comment_id')
    .del()
  await discardBlobs(
    tx,
    unused.map(({ sha256 }) => sha256),
    at,
  )
  return deleted
}
