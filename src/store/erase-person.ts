/**
 * Everything that a person wrote and that was written to him: finding it, counting it, and putting
 * nothing in its place. Rows stay, so that what was counted once is counted still.
 */
import type { Knex } from 'knex'
import type { Address } from '../mail/address.ts'
import { discardBlobs } from './blob-garbage.ts'
import { erasedMark, isErasedMark } from './erased-mark.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { deleteNotices } from './repeated-words.ts'
import { toMs } from './time.ts'

export interface Person {
  readonly id: number
  readonly email: Address
}

/** What there is of a person. */
export interface PersonCounts {
  /** Those he asked for: everything in them goes. */
  readonly tickets: number
  /** In his tickets, and his own in those of others. */
  readonly comments: number
  readonly attachments: number
  /** Mail that came in, as it came. */
  readonly messages: number
  /** Mail that we sent him or that repeats his words. */
  readonly deliveries: number
}

/** Said in place of what was there. */
export const ERASED = '(erased)'

type Query = Knex.QueryBuilder

/** Each a query for ids, to be put into others. */
function ofPerson(db: Queryable, { id, email }: Person) {
  const tickets = (): Query => db('tickets').where({ requester_id: id }).select('id')
  const comments = (): Query =>
    db('comments')
      .where((q) => void q.where({ author_id: id }).orWhereIn('ticket_id', tickets()))
      .select('id')
  const attachments = (): Query => db('attachments').whereIn('comment_id', comments())
  const own = (): Query =>
    db('inbound_messages')
      .where({ sender: email })
      .orWhereIn('ticket_id', tickets())
      .orWhereIn('comment_id', comments())
      .select('id')
  // What still waits was not decided, so nobody knows yet whose it is.
  const messages = (): Query =>
    db('inbound_messages')
      .whereNot({ fate: 'pending' })
      // A copy that was known by its place in a rebuilt folder, or by its bytes, has no sender.
      .where((q) => void q.whereIn('id', own()).orWhereIn('duplicate_of', own()))
  const deliveries = (): Query =>
    db('outbox').where(
      (q) =>
        void q
          .where({ user_id: id })
          .orWhereIn('ticket_id', tickets())
          .orWhereIn('comment_id', comments()),
    )
  return { tickets, comments, attachments, messages, deliveries }
}

export async function countOfPerson(db: Queryable, person: Person): Promise<PersonCounts> {
  const of = ofPerson(db, person)
  return {
    tickets: await count(of.tickets()),
    comments: await count(of.comments()),
    attachments: await count(of.attachments()),
    messages: await count(of.messages()),
    deliveries: await count(of.deliveries()),
  }
}

async function count(rows: Query): Promise<number> {
  const [row] = (await rows.clearSelect().count({ count: '*' })) as { count: number }[]
  return Number(row?.count ?? 0)
}

/** Mail that is being handed over right now keeps its bytes: it cannot be called back. */
const MOVING = ['sending', 'ending', 'uncertain']

/** @returns ids of the tickets whose words changed */
export async function eraseWords(tx: Tx, person: Person, at: Date): Promise<number[]> {
  const of = ofPerson(tx, person)
  const touched = (await tx('comments').whereIn('id', of.comments()).distinct('ticket_id')) as {
    ticket_id: number
  }[]
  await eraseMail(tx, of, at)
  await eraseFiles(tx, of, at)
  await eraseWork(tx, of)
  await tx('events')
    .whereIn('ticket_id', of.tickets())
    .where({ type: 'delivery.changed' })
    .update({ data: toJson({ erased: true }) })
  await tx('comment_versions').whereIn('comment_id', of.comments()).delete()
  await tx('comments').whereIn('id', of.comments()).update({
    text: ERASED,
    quoted_text: '',
    full_text: ERASED,
    html: null,
    message_id: null,
    reference_ids: null,
    authentication: null,
  })
  await tx('tickets')
    .whereIn('id', of.tickets())
    .update({
      subject: ERASED,
      fields: '{}',
      thread_index: null,
      version: tx.raw('version + 1'),
      updated_at: toMs(at),
    })
  return touched.map((row) => row.ticket_id)
}

type OfPerson = ReturnType<typeof ofPerson>

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

async function eraseMail(tx: Tx, of: OfPerson, at: Date): Promise<void> {
  const sources = (await of
    .messages()
    .select('id', 'sha256', 'message_id', 'body_hash')) as MessageRow[]
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
  await of.messages().update({
    sha256: null,
    body_hash: null,
    sender: null,
    evidence: null,
    reasons: toJson(['erased']),
  })
  const resting = of.deliveries().whereNotIn('outcome', MOVING).select('id')
  await tx('outbox_sources').whereIn('outbox_id', resting).delete()
  await of
    .deliveries()
    .whereIn('outcome', ['queued', 'held'])
    .update({ outcome: 'discarded', due_at: null })
  await of.deliveries().whereNotIn('outcome', MOVING).update({ detail: null })
}

async function eraseFiles(tx: Tx, of: OfPerson, at: Date): Promise<void> {
  const files = (await of.attachments().select('sha256')) as { sha256: string }[]
  await discardBlobs(
    tx,
    files.map(({ sha256 }) => sha256),
    at,
  )
  await of.attachments().delete()
}

/** What agents and other programs keep beside a ticket. */
async function eraseWork(tx: Tx, of: OfPerson): Promise<void> {
  await tx('drafts').whereIn('ticket_id', of.tickets()).delete()
  await tx('receipts').whereIn('ticket_id', of.tickets()).delete()
  await tx('held_replies').whereIn('ticket_id', of.tickets()).update({ said: null })
  const events = tx('events').whereIn('ticket_id', of.tickets()).select('id')
  await deleteNotices(tx, events)
  const own = tx('events').whereIn('comment_id', of.comments()).select('id')
  await deleteNotices(tx, own)
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
