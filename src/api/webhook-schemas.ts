/** Bodies and parameters of the webhook routes. */
import { z } from 'zod'
import { EVENT_TYPES } from '../store/events.ts'
import { WEBHOOK_STATES } from '../store/webhook-deliveries.ts'
import { WEBHOOK_FORMATS } from '../store/webhooks.ts'
import { PAGE } from './query.ts'
import { instant, line, oneOf } from './schemas.ts'

const URL_LENGTH_MAX = 2_000
const DESCRIPTION_LENGTH_MAX = 200

const members = {
  url: z.string().min(1, 'is empty').max(URL_LENGTH_MAX, `is longer than ${URL_LENGTH_MAX}`),
  description: line(DESCRIPTION_LENGTH_MAX).nullable(),
  /** None: all of them. */
  events: z
    .array(z.enum(EVENT_TYPES, `is not one of ${EVENT_TYPES.join(', ')}`))
    .max(EVENT_TYPES.length)
    .transform((types) => [...new Set(types)]),
  format: z.enum(WEBHOOK_FORMATS, `is not one of ${WEBHOOK_FORMATS.join(', ')}`),
  include_bodies: z.boolean(),
  active: z.boolean(),
}

export const WebhookBody = z.strictObject({
  url: members.url,
  description: members.description.default(null),
  events: members.events.default([]),
  format: members.format.default('json'),
  include_bodies: members.include_bodies.default(false),
  active: members.active.default(true),
})

export const WebhookPatch = z.strictObject(members).partial()
export type WebhookPatch = z.output<typeof WebhookPatch>

export const RecoverBody = z.strictObject({
  since: instant,
})

export const WebhookDeliveryQuery = z.strictObject({ state: oneOf(WEBHOOK_STATES), ...PAGE })
