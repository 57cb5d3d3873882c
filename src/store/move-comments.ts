/** Comments that change their ticket, are corrected or withdrawn, or go for good with it. */
import { discardBlobs } from './blob-garbage.ts'
import { toJson } from './json.ts'
import type { Tx } from './open.ts'
import { forgetRepeatsOfComment, forgetRepeatsOfTicket } from './repeated-words.ts'
import { toMs } from './time.ts'

/** With what is known of the messages they came as, so that answers find their new ticket. */
export async function moveComments(
  tx: Tx,
  ids: readonly number[],
  to: { ticketId: number },
): Promise<void> {
  await tx('comments')
    .whereIn('id', [...ids])
    .update({ ticket_id: to.ticketId })
  await tx('inbound_messages')
    .whereIn('comment_id', [...ids])
    .update({ ticket_id: to.ticketId })
  await tx('outbox')
    .whereIn('comment_id', [...ids])
    .update({ ticket_id: to.ticketId })
}

/** Keeps what it said before. False: it was withdrawn meanwhile. */
export async function correctComment(
  tx: Tx,
  change: { id: number; before: string; text: string; by: number },
  at: Date,
): Promise<boolean> {
  const updated = await tx('comments')
    .where({ id: change.id, text: change.before })
    .whereNull('deleted_at')
    .update({ text: change.text, full_text: change.text, html: null, edited_at: toMs(at) })
  if (updated !== 1) return false
  await tx('comment_versions').insert({
    comment_id: change.id,
    text: change.before,
    replaced_by: change.by,
    replaced_at: toMs(at),
  })
  return true
}

/** What a comment says, and what it answers. */
export interface Words {
  readonly text: string
  readonly quotedText: string
  readonly fullText: string
  readonly html: string | null
}

/** The mail it came as is kept, and now read as `words`. False: it was changed meanwhile. */
export async function rereadComment(
  tx: Tx,
  { id, before, words }: { id: number; before: string; words: Words },
): Promise<boolean> {
  const { text, quotedText: quoted_text, fullText: full_text, html } = words
  const updated = await tx('comments')
    .where({ id, text: before })
    .whereNull('deleted_at')
    .whereNull('edited_at')
    .update({ text, quoted_text, full_text, html })
  return updated === 1
}

/** Its words and files go, wherever they are repeated; that it was there stays. False: it was withdrawn before. */
export async function withdrawComment(tx: Tx, id: number, at: Date): Promise<boolean> {
  const updated = await tx('comments')
    .where({ id })
    .whereNull('deleted_at')
    .update({ text: '', quoted_text: '', full_text: '', html: null, deleted_at: toMs(at) })
  if (updated !== 1) return false
  const files = tx('attachments').where({ comment_id: id })
  const shas = await files.clone().select<{ sha256: string }[]>('sha256')
  await discardBlobs(
    tx,
    shas.map(({ sha256 }) => sha256),
    at,
  )
  await files.del()
  await tx('comment_versions').where({ comment_id: id }).del()
  await forgetRepeatsOfComment(tx, id, at)
  return true
}

/**
 * The ticket with everything that was said goes for good. The ledger keeps its rows, without their
 * sources, and the outbox its own, without their bytes: what came and what went can still be told.
 */
export async function eraseTicket(tx: Tx, ticketId: number, reason: string): Promise<void> {
  await forgetRepeatsOfTicket(tx, ticketId)
  await tx('tickets').where({ merged_into: ticketId }).update({ merged_into: null })
  await tx('tickets').where({ follow_up_of: ticketId }).update({ follow_up_of: null })
  const mails = tx('outbox').where({ ticket_id: ticketId })
  // What is on its way this moment still needs its bytes.
  const resting = mails.clone().whereNotIn('outcome', ['sending', 'ending']).select('id')
  await tx('outbox_sources').whereIn('outbox_id', resting).del()
  await mails
    .clone()
    .whereIn('outcome', ['held', 'queued', 'uncertain'])
    .update({ outcome: 'discarded', detail: reason, due_at: null })
  await mails.clone().update({ comment_id: null, ticket_id: null })
  await tx('inbound_messages')
    .where({ ticket_id: ticketId })
    .update({
      fate: 'ignored',
      reasons: toJson([reason]),
      evidence: null,
      sender: null,
      sha256: null,
      ticket_id: null,
      comment_id: null,
    })
  await tx('tickets').where({ id: ticketId }).del()
}
