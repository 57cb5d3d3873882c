/** One attempt to hand a notice to its webhook, and what follows from how it went. */
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Events } from '../events.ts'
import { insertEvents } from '../store/events.ts'
import type { Store, Tx } from '../store/open.ts'
import { settleAttempt, type WebhookDelivery } from '../store/webhook-deliveries.ts'
import { disableActive, noteFailure, noteSuccess, type Webhook } from '../store/webhooks.ts'
import { SYSTEM } from '../ticket/comment.ts'
import { render } from './payload.ts'
import { type Posted, post } from './post.ts'
import { nextAttemptIn, retryAfterMsOf } from './schedule.ts'
import { signedHeaders } from './signature.ts'
import { type Allowed, findTarget, type Resolve, withinTime } from './targets.ts'

export interface AttemptDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly events: Events
  readonly allowed: Allowed
  readonly resolve: Resolve
  readonly version: string
  /** Told of every outcome. */
  readonly count?: (result: 'delivered' | 'postponed' | 'failed') => void
}

/** When nothing has arrived for so long, the webhook is switched off. */
const FAILING_MS_MAX = 5 * 24 * 3_600_000
/** RFC 9110 §15.5.11: the receiver wants no more. */
const GONE = 410

/** @param delivery claimed by us; its `attempts` counts this one */
export async function attemptDelivery(
  deps: AttemptDeps,
  webhook: Webhook,
  delivery: WebhookDelivery,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = deps.clock.now()
  const posted = await tryOnce(deps, webhook, delivery, signal)
  // Cut off by our own end: the next start takes it up again.
  if (posted.status === null && signal.aborted) return
  const at = deps.clock.now()
  const durationMs = at.getTime() - startedAt.getTime()
  const attempt = {
    at: startedAt.toISOString(),
    status: posted.status,
    error: posted.error,
    durationMs,
  }
  const isDelivered = posted.status !== null && posted.status >= 200 && posted.status < 300
  const wait = isDelivered ? null : nextWait(deps, delivery, posted, at)
  const result = {
    attempt,
    response: posted.response,
    state: stateAfter(isDelivered, wait),
    dueAt: wait === null ? null : new Date(at.getTime() + wait),
  }
  const settled = await deps.store.transaction(async (tx) => {
    if (!(await settleAttempt(tx, delivery, result, at))) return false
    if (isDelivered) await noteSuccess(tx, webhook.id, at)
    else await afterFailure(tx, webhook.id, posted, at)
    return true
  })
  if (settled) report(deps, delivery, result.state, posted)
}

function stateAfter(isDelivered: boolean, wait: number | null): WebhookDelivery['state'] {
  if (isDelivered) return 'delivered'
  return wait === null ? 'failed' : 'pending'
}

function nextWait(
  { random }: AttemptDeps,
  { attempts }: WebhookDelivery,
  posted: Posted,
  at: Date,
): number | null {
  if (posted.status === GONE) return null
  return nextAttemptIn(attempts, retryAfterMsOf(posted.retryAfter, at), random())
}

async function tryOnce(
  deps: AttemptDeps,
  webhook: Webhook,
  { messageId, payload }: WebhookDelivery,
  signal: AbortSignal,
): Promise<Posted> {
  try {
    const target = await findTarget(webhook.url, deps.allowed, withinTime(deps.resolve))
    const { contentType, headers, body } = render(webhook.format, payload)
    const at = deps.clock.now()
    const signed = signedHeaders(secretsOf(webhook, at), { id: messageId, at, body })
    const all = {
      ...headers,
      ...signed,
      'Content-Type': contentType,
      'User-Agent': `Postroom/${deps.version}`,
    }
    return await post(target, { headers: all, body }, signal)
  } catch (err) {
    return { status: null, error: messageOf(err), response: null, retryAfter: undefined }
  }
}

const secretsOf = ({ secret, oldSecret }: Webhook, at: Date): string[] =>
  oldSecret !== null && oldSecret.until > at ? [secret, oldSecret.value] : [secret]

async function afterFailure(tx: Tx, id: number, posted: Posted, at: Date): Promise<void> {
  const failingSince = await noteFailure(tx, id, at)
  const isGone = posted.status === GONE
  if (!isGone && at.getTime() - failingSince.getTime() < FAILING_MS_MAX) return
  const reason = isGone
    ? 'the receiver answered 410 Gone'
    : `nothing has arrived since ${failingSince.toISOString()}`
  if (!(await disableActive(tx, id, reason, at))) return
  const data = { webhook_id: id, change: 'disabled', reason }
  const event = { type: 'webhook.changed', ticketId: null, commentId: null, actor: SYSTEM } as const
  await insertEvents(tx, [{ ...event, data }], at)
}

function report(
  { events, count }: AttemptDeps,
  delivery: WebhookDelivery,
  state: WebhookDelivery['state'],
  { status, error }: Posted,
): void {
  count?.(state === 'pending' ? 'postponed' : state)
  if (state === 'delivered') return
  const { id: deliveryId, webhookId, attempts } = delivery
  const detail = error ?? `answered ${status}`
  events.webhookUndelivered({ webhookId, deliveryId, attempts, detail }, state === 'failed')
}
