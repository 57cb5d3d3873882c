/** A desk as the oracle wants it: which comments it has, and what it owes or owed to whom. */
import type { Queryable, Store } from '../../src/store/open.ts'
import { sha256Of } from './ledger.ts'
import type { Kept, Owed } from './oracle.ts'

interface CommentRow {
  message_id: string | null
  text: string
  sha256: string | null
  attempts: number | null
}

/** By Message-ID where they came by mail, by their words where they came through the API. */
export async function keptComments(db: Queryable): Promise<Kept[]> {
  const rows: CommentRow[] = await db('comments as c')
    .leftJoin('inbound_messages as m', 'm.id', 'c.inbound_id')
    .select('c.message_id', 'c.text', 'm.sha256', 'm.attempts')
  return rows.map(({ message_id, text, sha256, attempts }) => ({
    id: message_id ?? text,
    sha256: sha256 ?? sha256Of(text),
    attempts: attempts ?? 1,
  }))
}

/** One message to one recipient. */
export const deliveryId = (messageId: string, recipient: string): string =>
  `${messageId} to ${recipient}`

interface OutboxRow {
  id: number
  message_id: string
  rcpt_to: string
  outcome: string
  automatic: boolean | number
  source: Buffer
}

const ROWS_PER_READ = 500

export async function owedMail(db: Queryable): Promise<Owed[]> {
  const owed: Owed[] = []
  for (let after = 0; ; ) {
    const rows: OutboxRow[] = await db('outbox as o')
      .join('outbox_sources as s', 's.outbox_id', 'o.id')
      .where('o.id', '>', after)
      .orderBy('o.id')
      .limit(ROWS_PER_READ)
      .select('o.id', 'o.message_id', 'o.rcpt_to', 'o.outcome', 'o.automatic', 's.source')
    for (const { message_id, rcpt_to, outcome, automatic, source } of rows) {
      const id = deliveryId(message_id, rcpt_to)
      owed.push({ id, outcome, automatic: Boolean(automatic), sha256: sha256Of(source) })
    }
    const last = rows.at(-1)
    if (last === undefined) return owed
    after = last.id
  }
}

/** Has all mail its fate, and is nothing on its way any more? `count`: mails that were sent in. */
export async function isQuiet({ read }: Store, count: number): Promise<boolean> {
  const ledger = await read('inbound_messages').count({ n: '*' }).first<{ n: number }>()
  if (Number(ledger.n) < count) return false
  const waiting: unknown = await read('inbound_messages').where({ fate: 'pending' }).first('id')
  if (waiting !== undefined) return false
  const owed: unknown = await read('outbox')
    .whereIn('outcome', ['queued', 'sending', 'ending'])
    .orWhere((q) => void q.where({ outcome: 'uncertain' }).whereNotNull('due_at'))
    .first('id')
  return owed === undefined
}

/** How long the oldest mail waits that has no fate yet, or is not on its way; 0: none does. */
export async function oldestUnfinishedMs(db: Queryable, now: Date): Promise<number> {
  const pending = await db('inbound_messages')
    .where({ fate: 'pending' })
    .min({ since: 'received_at' })
    .first<{ since: number | null }>()
  const owed = await db('outbox')
    .whereIn('outcome', ['queued', 'sending', 'ending'])
    .min({ since: 'created_at' })
    .first<{ since: number | null }>()
  const times = [pending.since, owed.since].flatMap((since) =>
    since === null ? [] : [Number(since)],
  )
  return Math.max(0, ...times.map((since) => now.getTime() - since))
}

/** How much has come to its end. */
export async function countDone({ read }: Store): Promise<number> {
  const mail = await read('inbound_messages')
    .whereNot({ fate: 'pending' })
    .count({ n: '*' })
    .first<{ n: number }>()
  const owed = await read('outbox')
    .whereNotIn('outcome', ['queued', 'sending', 'ending'])
    .count({ n: '*' })
    .first<{ n: number }>()
  return Number(mail.n) + Number(owed.n)
}

/**
 * Uncertain deliveries are decided about now, instead of two minutes after, and mail that was left for
 * a while, because daemons died over it, is taken.
 */
export async function hurryUndecided(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    await tx('outbox').where({ outcome: 'uncertain' }).whereNotNull('due_at').update({ due_at: 0 })
    await tx('inbound_messages').where({ fate: 'pending', lease_owner: null }).update({ due_at: 0 })
  })
}

/** So is what a server refused for now. */
export async function hurryAll(store: Store): Promise<void> {
  await hurryUndecided(store)
  await store.transaction((tx) => tx('outbox').where({ outcome: 'queued' }).update({ due_at: 0 }))
}
