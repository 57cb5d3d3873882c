/** Webhooks and their deliveries as JSON. */
import { z } from 'zod'
import { WEBHOOK_STATES, type WebhookDelivery } from '../store/webhook-deliveries.ts'
import { type Webhook, WEBHOOK_FORMATS } from '../store/webhooks.ts'
import { Count, Id, Time } from './answers.ts'
import { instant } from './people-json.ts'

export const WebhookJson = z
  .strictObject({
    id: Id,
    url: z.string(),
    description: z.string().nullable(),
    /** None: all. */
    events: z.array(z.string()),
    format: z.enum(WEBHOOK_FORMATS),
    include_bodies: z.boolean(),
    active: z.boolean(),
    disabled_reason: z.string().nullable(),
    failing_since: Time.nullable(),
    last_success_at: Time.nullable(),
    /** Until then the secret before the last one signs too. */
    old_secret_until: Time.nullable(),
    created_at: Time,
  })
  .meta({ id: 'Webhook' })

export const WebhookWithSecretJson = WebhookJson.extend({ secret: z.string() }).meta({
  id: 'WebhookWithSecret',
})

export const WebhookDeliveryJson = z
  .strictObject({
    id: Id,
    webhook_id: Id,
    event_id: Id.nullable(),
    message_id: z.string(),
    type: z.string(),
    state: z.enum(WEBHOOK_STATES),
    attempts: Count,
    next_attempt_at: Time.nullable(),
    last_status: z.int().nullable(),
    last_error: z.string().nullable(),
    created_at: Time,
    finished_at: Time.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export const WebhookDeliveryDetailJson = WebhookDeliveryJson.extend({
  /** What was sent; formats are made of it. */
  payload: z.unknown(),
  response: z.string().nullable(),
  log: z.array(
    z.strictObject({
      at: Time,
      status: z.int().nullable(),
      error: z.string().nullable(),
      duration_ms: z.number().nonnegative(),
    }),
  ),
}).meta({ id: 'WebhookDeliveryDetail' })

/** Without its secret: only the answer that makes one has it. */
export const webhookJson = (webhook: Webhook) => ({
  id: webhook.id,
  url: webhook.url,
  description: webhook.description,
  events: webhook.events,
  format: webhook.format,
  include_bodies: webhook.includeBodies,
  active: webhook.active,
  disabled_reason: webhook.disabledReason,
  failing_since: instant(webhook.failingSince),
  last_success_at: instant(webhook.lastSuccessAt),
  old_secret_until: instant(webhook.oldSecret?.until ?? null),
  created_at: webhook.createdAt.toISOString(),
})

export const webhookDeliveryJson = (delivery: WebhookDelivery) => {
  const last = delivery.log.at(-1)
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    message_id: delivery.messageId,
    type: delivery.type,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: delivery.state === 'pending' ? instant(delivery.dueAt) : null,
    last_status: last?.status ?? null,
    last_error: last?.error ?? null,
    created_at: delivery.createdAt.toISOString(),
    finished_at: instant(delivery.finishedAt),
  }
}

/** One delivery with what was sent, what was answered, and everything that was tried. */
export const webhookDeliveryDetailJson = (delivery: WebhookDelivery) => ({
  ...webhookDeliveryJson(delivery),
  payload: JSON.parse(delivery.payload) as unknown,
  response: delivery.response,
  log: delivery.log.map(({ at, status, error, durationMs }) => ({
    at,
    status,
    error,
    duration_ms: durationMs,
  })),
})
