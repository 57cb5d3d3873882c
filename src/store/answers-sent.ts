/** How often we answered what customers wrote, as far as automatic mail goes. */
import type { Address } from '../mail/address.ts'
import type { Queryable } from './open.ts'

/** An automatic mail that somebody sent. Message-IDs without angle brackets. */
export interface Answer {
  readonly messageId: string
  readonly inReplyTo: string
  readonly to: Address
}

/**
 * The messages of an inbox to which somebody got more of `answers` than we sent him. An answer that is not in
 * our outbox may be ours all the same: some servers give what they send another Message-ID. A message whose
 * comment is gone tells nothing: what was sent for it may be gone as well.
 */
export async function answeredByOthers(
  db: Queryable,
  inboxId: number,
  answers: readonly Answer[],
): Promise<string[]> {
  const known = new Set(await messageIdsAmong(db, answers))
  const unknown = answers.filter(({ messageId }) => !known.has(messageId))
  if (unknown.length === 0) return []
  const asked = [...new Set(unknown.map(({ inReplyTo }) => inReplyTo))]
  const sent = await attemptsByMessage(db, inboxId, asked)
  const isOthers = ({ inReplyTo, to }: Answer): boolean => {
    const attempts = sent.get(inReplyTo)
    if (attempts === undefined) return false
    const alike = answers.filter((one) => one.inReplyTo === inReplyTo && one.to === to)
    const unexplained = alike.filter(({ messageId }) => !known.has(messageId)).length
    return unexplained > (attempts.get(to) ?? 0) - (alike.length - unexplained)
  }
  return [...new Set(unknown.filter(isOthers).map(({ inReplyTo }) => inReplyTo))]
}

async function messageIdsAmong(db: Queryable, answers: readonly Answer[]): Promise<string[]> {
  const ids = answers.map(({ messageId }) => messageId)
  const rows = await db<{ message_id: string }>('outbox')
    .whereIn('message_id', ids)
    .select('message_id')
  return rows.map((row) => row.message_id)
}

interface AttemptsRow {
  message_id: string
  /** Null: nothing was ever sent about its ticket. */
  rcpt_to: string | null
  attempts: string | number | null
}

/** By Message-ID of what came, and by recipient: attempts to send him automatic mail about its ticket. */
async function attemptsByMessage(
  db: Queryable,
  inboxId: number,
  messageIds: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const rows = (await db('inbound_messages as m')
    .join('comments as c', 'c.id', 'm.comment_id')
    .leftJoin('outbox as o', (on) => {
      void on.on('o.ticket_id', 'c.ticket_id').andOnVal('o.automatic', true)
    })
    .where('m.inbox_id', inboxId)
    .whereIn('m.message_id', [...messageIds])
    .whereNull('c.deleted_at')
    .groupBy('m.message_id', 'o.rcpt_to')
    .select('m.message_id', 'o.rcpt_to')
    .sum({ attempts: 'o.attempts' })) as AttemptsRow[]
  const found = new Map<string, Map<string, number>>()
  for (const { message_id: id, rcpt_to: to, attempts } of rows) {
    const byRecipient = found.get(id) ?? new Map<string, number>()
    if (to !== null) byRecipient.set(to, Number(attempts ?? 0))
    found.set(id, byRecipient)
  }
  return found
}
