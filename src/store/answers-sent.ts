/** How often we wrote to somebody by ourselves, beside what a server says that it sent. */
import type { Address } from '../mail/address.ts'
import type { Queryable } from './open.ts'
import { toMs } from './time.ts'

/** An automatic mail that somebody sent. Message-IDs without angle brackets. */
export interface Answer {
  readonly messageId: string
  readonly inReplyTo: string
  readonly to: Address
  /** When the server filed it. */
  readonly filedAt: Date
}

/** A held acknowledgement leaves within a day. */
const WAITS_MS = 25 * 3_600_000
/** Two clocks: ours, and that of the server that files. */
const SKEW_MS = 5 * 60_000

/**
 * Of `answers`, which are all that was filed since then, those to people who got more than we sent them. An
 * answer that is not in our outbox may be ours all the same: some servers give what they send another
 * Message-ID. Only messages of the inbox count that have their comment here: of others, what we sent for them
 * may be gone as well.
 */
export async function answersOfOthers(
  db: Queryable,
  inboxId: number,
  { answers, since }: { readonly answers: readonly Answer[]; readonly since: Date },
): Promise<Answer[]> {
  const known = await knownAmong(db, answers)
  const unknown = answers.filter(({ messageId }) => !known.has(messageId))
  const taken = await takenAmong(db, inboxId, unknown)
  const unexplained = unknown.filter(({ inReplyTo }) => taken.has(inReplyTo))
  if (unexplained.length === 0) return []
  const attempts = await attemptsSince(db, unexplained, since)
  return unexplained.filter(({ to }) => {
    const ours = answers.filter((one) => one.to === to && known.has(one.messageId)).length
    const more = unexplained.filter((one) => one.to === to).length
    return ours + more > (attempts.get(to) ?? 0)
  })
}

/** Message-IDs of ours. */
async function knownAmong(db: Queryable, answers: readonly Answer[]): Promise<Set<string>> {
  const ids = answers.map(({ messageId }) => messageId)
  return new Set(await db('outbox').whereIn('message_id', ids).pluck<string[]>('message_id'))
}

/** Message-IDs of what became a comment of this inbox. */
async function takenAmong(
  db: Queryable,
  inboxId: number,
  answers: readonly Answer[],
): Promise<Set<string>> {
  const ids = [...new Set(answers.map(({ inReplyTo }) => inReplyTo))]
  // The inbox is compared here: SQLite would rather read all of an inbox than go by the Message-ID.
  const rows = await db('inbound_messages as m')
    .join('comments as c', 'c.id', 'm.comment_id')
    .whereIn('m.message_id', ids)
    .whereNull('c.deleted_at')
    .select<{ message_id: string; inbox_id: number }[]>('m.message_id', 'm.inbox_id')
  return new Set(rows.filter((row) => row.inbox_id === inboxId).map((row) => row.message_id))
}

/** By recipient: how often automatic mail to him may have been handed over since then. */
async function attemptsSince(
  db: Queryable,
  answers: readonly Answer[],
  since: Date,
): Promise<Map<string, number>> {
  const rows = await db('outbox')
    .whereIn('rcpt_to', [...new Set(answers.map(({ to }) => to))])
    .where('created_at', '>', toMs(since) - WAITS_MS)
    .where({ automatic: true })
    .where((q) => {
      void q.whereNull('sent_at').orWhere('sent_at', '>', toMs(since) - SKEW_MS)
    })
    .select<{ rcpt_to: string; attempts: number }[]>('rcpt_to', 'attempts')
  const found = new Map<string, number>()
  for (const { rcpt_to: to, attempts } of rows) found.set(to, (found.get(to) ?? 0) + attempts)
  return found
}
