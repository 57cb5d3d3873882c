/** Webhooks: making, changing and deleting them, and sending again what did not arrive. */
import { AppError } from '../errors.ts'
import { insertEvents, lastEventBefore } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import {
  findWebhookDelivery,
  insertWebhookDeliveries,
  sendAnew,
  sendFailedAnew,
  type WebhookDelivery,
} from '../store/webhook-deliveries.ts'
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  updateWebhook,
  type Webhook,
  type WebhookSettings,
} from '../store/webhooks.ts'
import type { Actor } from '../ticket/comment.ts'
import { payloadOf } from '../webhooks/payload.ts'
import { newWebhookSecret } from '../webhooks/signature.ts'
import { newMessageId } from '../webhooks/spread.ts'
import {
  allowedTargets,
  BadTarget,
  findTarget,
  type Resolve,
  resolveByDns,
  withinTime,
} from '../webhooks/targets.ts'

const WEBHOOKS_MAX = 50
/** How long the old secret signs beside the new one. */
const OVERLAP_MS = 24 * 3_600_000
const DAY_MS = 24 * 3_600_000
/** How far back a webhook that was switched off catches up by itself. */
const CATCH_UP_MS = 3 * DAY_MS
/** As long as deliveries are kept: what was delivered before then would be sent twice. */
export const WEBHOOK_LOG_MS = 30 * DAY_MS

/**
 * Refuses addresses that no webhook may have. A name that cannot be looked up now, within five
 * seconds, is no mistake: each attempt looks again, and judges again.
 *
 * @param input.allowPrivate as `webhooks.allow_private` of the configuration
 * @throws AppError 422 for `/url`
 */
export async function checkWebhookUrl(input: {
  url: string
  allowPrivate: readonly string[]
  resolve?: Resolve
}): Promise<void> {
  const resolve = withinTime(input.resolve ?? resolveByDns)
  try {
    await findTarget(input.url, allowedTargets(input.allowPrivate), resolve)
  } catch (err) {
    if (!(err instanceof BadTarget)) return
    const { message } = err
    throw new AppError('invalid', 'validation-failed', `/url ${message}.`, {
      errors: [{ pointer: '/url', code: 'bad_target', message }],
    })
  }
}

interface By {
  readonly actor: Actor
}

/** It is told of events from now on. @throws AppError `too-many-webhooks`. */
export async function createWebhook(
  tx: Tx,
  { settings, actor }: By & { settings: WebhookSettings },
  at: Date,
): Promise<Webhook> {
  if ((await countWebhooks(tx)) >= WEBHOOKS_MAX) {
    const sentence = `There are ${WEBHOOKS_MAX} webhooks already; delete one first.`
    throw new AppError('conflict', 'too-many-webhooks', sentence)
  }
  const made = { ...settings, secret: newWebhookSecret(), eventCursor: 0 }
  const webhook = await insertWebhook(tx, made, at)
  await noteChange(tx, { id: webhook.id, change: 'created', actor }, at)
  // Not even of its own making.
  const eventCursor = await lastEventBefore(tx, new Date(at.getTime() + 1))
  await updateWebhook(tx, webhook.id, { eventCursor }, at)
  return { ...webhook, eventCursor }
}

/**
 * One that is switched on again goes on where it stopped, but at most three days back.
 * @throws AppError `not-found`.
 */
export async function changeWebhook(
  tx: Tx,
  { id, change, actor }: By & { id: number; change: Partial<WebhookSettings> },
  at: Date,
): Promise<Webhook> {
  const before = await getWebhook(tx, id)
  await updateWebhook(tx, id, change, at)
  if (change.active === true && !before.active) {
    const horizon = await lastEventBefore(tx, new Date(at.getTime() - CATCH_UP_MS))
    const eventCursor = Math.max(before.eventCursor, horizon)
    await updateWebhook(tx, id, { disabledReason: null, failingSince: null, eventCursor }, at)
  }
  await noteChange(tx, { id, change: 'changed', actor }, at)
  return getWebhook(tx, id)
}

/** @throws AppError `not-found`. */
export async function removeWebhook(
  tx: Tx,
  { id, actor }: By & { id: number },
  at: Date,
): Promise<void> {
  if (!(await deleteWebhook(tx, id))) throw notFound()
  await noteChange(tx, { id, change: 'deleted', actor }, at)
}

/** A new secret; the old one signs too for a day. @throws AppError `not-found`. */
export async function rotateWebhookSecret(
  tx: Tx,
  { id, actor }: By & { id: number },
  at: Date,
): Promise<Webhook> {
  const { secret } = await getWebhook(tx, id)
  const oldSecret = { value: secret, until: new Date(at.getTime() + OVERLAP_MS) }
  await updateWebhook(tx, id, { secret: newWebhookSecret(), oldSecret }, at)
  await noteChange(tx, { id, change: 'secret_rotated', actor }, at)
  return getWebhook(tx, id)
}

/** A notice that says only that it is a test. @throws AppError `not-found`, `webhook-inactive`. */
export async function testWebhook(
  tx: Tx,
  input: { id: number; userId: number; userName: string | null; publicUrl: string },
  at: Date,
): Promise<WebhookDelivery> {
  const { id, includeBodies } = await getActive(tx, input.id)
  const type = 'webhook.test'
  const facts = {
    type,
    at,
    eventId: null,
    actor: { type: 'user', id: input.userId, name: input.userName },
    changes: { webhook_id: id },
    ticket: null,
    comment: null,
  }
  const messageId = newMessageId()
  const payload = payloadOf(facts, { includeBodies, publicUrl: input.publicUrl })
  const delivery = { webhookId: id, eventId: null, messageId, type, payload }
  await insertWebhookDeliveries(tx, [delivery], at)
  const made = await findWebhookDelivery(tx, { messageId })
  if (made === null) throw new Error('the test was not written')
  return made
}

/** The same message once more. @throws AppError `not-found`, `webhook-inactive`. */
export async function redeliver(
  tx: Tx,
  key: { webhookId: number; id: number },
  at: Date,
): Promise<WebhookDelivery> {
  await getActive(tx, key.webhookId)
  const delivery = await findWebhookDelivery(tx, key)
  if (delivery === null) throw notFound()
  await sendAnew(tx, delivery.id, at)
  return (await findWebhookDelivery(tx, key)) ?? delivery
}

/**
 * Everything since then that did not arrive: what failed, and events that were never sent, because
 * the webhook was switched off for long or wanted others.
 *
 * @returns how many that failed are sent again; of the others nobody knows yet
 * @throws AppError `not-found`, `webhook-inactive`; 422 when `since` is more than 30 days ago.
 */
export async function recoverWebhook(
  tx: Tx,
  { id, since }: { id: number; since: Date },
  at: Date,
): Promise<number> {
  if (since > at || at.getTime() - since.getTime() > WEBHOOK_LOG_MS) {
    const message = 'is not within the last 30 days'
    throw new AppError('invalid', 'validation-failed', `/since ${message}.`, {
      errors: [{ pointer: '/since', code: 'out_of_range', message }],
    })
  }
  const { eventCursor } = await getActive(tx, id)
  const back = await lastEventBefore(tx, since)
  // Events that have their delivery keep it, so going back repeats nothing.
  await updateWebhook(tx, id, { eventCursor: Math.min(eventCursor, back) }, at)
  return sendFailedAnew(tx, { webhookId: id, since }, at)
}

async function getWebhook(tx: Tx, id: number): Promise<Webhook> {
  const webhook = await findWebhook(tx, id)
  if (webhook === null) throw notFound()
  return webhook
}

async function getActive(tx: Tx, id: number): Promise<Webhook> {
  const webhook = await getWebhook(tx, id)
  if (webhook.active) return webhook
  const sentence = 'The webhook is switched off; switch it on first.'
  throw new AppError('conflict', 'webhook-inactive', sentence)
}

const notFound = (): AppError =>
  new AppError('not_found', 'not-found', 'There is no such thing here.')

async function noteChange(
  tx: Tx,
  { id, change, actor }: By & { id: number; change: string },
  at: Date,
): Promise<void> {
  const data = { webhook_id: id, change }
  const event = { type: 'webhook.changed', ticketId: null, commentId: null, actor, data } as const
  await insertEvents(tx, [event], at)
}
