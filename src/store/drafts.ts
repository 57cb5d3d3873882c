/** Answers that are not finished: one of each agent on each ticket. */
import type { Visibility } from '../ticket/comment.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export interface Draft {
  readonly ticketId: number
  readonly visibility: Visibility
  readonly text: string
  readonly updatedAt: Date
  /** Grows with every change. */
  readonly version: number
}

interface DraftRow {
  ticket_id: number
  user_id: number
  visibility: Visibility
  text: string
  updated_at: number
  version: number
}

interface DraftKey {
  readonly ticketId: number
  readonly userId: number
}

const whereKey = ({ ticketId, userId }: DraftKey) => ({ ticket_id: ticketId, user_id: userId })

const toDraft = (row: DraftRow): Draft => ({
  ticketId: row.ticket_id,
  visibility: row.visibility,
  text: row.text,
  updatedAt: fromMs(row.updated_at),
  version: row.version,
})

export async function findDraft(db: Queryable, key: DraftKey): Promise<Draft | null> {
  const row = await db<DraftRow>('drafts').where(whereKey(key)).first()
  return row === undefined ? null : toDraft(row)
}

/** Those of one agent, the newest first. */
export async function listDrafts(db: Queryable, userId: number, limit: number): Promise<Draft[]> {
  const rows = await db<DraftRow>('drafts')
    .where({ user_id: userId })
    .orderBy('updated_at', 'desc')
    .orderBy('ticket_id', 'desc')
    .limit(limit)
    .select()
  return rows.map(toDraft)
}

export async function saveDraft(
  tx: Tx,
  key: DraftKey,
  draft: Pick<Draft, 'visibility' | 'text'>,
  at: Date,
): Promise<Draft> {
  const { visibility, text } = draft
  const [row] = await tx<DraftRow>('drafts')
    .insert({ ...whereKey(key), visibility, text, updated_at: toMs(at), version: 1 })
    .onConflict(['ticket_id', 'user_id'])
    .merge({ visibility, text, updated_at: toMs(at), version: tx.raw('drafts.version + 1') })
    .returning('*')
  if (row === undefined) throw new Error('the draft was not saved')
  return toDraft(row)
}

/** @param said only if it says exactly this: what was sent is no draft any more. */
export async function deleteDraft(tx: Tx, key: DraftKey, said?: string): Promise<boolean> {
  const query = tx<DraftRow>('drafts').where(whereKey(key))
  if (said !== undefined) void query.whereRaw('trim(text) = ?', [said.trim()])
  return (await query.del()) > 0
}
