/** The inbound ledger, the outbox and the inboxes as JSON. */
import { z } from 'zod'
import { CONNECTION_STATES, type ConnectionHealth } from '../health.ts'
import { VERDICTS } from '../mail/verdict.ts'
import { FATES, type InboundMessage } from '../store/inbound-messages.ts'
import { NOTICE_KINDS, type OutboxMessage, OUTCOMES } from '../store/outbox.ts'
import { Count, Id, type Sent, Time } from './answers.ts'
import { instant } from './people-json.ts'

export const InboundJson = z
  .strictObject({
    id: Id,
    inbox: z.string().nullable(),
    folder: z.string(),
    uidvalidity: Count,
    uid: Count,
    message_id: z.string().nullable(),
    sender: z.string().nullable(),
    size: Count,
    received_at: Time,
    fate: z.enum(FATES),
    verdict: z.enum(VERDICTS).nullable(),
    reasons: z.array(z.string()),
    ticket_id: Id.nullable(),
    comment_id: Id.nullable(),
    attempts: Count,
  })
  .meta({ id: 'Inbound' })
export type InboundJson = Sent<z.output<typeof InboundJson>>

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

export const OutboxJson = z
  .strictObject({
    id: Id,
    ticket_id: Id.nullable(),
    comment_id: Id.nullable(),
    kind: z.enum(NOTICE_KINDS),
    message_id: z.string(),
    to: z.string(),
    outcome: z.enum(OUTCOMES),
    attempts: Count,
    next_attempt_at: Time.nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'Delivery' })
export type OutboxJson = Sent<z.output<typeof OutboxJson>>

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

export const ConnectionJson = z
  .strictObject({
    state: z.enum(CONNECTION_STATES),
    since: Time.nullable(),
    last_success_at: Time.nullable(),
    error: z.string().nullable(),
    next_retry_at: Time.nullable(),
  })
  .meta({ id: 'Connection' })
export type ConnectionJson = Sent<z.output<typeof ConnectionJson>>

/** Null: its loop has not reported yet. */
export const connectionJson = (health: ConnectionHealth | null): ConnectionJson => ({
  state: health?.state ?? 'connecting',
  since: instant(health?.since ?? null),
  last_success_at: instant(health?.lastSuccessAt ?? null),
  error: health?.error ?? null,
  next_retry_at: instant(health?.nextRetryAt ?? null),
})
