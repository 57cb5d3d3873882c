/** A row of the inbound ledger, and what it says. */
import { messageIdOfRow } from './erased-mark.ts'
import type { VerdictKind } from '../mail/verdict.ts'
import { recordFrom, stringsFrom } from './json.ts'
import { fromMs, fromMsOrNull } from './time.ts'

export const FATES = [
  'pending',
  'ticket',
  'comment',
  'duplicate',
  'system',
  'ignored',
  'quarantined',
] as const
export type Fate = (typeof FATES)[number]

export type Marked = 'none' | 'pending' | 'done' | 'failed'

export interface InboundMessage {
  readonly id: number
  readonly inboxId: number
  readonly folder: string
  readonly uidValidity: number
  readonly uid: number
  /** Null: the source was never fetched (ignored backlog, vanished). */
  readonly sha256: string | null
  readonly size: number
  readonly messageId: string | null
  readonly bodyHash: string | null
  /** When the server received it (INTERNALDATE). */
  readonly internalAt: Date | null
  readonly receivedAt: Date
  readonly fate: Fate
  readonly verdict: VerdictKind | null
  readonly reasons: readonly string[]
  /** Threading evidence and decision, for people. */
  readonly evidence: Readonly<Record<string, unknown>>
  /** The one From address, when it was decided. */
  readonly sender: string | null
  readonly ticketId: number | null
  readonly commentId: number | null
  readonly duplicateOf: number | null
  readonly attempts: number
  readonly failures: number
  /** Somebody's order: it becomes a ticket, or a comment of this one, whatever the rules say. */
  readonly release: Release | null
}

export interface Release {
  /** The user who gave it. */
  readonly by: number
  /** A ticket; null: a new one. */
  readonly into: number | null
}

export interface InboundRow {
  id: number
  inbox_id: number
  folder: string
  uidvalidity: number
  uid: number
  sha256: string | null
  size: number
  message_id: string | null
  body_hash: string | null
  internal_at: number | null
  received_at: number
  fate: Fate
  verdict: VerdictKind | null
  reasons: string
  evidence: string | null
  sender: string | null
  ticket_id: number | null
  comment_id: number | null
  duplicate_of: number | null
  attempts: number
  failures: number
  due_at: number | null
  lease_owner: string | null
  marked: Marked
  released_by: number | null
  released_into: number | null
}

export const toInbound = (row: InboundRow): InboundMessage => ({
  id: row.id,
  inboxId: row.inbox_id,
  folder: row.folder,
  uidValidity: row.uidvalidity,
  uid: row.uid,
  sha256: row.sha256,
  size: row.size,
  messageId: messageIdOfRow(row.message_id),
  bodyHash: row.body_hash,
  internalAt: fromMsOrNull(row.internal_at),
  receivedAt: fromMs(row.received_at),
  fate: row.fate,
  verdict: row.verdict,
  reasons: stringsFrom(row.reasons),
  evidence: recordFrom(row.evidence),
  sender: row.sender,
  ticketId: row.ticket_id,
  commentId: row.comment_id,
  duplicateOf: row.duplicate_of,
  attempts: row.attempts,
  failures: row.failures,
  release: row.released_by === null ? null : { by: row.released_by, into: row.released_into },
})
