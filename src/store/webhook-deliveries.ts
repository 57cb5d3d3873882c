/** Notices to webhooks: one row per event and webhook, with everything that was tried. */
import { recordsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export const WEBHOOK_STATES = ['pending', 'delivered', 'failed'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]

/** One HTTP request of ours. */
export interface WebhookAttempt {
  readonly at: string
  /** Null: there was no answer. */
  readonly status: number | null
  readonly error: string | null
  readonly durationMs: number
}

export interface WebhookDelivery {
  readonly id: number
  readonly webhookId: number
  readonly eventId: number | null
  readonly messageId: string
  readonly type: string
  /** JSON, as Standard Webhooks wants it; formats are made of it when it is sent. */
  readonly payload: string
  readonly state: WebhookState
  readonly attempts: number
  readonly dueAt: Date | null
  readonly log: readonly WebhookAttempt[]
  readonly response: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

interface DeliveryRow {
  id: number
  webhook_id: number
  event_id: number | null
  message_id: string
  type: string
  payload: string
  state: WebhookState
  attempts: number
  due_at: number | null
  lease_owner: string | null
  log: string
  response: string | null
  created_at: number
  finished_at: number | null
}

const toDelivery = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  webhookId: row.webhook_id,
  eventId: row.event_id,
  messageId: row.message_id,
  type: row.type,
  payload: row.payload,
  state: row.state,
  attempts: row.attempts,
  dueAt: fromMsOrNull(row.due_at),
  log: recordsFrom(row.log) as unknown as WebhookAttempt[],
  response: row.response,
  createdAt: fromMs(row.created_at),
  finishedAt: fromMsOrNull(row.finished_at),
})

export type NewWebhookDelivery = Pick<
  WebhookDelivery,
  'webhookId' | 'eventId' | 'messageId' | 'type' | 'payload'
>

/** An event that has its delivery already keeps it. */
export async function insertWebhookDeliveries(
  tx: Tx,
  deliveries: readonly NewWebhookDelivery[],
  at: Date,
): Promise<void> {
  if (deliveries.length === 0) return
  await tx<DeliveryRow>('webhook_deliveries')
    .insert(
      deliveries.map(({ webhookId, eventId, messageId, type, payload }) => ({
        webhook_id: webhookId,
        event_id: eventId,
        message_id: messageId,
        type,
        payload,
        state: 'pending' as const,
        due_at: toMs(at),
        log: '[]',
        created_at: toMs(at),
      })),
    )
    .onConflict(['webhook_id', 'event_id'])
    .ignore()
}

export async function findWebhookDelivery(
  db: Queryable,
  key: { webhookId: number; id: number } | { messageId: string },
): Promise<WebhookDelivery | null> {
  const where =
    'id' in key ? { id: key.id, webhook_id: key.webhookId } : { message_id: key.messageId }
  const row = await db<DeliveryRow>('webhook_deliveries').where(where).first()
  return row === undefined ? null : toDelivery(row)
}

/** Newest first. */
export async function listWebhookDeliveries(
  db: Queryable,
  filter: { webhookId: number; state?: WebhookState; beforeId?: number; limit: number },
): Promise<WebhookDelivery[]> {
  const query = db<DeliveryRow>('webhook_deliveries')
    .where({ webhook_id: filter.webhookId })
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .select()
  if (filter.state !== undefined) void query.where({ state: filter.state })
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query).map(toDelivery)
}

/** Asks without taking the write lock. */
export async function hasDueDelivery(db: Queryable, webhookId: number, at: Date): Promise<boolean> {
  const row = await db<DeliveryRow>('webhook_deliveries')
    .where({ webhook_id: webhookId, state: 'pending' })
    .where('due_at', '<=', toMs(at))
    .first('id')
  return row !== undefined
}

/**
 * Takes notices that are due, oldest first, until `leaseUntil`; who dies with them loses them
 * then. The attempt counts from here on.
 */
export async function claimWebhookDeliveries(
  tx: Tx,
  claim: { webhookId: number; owner: string; leaseUntil: Date; limit: number },
  at: Date,
): Promise<WebhookDelivery[]> {
  const due = await tx<DeliveryRow>('webhook_deliveries')
    .where({ webhook_id: claim.webhookId, state: 'pending' })
    .where('due_at', '<=', toMs(at))
    .orderBy('due_at')
    .orderBy('id')
    .limit(claim.limit)
    .select()
  const claimed: WebhookDelivery[] = []
  for (const row of due) {
    const change = {
      due_at: toMs(claim.leaseUntil),
      lease_owner: claim.owner,
      attempts: row.attempts + 1,
    }
    const taken = await tx<DeliveryRow>('webhook_deliveries')
      .where({ id: row.id, state: 'pending', due_at: row.due_at })
      .update(change)
    if (taken === 1) claimed.push(toDelivery({ ...row, ...change }))
  }
  return claimed
}

/** What this daemon had taken when it died is due at once. */
export async function releaseWebhookDeliveries(tx: Tx, owner: string, at: Date): Promise<void> {
  await tx<DeliveryRow>('webhook_deliveries')
    .where({ lease_owner: owner, state: 'pending' })
    .update({ due_at: toMs(at), lease_owner: null })
}

/**
 * Writes down how a claimed attempt went. False: it is no longer ours, because the lease was over
 * or somebody ordered it anew.
 */
export async function settleAttempt(
  tx: Tx,
  delivery: WebhookDelivery,
  result: {
    attempt: WebhookAttempt
    response: string | null
    state: WebhookState
    /** Null unless it stays pending. */
    dueAt: Date | null
  },
  at: Date,
): Promise<boolean> {
  const updated = await tx<DeliveryRow>('webhook_deliveries')
    .where({
      id: delivery.id,
      state: 'pending',
      due_at: delivery.dueAt === null ? null : toMs(delivery.dueAt),
    })
    .update({
      state: result.state,
      due_at: result.dueAt === null ? null : toMs(result.dueAt),
      lease_owner: null,
      log: toJson([...delivery.log, result.attempt].slice(-ATTEMPTS_KEPT)),
      response: result.response,
      finished_at: result.state === 'pending' ? null : toMs(at),
    })
  return updated === 1
}

/** More than one schedule has, less than somebody who redelivers all day could make. */
const ATTEMPTS_KEPT = 20

const ANEW = { state: 'pending', attempts: 0, lease_owner: null, finished_at: null } as const

/** Sends it again, whatever became of it, as the same message. */
export async function sendAnew(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<DeliveryRow>('webhook_deliveries')
    .where({ id })
    .update({ ...ANEW, due_at: toMs(at) })
}

/** How many that failed are sent again. */
export async function sendFailedAnew(
  tx: Tx,
  { webhookId, since }: { webhookId: number; since: Date },
  at: Date,
): Promise<number> {
  return tx<DeliveryRow>('webhook_deliveries')
    .where({ webhook_id: webhookId, state: 'failed' })
    .where('created_at', '>=', toMs(since))
    .update({ ...ANEW, due_at: toMs(at) })
}

/** Forgets what is settled since before then. */
export async function deleteWebhookDeliveries(tx: Tx, before: Date): Promise<void> {
  await tx<DeliveryRow>('webhook_deliveries').where('finished_at', '<', toMs(before)).delete()
}
