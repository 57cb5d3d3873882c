/** The inbound ledger: one row for every message a server ever showed us, with its fate. */
import type { Knex } from 'knex'
import type { VerdictKind } from '../mail/verdict.ts'
import { together } from './claim-order.ts'
import {
  type Fate,
  type InboundMessage,
  type InboundRow,
  type Marked,
  toInbound,
} from './inbound-rows.ts'
import { gathered } from './gather.ts'
import { notLeasedElsewhere } from './inbox-leases.ts'
import { rawRows } from './raw-rows.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMsOrNull, toMs } from './time.ts'

export { FATES } from './inbound-rows.ts'
export type { Fate, InboundMessage, InboundRow, Marked, Release } from './inbound-rows.ts'

export interface NewInbound {
  readonly inboxId: number
  readonly folder: string
  readonly uidValidity: number
  readonly uid: number
  readonly sha256: string | null
  readonly size: number
  readonly messageId: string | null
  readonly bodyHash: string | null
  readonly internalAt: Date | null
  readonly fate: Fate
  readonly reasons: readonly string[]
  readonly duplicateOf: number | null
  readonly marked: Marked
}

/** SQLite compiles a multi-row insert to a compound select with at most 500 terms. */
const INSERT_ROWS_MAX = 100

/** Adds ledger rows; a row that is there already (unique key) is left as it is. */
export async function insertInbound(
  tx: Tx,
  messages: readonly NewInbound[],
  at: Date,
): Promise<void> {
  for (let start = 0; start < messages.length; start += INSERT_ROWS_MAX) {
    await tx<InboundRow>('inbound_messages')
      .insert(messages.slice(start, start + INSERT_ROWS_MAX).map((message) => toRow(message, at)))
      .onConflict(['inbox_id', 'folder', 'uidvalidity', 'uid'])
      .ignore()
  }
}

type NewRow = Omit<InboundRow, 'id' | 'released_by' | 'released_into'>

function toRow(message: NewInbound, at: Date): NewRow {
  return {
    inbox_id: message.inboxId,
    folder: message.folder,
    uidvalidity: message.uidValidity,
    uid: message.uid,
    sha256: message.sha256,
    size: message.size,
    message_id: message.messageId,
    body_hash: message.bodyHash,
    internal_at: message.internalAt === null ? null : toMs(message.internalAt),
    received_at: toMs(at),
    fate: message.fate,
    verdict: null,
    reasons: toJson(message.reasons),
    evidence: null,
    sender: null,
    ticket_id: null,
    comment_id: null,
    duplicate_of: message.duplicateOf,
    attempts: 0,
    failures: 0,
    due_at: message.fate === 'pending' ? toMs(at) : null,
    lease_owner: null,
    marked: message.marked,
  }
}

/** How long a daemon may sit on a claimed message before another takes it. */
const CLAIM_MS = 5 * 60_000

/**
 * Takes the oldest due messages for this daemon and counts the attempt before it starts.
 * Compare-and-set: of two daemons that saw the same row one gets it.
 */
export async function claimInbound(
  tx: Tx,
  claim: {
    inboxIds: readonly number[]
    owner: string
    limit: number
    /** Of all sources together; one message may exceed it. */
    bytes?: number
    /** In this daemon's hand still, however long ago it claimed them. */
    except?: readonly number[]
    at: Date
  },
): Promise<InboundMessage[]> {
  const now = toMs(claim.at)
  const due: readonly Due[] = await tx<InboundRow>('inbound_messages')
    .where({ fate: 'pending' })
    // Mail of an inbox that only another daemon serves is left to that one.
    .whereIn('inbox_id', [...claim.inboxIds])
    .where('due_at', '<=', now)
    .modify(notLeasedElsewhere, tx, claim.owner)
    .modify(leaveOut, claim.except)
    .orderBy('id')
    .limit(claim.limit)
    .select('id', 'attempts', 'failures', 'size')
  if (due.length === 0) return []
  const rows = await tx<InboundRow>('inbound_messages')
    .whereIn('id', together(upTo(claim.bytes ?? Infinity, due)))
    .where({ fate: 'pending' })
    .where('due_at', '<=', now)
    .update({
      attempts: tx.raw('attempts + 1'),
      due_at: now + CLAIM_MS,
      lease_owner: claim.owner,
    })
    .returning('*')
  return rows.map(toInbound).toSorted((a, b) => a.id - b.id)
}

function leaveOut(query: Knex.QueryBuilder, ids: readonly number[] = []): void {
  if (ids.length > 0) void query.whereNotIn('id', [...ids])
}

type Due = Pick<InboundRow, 'id' | 'attempts' | 'failures' | 'size'>

/** The first of them, up to and with the one that exceeds so many bytes. */
function upTo(bytes: number, rows: readonly Due[]): readonly Due[] {
  let before = 0
  return rows.filter(({ size }) => {
    const fits = before < bytes
    before += size
    return fits
  })
}

/** When the next pending message is due that this daemon may claim, or null. */
export async function nextInboundDue(
  db: Queryable,
  {
    inboxIds,
    owner,
    except,
  }: { inboxIds: readonly number[]; owner: string; except?: readonly number[] },
): Promise<Date | null> {
  const row = await db<InboundRow>('inbound_messages')
    .where({ fate: 'pending' })
    .whereIn('inbox_id', [...inboxIds])
    .modify(notLeasedElsewhere, db, owner)
    .modify(leaveOut, except)
    .min({ due: 'due_at' })
    .first<{ due: number | null }>()
  return fromMsOrNull(row?.due ?? null)
}

export interface Settled {
  readonly fate: Exclude<Fate, 'pending'>
  readonly verdict: VerdictKind | null
  readonly reasons: readonly string[]
  readonly evidence: Readonly<Record<string, unknown>>
  readonly sender: string | null
  readonly ticketId: number | null
  readonly commentId: number | null
  readonly duplicateOf: number | null
}

/** Gives a pending message its fate. False: somebody else settled it already, so do nothing. */
export const settleInbound = (tx: Tx, id: number, settled: Settled): Promise<boolean> =>
  settleGathered(tx, { id, settled })

/** One statement for many rows; the casts tell PostgreSQL the types of a list of values. */
const settleGathered = gathered(
  async (db, all: readonly { readonly id: number; readonly settled: Settled }[]) => {
    const row = SETTLED.map(([name, type]) => `cast(? as ${type}) as ${name}`).join(', ')
    const rows = all.map(() => `select ${row}`).join(' union all ')
    const sets = SETTLED.slice(1).map(([name]) => `${name} = settled.${name}`)
    const updated = await rawRows<{ id: number }>(
      db,
      `update inbound_messages set ${sets.join(', ')}, due_at = null, lease_owner = null
       from (${rows}) as settled
       where inbound_messages.id = settled.id and inbound_messages.fate = 'pending'
       returning inbound_messages.id`,
      all.flatMap(({ id, settled }) => valuesOf(id, settled)),
    )
    return all.map(({ id }) => updated.some((row) => row.id === id))
  },
)

const SETTLED = [
  ['id', 'integer'],
  ['fate', 'text'],
  ['verdict', 'text'],
  ['reasons', 'text'],
  ['evidence', 'text'],
  ['sender', 'text'],
  ['ticket_id', 'integer'],
  ['comment_id', 'integer'],
  ['duplicate_of', 'integer'],
] as const

const valuesOf = (id: number, settled: Settled): (string | number | null)[] => [
  id,
  settled.fate,
  settled.verdict,
  toJson(settled.reasons),
  toJson(settled.evidence),
  settled.sender,
  settled.ticketId,
  settled.commentId,
  settled.duplicateOf,
]

export async function findInbound(db: Queryable, id: number): Promise<InboundMessage | null> {
  const row = await db<InboundRow>('inbound_messages').where({ id }).first()
  return row === undefined ? null : toInbound(row)
}

export interface InboundFilter {
  readonly fate?: Fate
  readonly messageId?: string
  readonly sender?: string
  readonly inboxId?: number
  readonly verdict?: VerdictKind
  readonly ticketId?: number
  readonly receivedAfter?: Date
  readonly receivedBefore?: Date
  readonly beforeId?: number
  readonly limit: number
}

/** Newest first. */
export async function listInbound(db: Queryable, filter: InboundFilter): Promise<InboundMessage[]> {
  const query = db<InboundRow>('inbound_messages')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .select()
  for (const [column, value] of [
    ['fate', filter.fate],
    ['message_id', filter.messageId],
    ['sender', filter.sender],
    ['inbox_id', filter.inboxId],
    ['verdict', filter.verdict],
    ['ticket_id', filter.ticketId],
  ] as const) {
    if (value !== undefined) void query.where(column, value)
  }
  const { receivedAfter, receivedBefore } = filter
  if (receivedAfter !== undefined) void query.where('received_at', '>', toMs(receivedAfter))
  if (receivedBefore !== undefined) void query.where('received_at', '<', toMs(receivedBefore))
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query).map(toInbound)
}

/** Those whose source is kept and whose fate is settled, oldest first; `ids` empty: all. */
export async function listStoredInbound(
  db: Queryable,
  wanted: {
    inboxIds: readonly number[]
    ids: readonly number[]
    since: Date | null
    afterId: number
    limit: number
  },
): Promise<InboundMessage[]> {
  const query = db<InboundRow>('inbound_messages')
    .whereIn('inbox_id', [...wanted.inboxIds])
    .whereNotIn('fate', ['pending', 'duplicate'])
    .whereNotNull('sha256')
    .where('id', '>', wanted.afterId)
    .orderBy('id')
    .limit(wanted.limit)
    .select()
  if (wanted.ids.length > 0) void query.whereIn('id', [...wanted.ids])
  if (wanted.since !== null) void query.where('received_at', '>=', toMs(wanted.since))
  return (await query).map(toInbound)
}
