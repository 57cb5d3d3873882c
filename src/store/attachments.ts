/** Attachments of comments, and what was uploaded and waits for one. */
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

export interface StoredAttachment {
  readonly id: number
  readonly commentId: number | null
  readonly filename: string | null
  readonly contentType: string
  readonly size: number
  readonly sha256: string
  readonly inline: boolean
  readonly contentId: string | null
  readonly uploadedBy: number | null
}

export interface AttachmentRow {
  id: number
  comment_id: number | null
  filename: string | null
  content_type: string
  size: number
  sha256: string
  inline: boolean | number
  content_id: string | null
  /** Who sent it through the API; null: it came as mail. */
  uploaded_by: number | null
  created_at: number
}

export const toAttachment = (row: AttachmentRow): StoredAttachment => ({
  id: row.id,
  commentId: row.comment_id,
  filename: row.filename,
  contentType: row.content_type,
  size: row.size,
  sha256: row.sha256,
  inline: Boolean(row.inline),
  contentId: row.content_id,
  uploadedBy: row.uploaded_by,
})

type NewAttachment = Omit<StoredAttachment, 'id' | 'uploadedBy'>

/** SQLite compiles a multi-row insert to a compound select with at most 500 terms. */
const INSERT_ROWS_MAX = 100

export async function insertAttachments(
  tx: Tx,
  attachments: readonly NewAttachment[],
  at: Date,
): Promise<void> {
  if (attachments.length > 0) await attachGathered(tx, { attachments, at })
}

const attachGathered = gathered(
  async (db, all: readonly { readonly attachments: readonly NewAttachment[]; at: Date }[]) => {
    const rows = all.flatMap(({ attachments, at }) =>
      attachments.map((attachment) => ({
        comment_id: attachment.commentId,
        filename: attachment.filename,
        content_type: attachment.contentType,
        size: attachment.size,
        sha256: attachment.sha256,
        inline: attachment.inline,
        content_id: attachment.contentId,
        created_at: toMs(at),
      })),
    )
    for (let start = 0; start < rows.length; start += INSERT_ROWS_MAX) {
      await db<AttachmentRow>('attachments').insert(rows.slice(start, start + INSERT_ROWS_MAX))
    }
    return all.map(() => null)
  },
)

export async function listAttachments(
  db: Queryable,
  commentIds: readonly number[],
): Promise<StoredAttachment[]> {
  if (commentIds.length === 0) return []
  const rows = await db<AttachmentRow>('attachments')
    .whereIn('comment_id', [...commentIds])
    .orderBy('id')
    .select()
  return rows.map(toAttachment)
}
