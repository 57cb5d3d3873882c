/** /metrics, for Prometheus: from this machine, or with a token, as the configuration says. */
import type { IncomingMessage } from 'node:http'
import { EventHorizon } from '../store/event-horizon.ts'
import { lastEventBefore } from '../store/events.ts'
import type { StoredGauges } from '../metric-gauges.ts'
import { readGauges, ticketMovesAfter } from '../store/reads/gauges.ts'
import { pause } from '../pause.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import { media } from './answers.ts'
import { Authenticator, authorise, forbidden } from './auth.ts'
import { proxiesOf } from './client-address.ts'
import type { ApiDeps } from './deps.ts'
import { isFromHere } from './from-here.ts'
import { NO_QUERY } from './query.ts'
import type { Route } from './route.ts'

/** Several that ask in turn share one look at the database. */
const FRESH_MS = 5_000
/** Prometheus waits ten seconds. */
const LOOK_MS = 3_000

export function metricsRoutes(deps: ApiDeps): readonly Route[] {
  const mayAsk = guardOf(deps)
  const gauges = new SharedGauges(deps)
  return [
    {
      method: 'GET',
      path: '/metrics',
      summary: 'What Prometheus collects',
      access: { roles: 'public' },
      query: NO_QUERY,
      body: null,
      answers: { 200: media('text/plain') },
      refuses: ['401 unauthenticated', '403 forbidden', '403 insufficient-scope'],
      async answer({ message }) {
        await mayAsk(message)
        const stored = await gauges.look()
        const inboxes = deps.inboxes.map(({ name }) => {
          const imap = deps.health.of(name, 'imap')
          const { state = 'connecting', lastSuccessAt = null } = imap ?? {}
          return { name, state, lastSuccessAt }
        })
        return {
          body: await deps.metrics.expose(inboxes, stored),
          headers: { 'Content-Type': deps.metrics.contentType },
        }
      },
    },
  ]
}

/** @returns throws 401 or 403 for those who may not ask */
function guardOf(deps: ApiDeps): (message: IncomingMessage) => Promise<void> {
  if (deps.config.metrics === 'token') {
    const authenticator = new Authenticator(deps)
    return async (message) => {
      const access = { roles: ['admin'], scopes: ['system:read'] } as const
      authorise(await authenticator.callerOf(message), access)
    }
  }
  const proxies = proxiesOf(deps.config.trustProxy)
  return async (message) => {
    if (isFromHere(message, proxies)) return
    throw forbidden('Metrics are for this machine only; see "metrics" in the configuration.')
  }
}

/** One look at a time, and not more often than {@link FRESH_MS}. */
class SharedGauges {
  readonly #deps: ApiDeps
  readonly #horizon: EventHorizon
  /** Tickets that moved before this process began are not its own. */
  #beganAt: Promise<number> | null = null
  #countedTo = 0
  #look: Promise<StoredGauges | null> = Promise.resolve(null)
  #lookedAt = Number.NEGATIVE_INFINITY
  #isLooking = false

  constructor(deps: ApiDeps) {
    this.#deps = deps
    this.#horizon = new EventHorizon(deps.store)
    this.#began().catch(() => {
      // Whoever asks is told.
    })
  }

  /** Null: the database does not answer, and what this process knows by itself is told all the same. */
  async look(): Promise<StoredGauges | null> {
    const now = this.#deps.clock.now().getTime()
    // One that hangs is not joined by another each time somebody asks.
    if (!this.#isLooking && now - this.#lookedAt >= FRESH_MS) {
      this.#lookedAt = now
      this.#look = this.#read()
    }
    const late = new AbortController()
    const timeout = pause(LOOK_MS, late.signal).then(() => null)
    try {
      return await Promise.race([this.#look, timeout])
    } finally {
      late.abort()
    }
  }

  async #read(): Promise<StoredGauges | null> {
    this.#isLooking = true
    try {
      return await this.#readAll()
    } catch (err) {
      this.#deps.events.databaseUnavailable('metrics', err)
      // The next one looks again.
      this.#lookedAt = Number.NEGATIVE_INFINITY
      return null
    } finally {
      this.#isLooking = false
    }
  }

  async #readAll(): Promise<StoredGauges> {
    const { store, config, context, inboxes, clock } = this.#deps
    await this.#countMoves()
    const { database } = config
    const of = {
      inboxIds: inboxes.map(({ id }) => id),
      statuses: [...context.lifecycle.statuses.keys()],
      file: database.kind === 'sqlite' ? database.file : null,
    }
    return readGauges(store, of, clock.now())
  }

  /** Asked again when the database was away. */
  async #began(): Promise<number> {
    this.#beganAt ??= lastEventBefore(this.#deps.store.read, new Date(8.64e15))
    try {
      return await this.#beganAt
    } catch (err) {
      this.#beganAt = null
      throw err
    }
  }

  /** Of tickets that moved since this process was first asked. */
  async #countMoves(): Promise<void> {
    const { store, context, metrics } = this.#deps
    const upToId = await this.#horizon.advance()
    const afterId = Math.max(this.#countedTo, await this.#began())
    if (afterId >= upToId) return
    const isClosed = (status: string): boolean =>
      ruleOf(context.lifecycle, status).category === 'closed'
    const moved = await ticketMovesAfter(store.read, { afterId, upToId }, isClosed)
    this.#countedTo = moved.lastId
    metrics.ticketsMoved(moved)
  }
}
