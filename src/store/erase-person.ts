/**
 * Putting nothing in the place of everything that a person wrote and that was written to him. Rows
 * stay, so that what was counted once is counted still.
 */
import type { Belongings, Person } from './belongings.ts'
import { discardBlobs } from './blob-garbage.ts'
import { erasedMark, isErasedMark } from './erased-mark.ts'
import { chunksOf } from './id-chunks.ts'
import { toJson } from './json.ts'
import type { Tx } from './open.ts'
import { deleteNotices } from './repeated-words.ts'
import { toMs } from './time.ts'
import { withdrawWhole } from './wanted-messages.ts'

/** Said in place of what was there. */
export const ERASED = '(erased)'

/** Mail that is being handed over right now keeps its bytes: it cannot be called back. */
const MOVING = ['sending', 'ending', 'uncertain']

/** @returns ids of the tickets whose words changed */
export async function eraseWords(tx: Tx, found: Belongings, at: Date): Promise<number[]> {
  const touched = new Set<number>()
  for (const comments of chunksOf(found.comments)) {
    const rows = (await tx('comments').whereIn('id', comments).distinct('ticket_id')) as {
      ticket_id: number
    }[]
    for (const row of rows) touched.add(row.ticket_id)
  }
  for (const messages of chunksOf(found.messages)) await eraseMessages(tx, messages, at)
  for (const deliveries of chunksOf(found.deliveries)) await eraseDeliveries(tx, deliveries)
  for (const attachments of chunksOf(found.attachments)) await eraseFiles(tx, attachments, at)
  for (const comments of chunksOf(found.comments)) await eraseComments(tx, comments)
  for (const tickets of chunksOf(found.tickets)) await eraseTickets(tx, tickets, at)
  return [...touched]
}

interface MessageRow {
  readonly id: number
  readonly sha256: string | null
  readonly message_id: string | null
  readonly body_hash: string | null
}

/** One that was erased before, as part of another person's ticket, keeps its mark. */
const markOf = (row: MessageRow): string | null =>
  isErasedMark(row.message_id)
    ? row.message_id
    : erasedMark({ messageId: row.message_id, bodyHash: row.body_hash, sha256: row.sha256 })

async function eraseMessages(tx: Tx, ids: readonly number[], at: Date): Promise<void> {
  const messages = () => tx('inbound_messages').whereIn('id', [...ids])
  await withdrawWhole(tx, ids, at)
  const sources = (await messages().select(
    'id',
    'sha256',
    'message_id',
    'body_hash',
  )) as MessageRow[]
  await discardBlobs(
    tx,
    sources.map(({ sha256 }) => sha256),
    at,
  )
  for (const row of sources) {
    await tx('inbound_messages')
      .where({ id: row.id })
      .update({ message_id: markOf(row) })
  }
  await messages().update({
    sha256: null,
    body_hash: null,
    sender: null,
    evidence: null,
    reasons: toJson(['erased']),
  })
}

async function eraseDeliveries(tx: Tx, ids: readonly number[]): Promise<void> {
  const deliveries = () => tx('outbox').whereIn('id', [...ids])
  const resting = deliveries().whereNotIn('outcome', MOVING).select('id')
  await tx('outbox_sources').whereIn('outbox_id', resting).delete()
  await deliveries()
    .whereIn('outcome', ['queued', 'held'])
    .update({ outcome: 'discarded', due_at: null })
  await deliveries().whereNotIn('outcome', MOVING).update({ detail: null })
}

async function eraseFiles(tx: Tx, ids: readonly number[], at: Date): Promise<void> {
  const attachments = () => tx('attachments').whereIn('id', [...ids])
  const files = (await attachments().select('sha256')) as { sha256: string }[]
  await discardBlobs(
    tx,
    files.map(({ sha256 }) => sha256),
    at,
  )
  await attachments().delete()
}

async function eraseComments(tx: Tx, ids: readonly number[]): Promise<void> {
  await deleteNotices(
    tx,
    tx('events')
      .whereIn('comment_id', [...ids])
      .select('id'),
  )
  await tx('comment_versions')
    .whereIn('comment_id', [...ids])
    .delete()
  await tx('comments')
    .whereIn('id', [...ids])
    .update({
      text: ERASED,
      quoted_text: '',
      full_text: ERASED,
      html: null,
      message_id: null,
      reference_ids: null,
      authentication: null,
    })
}

/** With what agents and other programs keep beside them. */
async function eraseTickets(tx: Tx, ids: readonly number[], at: Date): Promise<void> {
  const of = (table: string) => tx(table).whereIn('ticket_id', [...ids])
  await of('drafts').delete()
  await of('receipts').delete()
  await of('held_replies').update({ said: null })
  await deleteNotices(tx, of('events').select('id'))
  await of('events')
    .where({ type: 'delivery.changed' })
    .update({ data: toJson({ erased: true }) })
  await tx('tickets')
    .whereIn('id', [...ids])
    .update({
      subject: ERASED,
      fields: '{}',
      thread_index: null,
      version: tx.raw('version + 1'),
      updated_at: toMs(at),
    })
}

/** Lists that name his address, answers that were kept for him, and files that no comment got. */
export async function eraseTraces(tx: Tx, { id, email }: Person, at: Date): Promise<void> {
  await tx('suppressions').where({ address: email }).delete()
  await tx('blocked_senders').where({ sender: email }).delete()
  await tx('idempotency_keys').where({ user_id: id }).delete()
  const unused = () => tx('attachments').where({ uploaded_by: id }).whereNull('comment_id')
  const files = (await unused().select('sha256')) as { sha256: string }[]
  await discardBlobs(
    tx,
    files.map(({ sha256 }) => sha256),
    at,
  )
  await unused().delete()
}
