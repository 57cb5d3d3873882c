/**
 * Where words are that a comment said, beside the comment: mail as it came in and as it went out,
 * notices to webhooks, answers kept for requests that may come twice. They go when the words go.
 */
import type { Knex } from 'knex'
import { discardBlobs } from './blob-garbage.ts'
import { forgetAnswersNaming } from './idempotency-keys.ts'
import { recordFrom, toJson } from './json.ts'
import type { Store, Tx } from './open.ts'
import { forgetDeletedWords } from './ticket-words.ts'
import { withdrawWhole } from './wanted-messages.ts'

/** Outcomes of mail that is still owed, or under way: it keeps its bytes. */
const OWED = ['held', 'queued', 'sending', 'ending', 'uncertain']

/** Notices of these events, a query for their ids: those that wait are not sent any more. */
export async function deleteNotices(tx: Tx, events: Knex.QueryBuilder): Promise<void> {
  await tx('webhook_deliveries').whereIn('event_id', events).delete()
}

/** What repeats the words of a ticket that is about to go. */
export async function forgetRepeatsOfTicket(tx: Tx, ticketId: number): Promise<void> {
  await deleteNotices(tx, tx('events').where({ ticket_id: ticketId }).select('id'))
  await forgetAnswersNaming(tx, ticketId)
}

/** What repeats the words of a comment that is withdrawn. The ledger and the outbox keep their rows. */
export async function forgetRepeatsOfComment(tx: Tx, id: number, at: Date): Promise<void> {
  await forgetSourceOf(tx, id, at)
  const mails = tx('outbox').where({ comment_id: id }).whereNotIn('outcome', OWED).select('id')
  await tx('outbox_sources').whereIn('outbox_id', mails).delete()
  await blankNotices(tx, id)
  await forgetAnswersNaming(tx, id)
}

/** The mail that it came as, and those that repeated it. */
async function forgetSourceOf(tx: Tx, commentId: number, at: Date): Promise<void> {
  const own = () => tx('inbound_messages').where({ comment_id: commentId })
  const ids = (await own().select('id')) as { id: number }[]
  await withdrawWhole(
    tx,
    ids.map((row) => row.id),
    at,
  )
  const repeated = tx('inbound_messages')
    .where({ fate: 'duplicate' })
    .whereIn(
      'duplicate_of',
      ids.map((row) => row.id),
    )
  for (const messages of [own(), repeated]) {
    const rows = (await messages.clone().select('sha256')) as { sha256: string | null }[]
    await discardBlobs(
      tx,
      rows.map(({ sha256 }) => sha256),
      at,
    )
    await messages.update({ sha256: null })
  }
}

/** That something was said, and by whom, is still told. */
async function blankNotices(tx: Tx, commentId: number): Promise<void> {
  const rows = (await tx('webhook_deliveries')
    .whereIn('event_id', tx('events').where({ comment_id: commentId }).select('id'))
    .select('id', 'payload')) as { id: number; payload: string }[]
  for (const { id, payload } of rows) {
    const said = recordFrom(payload) as { data?: { comment?: { text?: string } | null } }
    if (said.data?.comment?.text === undefined) continue
    const comment = { ...said.data.comment, text: '', text_cut: false }
    const blank = toJson({ ...said, data: { ...said.data, comment } })
    await tx('webhook_deliveries').where({ id }).update({ payload: blank })
  }
}

/** After the transaction that deleted words: they leave the files of the database, too. */
export async function overwriteDeleted(
  store: Pick<Store, 'transaction' | 'forgetLog'>,
): Promise<void> {
  await store.transaction(forgetDeletedWords)
  await store.forgetLog()
}
