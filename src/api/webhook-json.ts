/** Webhooks and their deliveries as JSON. */
import type { WebhookDelivery } from '../store/webhook-deliveries.ts'
import type { Webhook } from '../store/webhooks.ts'
import { instant } from './people-json.ts'

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
