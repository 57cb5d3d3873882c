/** The inbound ledger, the outbox and the inboxes as JSON. */
import type { ConnectionHealth } from '../health.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import { instant } from './people-json.ts'

export interface InboundJson {
  id: number
  inbox: string | null
  folder: string
  uidvalidity: number
  uid: number
  message_id: string | null
  sender: string | null
  size: number
  received_at: string
  fate: string
  verdict: string | null
  reasons: readonly string[]
  ticket_id: number | null
  comment_id: number | null
  attempts: number
}

export const inboundJson = (message: InboundMessage, inbox: string | null): InboundJson => ({
  id: message.id,
  inbox,
  folder: message.folder,
  uidvalidity: message.uidValidity,
  uid: message.uid,
  message_id: message.messageId,
  sender: message.sender,
  size: message.size,
  received_at: message.receivedAt.toISOString(),
  fate: message.fate,
  verdict: message.verdict,
  reasons: message.reasons,
  ticket_id: message.ticketId,
  comment_id: message.commentId,
  attempts: message.attempts,
})

export interface OutboxJson {
  id: number
  ticket_id: number | null
  comment_id: number | null
  kind: string
  message_id: string
  to: string
  outcome: string
  attempts: number
  next_attempt_at: string | null
  detail: string | null
}

export const outboxJson = (message: OutboxMessage): OutboxJson => ({
  id: message.id,
  ticket_id: message.ticketId,
  comment_id: message.commentId,
  kind: message.kind,
  message_id: message.messageId,
  to: message.rcptTo,
  outcome: message.outcome,
  attempts: message.attempts,
  next_attempt_at: message.outcome === 'queued' ? instant(message.dueAt) : null,
  detail: message.detail,
})

export interface ConnectionJson {
  state: string
  since: string | null
  last_success_at: string | null
  error: string | null
  next_retry_at: string | null
}

/** Null: its loop has not reported yet. */
export const connectionJson = (health: ConnectionHealth | null): ConnectionJson => ({
  state: health?.state ?? 'connecting',
  since: instant(health?.since ?? null),
  last_success_at: instant(health?.lastSuccessAt ?? null),
  error: health?.error ?? null,
  next_retry_at: instant(health?.nextRetryAt ?? null),
})
