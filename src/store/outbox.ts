/**
 * The outbox: outgoing mail exists only as rows here, written in the transaction that caused it.
 * One row is one message to one recipient. Changes of outcome are in outbox-delivery.ts.
 */
import type { Address } from '../mail/address.ts'
import { eachOf, gathered, inOrder } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export const OUTCOMES = [
  'held',
  'queued',
  'sending',
  'ending',
  'sent',
  'failed',
  'bounced',
  'suppressed',
  'uncertain',
  'discarded',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why we owe somebody this mail. */
export const NOTICE_KINDS = ['acknowledgement', 'reply', 'agent_notice', 'system'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

export interface OutboxMessage {
  readonly id: number
  readonly inboxId: number
  readonly ticketId: number | null
  readonly commentId: number | null
  readonly userId: number | null
  readonly kind: NoticeKind
  readonly automatic: boolean
  readonly messageId: string
  readonly rcptTo: Address
  readonly outcome: Outcome
  readonly attempts: number
  readonly dueAt: Date | null
  readonly detail: string | null
  readonly resends: number
  readonly createdAt: Date
  readonly sentAt: Date | null
}

export interface OutboxRow {
  id: number
  inbox_id: number
  ticket_id: number | null
  comment_id: number | null
  user_id: number | null
  kind: NoticeKind
  automatic: boolean | number
  message_id: string
  rcpt_to: string
  rcpt_domain: string
  outcome: Outcome
  attempts: number
  due_at: number | null
  lease_owner: string | null
  lease_until: number | null
  detail: string | null
  verified: boolean | number
  resends: number
  created_at: number
  sent_at: number | null
}

export const toOutbox = (row: OutboxRow): OutboxMessage => ({
  id: row.id,
  inboxId: row.inbox_id,
  ticketId: row.ticket_id,
  commentId: row.comment_id,
  userId: row.user_id,
  kind: row.kind,
  automatic: Boolean(row.automatic),
  messageId: row.message_id,
  rcptTo: row.rcpt_to as Address,
  outcome: row.outcome,
  attempts: row.attempts,
  dueAt: fromMsOrNull(row.due_at),
  detail: row.detail,
  resends: row.resends,
  createdAt: fromMs(row.created_at),
  sentAt: fromMsOrNull(row.sent_at),
})

export interface NewOutbox {
  readonly inboxId: number
  readonly ticketId: number | null
  readonly commentId: number | null
  readonly userId: number | null
  readonly kind: NoticeKind
  readonly automatic: boolean
  readonly messageId: string
  readonly rcptTo: Address
  readonly outcome: 'queued' | 'held' | 'suppressed'
  readonly dueAt: Date | null
  readonly detail: string | null
  /** Is the recipient somebody we know to be who he says (counts towards another budget)? */
  readonly verified: boolean
}

/** Adds a row without its bytes; they follow in {@link setSource} once the id is known. */
export const insertOutbox = (tx: Tx, message: NewOutbox, at: Date): Promise<number> =>
  insertGathered(tx, { message, at })

const insertGathered = gathered(
  async (db, all: readonly { readonly message: NewOutbox; readonly at: Date }[]) => {
    const rows = await db<OutboxRow>('outbox')
      .insert(all.map(({ message, at }) => columnsOf(message, at)))
      .returning(['id', 'message_id'])
    const isSame = (
      row: Pick<OutboxRow, 'message_id'>,
      { message }: (typeof all)[number],
    ): boolean => row.message_id === message.messageId
    return inOrder(rows, all, isSame).map(({ id }) => id)
  },
)

const columnsOf = (message: NewOutbox, at: Date) => ({
  inbox_id: message.inboxId,
  ticket_id: message.ticketId,
  comment_id: message.commentId,
  user_id: message.userId,
  kind: message.kind,
  automatic: message.automatic,
  message_id: message.messageId,
  rcpt_to: message.rcptTo,
  rcpt_domain: message.rcptTo.slice(message.rcptTo.lastIndexOf('@') + 1),
  outcome: message.outcome,
  due_at: message.dueAt === null ? null : toMs(message.dueAt),
  detail: message.detail,
  verified: message.verified,
  created_at: toMs(at),
})

/** What every attempt hands over, exactly. */
export interface Composed {
  readonly source: Buffer
  /** RFC 5321 reverse-path; '' is the null one. */
  readonly mailFrom: string
}

interface SourceRow {
  outbox_id: number
  source: Buffer
  mail_from: string
}

export async function setSource(tx: Tx, id: number, composed: Composed): Promise<void> {
  const { source, mailFrom } = composed
  await sourcesGathered(tx, { outbox_id: id, source, mail_from: mailFrom })
}

const sourcesGathered = gathered(async (db, all: readonly SourceRow[]) => {
  await db<SourceRow>('outbox_sources').insert([...all])
  return all.map(() => null)
})

export async function findOutbox(db: Queryable, id: number): Promise<OutboxMessage | null> {
  const row = await db<OutboxRow>('outbox').where({ id }).first()
  return row === undefined ? null : toOutbox(row)
}

/** Null: the row has no bytes. */
export async function sourceOf(db: Queryable, id: number): Promise<Composed | null> {
  const row = await db<SourceRow>('outbox_sources')
    .where({ outbox_id: id })
    .first('source', 'mail_from')
  return row === undefined ? null : { source: row.source, mailFrom: row.mail_from }
}

export interface OutboxFilter {
  readonly outcome?: Outcome
  readonly ticketId?: number
  readonly kind?: NoticeKind
  readonly beforeId?: number
  readonly limit: number
}

/** Newest first. */
export async function listOutbox(db: Queryable, filter: OutboxFilter): Promise<OutboxMessage[]> {
  const query = db<OutboxRow>('outbox').orderBy('id', 'desc').limit(filter.limit).select()
  if (filter.outcome !== undefined) void query.where({ outcome: filter.outcome })
  if (filter.ticketId !== undefined) void query.where({ ticket_id: filter.ticketId })
  if (filter.kind !== undefined) void query.where({ kind: filter.kind })
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query).map(toOutbox)
}

/** Deliveries of comments, for showing what became of a reply. */
export async function deliveriesOf(
  db: Queryable,
  commentIds: readonly number[],
): Promise<OutboxMessage[]> {
  if (commentIds.length === 0) return []
  const rows = await db<OutboxRow>('outbox')
    .whereIn('comment_id', [...commentIds])
    .where({ kind: 'reply' })
    .orderBy('id')
    .select()
  return rows.map(toOutbox)
}

/** Outgoing messages with one of these Message-IDs: what a reply may refer to. */
export async function outboxByMessageIds(
  db: Queryable,
  messageIds: readonly string[],
): Promise<OutboxMessage[]> {
  if (messageIds.length === 0) return []
  const rows = await db<OutboxRow>('outbox')
    .whereIn('message_id', [...messageIds])
    .select()
  return rows.map(toOutbox)
}

/** Message-IDs of what one person got from us about one ticket, oldest first. */
export async function messageIdsSentTo(
  db: Queryable,
  ticketId: number,
  userId: number,
): Promise<{ commentId: number | null; messageId: string; createdAt: Date }[]> {
  const rows = await db<OutboxRow>('outbox')
    .where({ ticket_id: ticketId, user_id: userId })
    .whereNotIn('outcome', ['suppressed', 'discarded', 'held'])
    .orderBy('id')
    .select('comment_id', 'message_id', 'created_at')
  return rows.map((row) => ({
    commentId: row.comment_id,
    messageId: row.message_id,
    createdAt: fromMs(row.created_at),
  }))
}

/** When the newest of these messages was written to one person about one ticket; null: none was. */
export async function latestSentOf(
  db: Queryable,
  { ticketId, userId, ids }: { ticketId: number; userId: number; ids: readonly string[] },
): Promise<Date | null> {
  if (ids.length === 0) return null
  const row = await db<OutboxRow>('outbox')
    .whereIn('message_id', [...ids])
    .where({ ticket_id: ticketId, user_id: userId })
    .max({ newest: 'created_at' })
    .first<{ newest: number | null }>()
  return fromMsOrNull(row?.newest ?? null)
}

export interface NoticeAbout {
  readonly ticketId: number
  readonly userId: number
  readonly kind: NoticeKind
}

/** The newest notice of a kind that a person got, or will get, about a ticket. */
export const latestNotice: (db: Queryable, about: NoticeAbout) => Promise<OutboxMessage | null> =
  gathered(async (db, all: readonly NoticeAbout[]) => {
    const found = await eachOf<OutboxRow>(
      db,
      all.map(({ ticketId, userId, kind }) => ({
        sql: `select * from outbox where ticket_id = ? and user_id = ? and kind = ?
          and outcome <> 'discarded' order by id desc limit 1`,
        bindings: [ticketId, userId, kind],
      })),
    )
    return found.map(([row]) => (row === undefined ? null : toOutbox(row)))
  })

/** Since when nothing of that kind has left for this person: the first of those that were replaced; null: none was. */
export async function replacedSince(
  db: Queryable,
  { ticketId, userId, kind }: NoticeAbout,
): Promise<Date | null> {
  const about = { ticket_id: ticketId, user_id: userId, kind }
  const stands = await db<OutboxRow>('outbox')
    .where(about)
    .whereNot({ outcome: 'discarded' })
    .max({ id: 'id' })
    .first<{ id: number | null }>()
  const row = await db<OutboxRow>('outbox')
    .where({ ...about, outcome: 'discarded' })
    .where('id', '>', stands?.id ?? 0)
    .min({ first: 'created_at' })
    .first<{ first: number | null }>()
  return fromMsOrNull(row?.first ?? null)
}
