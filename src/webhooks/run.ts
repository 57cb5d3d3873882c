/**
 * The loop that tells webhooks: spreads new events into deliveries, claims what is due, and keeps
 * several requests in the air. One receiver that is slow or gone never holds up the others.
 */
import { type Bell, pause } from '../pause.ts'
import { isDatabaseDown, stopIfCorrupt } from '../store/database-errors.ts'
import { EventHorizon } from '../store/event-horizon.ts'
import {
  claimWebhookDeliveries,
  hasDueDelivery,
  releaseWebhookDeliveries,
  type WebhookDelivery,
} from '../store/webhook-deliveries.ts'
import { listWebhooks, type Webhook } from '../store/webhooks.ts'
import { type AttemptDeps, attemptDelivery } from './attempt.ts'
import { spread } from './spread.ts'

export interface WebhookDeps extends AttemptDeps {
  readonly owner: string
  readonly publicUrl: string
  /** Rung when somebody made something due. */
  readonly webhooksDue: Bell
}

/** How often we look for events and for what is due by now. */
const POLL_MS = 1_000
/** Requests at the same time, to one webhook and to all. */
const OF_ONE_MAX = 4
/** To one that is failing: whether it is back shows with one request as well as with four. */
const OF_FAILING_MAX = 1
const OF_ALL_MAX = 32
/** Longer than any attempt takes. */
const LEASE_MS = 60_000
/** How long requests may go on when the daemon stops. */
const STOP_MS = 5_000

export async function runWebhooks(deps: WebhookDeps, signal: AbortSignal): Promise<void> {
  const flight = new Flight(deps)
  const horizon = new EventHorizon(deps.store)
  let isFirst = true
  while (!signal.aborted) {
    let more = false
    try {
      if (isFirst) await takeBack(deps)
      isFirst = false
      more = await turn(deps, horizon, flight)
    } catch (err) {
      stopIfCorrupt(err)
      if (isDatabaseDown(err)) deps.events.databaseUnavailable('webhooks', err)
      else deps.events.loopFailed('webhooks', err)
    }
    await deps.webhooksDue.wait(more ? 0 : POLL_MS, signal)
  }
  await flight.end(STOP_MS)
}

/** What this daemon was sending when it died. */
async function takeBack({ store, owner, clock }: WebhookDeps): Promise<void> {
  await store.transaction((tx) => releaseWebhookDeliveries(tx, owner, clock.now()))
}

/** @returns true: there is more to do at once. */
async function turn(deps: WebhookDeps, horizon: EventHorizon, flight: Flight): Promise<boolean> {
  const webhooks = await listWebhooks(deps.store.read, { active: true })
  if (webhooks.length === 0) return false
  const upToId = await horizon.advance()
  let more = false
  for (const webhook of flight.inTurn(webhooks)) {
    if (await spread(deps, webhook, upToId)) more = true
    await flight.fill(webhook)
  }
  return more
}

/** The requests that are under way. */
class Flight {
  readonly #deps: WebhookDeps
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #ofWebhook = new Map<number, number>()
  /** The webhook whose request started last. */
  #servedId = 0

  constructor(deps: WebhookDeps) {
    this.#deps = deps
  }

  /**
   * Beginning after the one that was served last, so that places that come free go round.
   * @param webhooks by id, descending
   */
  inTurn(webhooks: readonly Webhook[]): Webhook[] {
    const next = webhooks.findIndex(({ id }) => id < this.#servedId)
    return next === -1 ? [...webhooks] : [...webhooks.slice(next), ...webhooks.slice(0, next)]
  }

  /** Starts as many due deliveries of a webhook as there is room for. */
  async fill(webhook: Webhook): Promise<void> {
    const { store, owner, clock } = this.#deps
    const room = Math.min(
      (webhook.failingSince === null ? OF_ONE_MAX : OF_FAILING_MAX) -
        (this.#ofWebhook.get(webhook.id) ?? 0),
      OF_ALL_MAX - this.#running.size,
    )
    if (room <= 0) return
    const at = clock.now()
    const leaseUntil = new Date(at.getTime() + LEASE_MS)
    const claim = { webhookId: webhook.id, owner, leaseUntil, limit: room }
    if (!(await hasDueDelivery(store.read, webhook.id, at))) return
    const claimed = await store.transaction((tx) => claimWebhookDeliveries(tx, claim, at))
    for (const delivery of claimed) this.#start(webhook, delivery)
  }

  #start(webhook: Webhook, delivery: WebhookDelivery): void {
    this.#servedId = webhook.id
    this.#count(webhook.id, 1)
    const running = attemptDelivery(this.#deps, webhook, delivery, this.#stop.signal)
      .catch((err: unknown) => {
        // The lease brings it back.
        this.#deps.events.loopFailed('webhooks', err)
      })
      .finally(() => {
        this.#running.delete(running)
        this.#count(webhook.id, -1)
        this.#deps.webhooksDue.ring()
      })
    this.#running.add(running)
  }

  #count(webhookId: number, change: number): void {
    const now = (this.#ofWebhook.get(webhookId) ?? 0) + change
    if (now === 0) this.#ofWebhook.delete(webhookId)
    else this.#ofWebhook.set(webhookId, now)
  }

  /** Lets requests end, and cuts them off after `ms`. */
  async end(ms: number): Promise<void> {
    const ended = new AbortController()
    const all = Promise.allSettled(this.#running).then(() => ended.abort())
    await pause(ms, ended.signal)
    this.#stop.abort()
    await all
  }
}
