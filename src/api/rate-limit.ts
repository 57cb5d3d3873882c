/**
 * How often something may be tried: `rate_limits` of the configuration. What guessing needs is
 * counted in the database, so that it holds across restarts; requests of callers in memory.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Rate } from '../config-values.ts'
import { giveHitBack, takeHit, type Taken } from '../store/rate-hits.ts'
import { clientAddress, networkOf, type Proxies, proxiesOf } from './client-address.ts'
import type { ApiDeps } from './deps.ts'
import { HttpError } from './problem.ts'
import type { RawRequest } from './route.ts'

type Tried = 'login' | 'register' | 'verify' | 'forgot'
type Tell = RawRequest['tell']

export class RateLimits {
  readonly #deps: Pick<ApiDeps, 'store' | 'clock' | 'config'>
  readonly #proxies: Proxies
  readonly #windows = new Map<string, Window>()

  constructor(deps: Pick<ApiDeps, 'store' | 'clock' | 'config'>) {
    this.#deps = deps
    this.#proxies = proxiesOf(deps.config.trustProxy)
  }

  addressOf(message: IncomingMessage): string {
    return clientAddress(message, this.#proxies)
  }

  /**
   * Counts a try from this network, and for this account: whether it exists makes no difference.
   *
   * @throws HttpError 429 `rate-limited`.
   */
  async take(
    name: Tried,
    { message, tell }: Pick<RawRequest, 'message' | 'tell'>,
    email: string,
  ): Promise<void> {
    const { store, clock, config } = this.#deps
    const rate = config.rateLimits[name] ?? null
    if (rate === null) return
    const network = networkOf(this.addressOf(message))
    const account = createHash('sha256').update(email).digest('hex').slice(0, 32)
    const keys = [`${name} from ${network}`, `${name} of ${account}`]
    answer(name, rate, await takeHit(store, keys, rate, clock.now()), tell)
  }

  /** The same for a caller who is known. @throws HttpError 429. */
  pass(name: 'token' | 'session', id: number, tell: Tell): void {
    const { clock, config } = this.#deps
    const rate = config.rateLimits[name] ?? null
    if (rate === null) return
    const now = clock.now().getTime()
    const key = `${name} ${id}`
    const before = this.#windows.get(key)
    const window = before === undefined || now >= before.end ? fresh(rate, now) : before
    if (this.#windows.size >= WINDOWS_MAX) this.#windows.clear()
    this.#windows.set(key, window)
    const allowed = window.left > 0
    if (allowed) window.left -= 1
    const taken = { allowed, remaining: window.left, resetMs: window.end - now }
    answer(name, rate, taken, tell)
  }

  /**
   * Looks at the code of an authenticator app, which an account may have wrong so often, whatever
   * `rate_limits` says: who knows the password can try as many as he is let. A right one counts
   * for nothing.
   *
   * @throws HttpError 429 `rate-limited`; what `check` throws.
   */
  async guess(userId: number, tell: Tell, check: () => Promise<void>): Promise<void> {
    const { store, clock } = this.#deps
    const key = `totp of ${userId}`
    const at = clock.now()
    // Before the look: of several at the same moment each would find room.
    const taken = await takeHit(store, [key], WRONG_CODES, at)
    if (!taken.allowed) answer('totp', WRONG_CODES, taken, tell)
    await check()
    await store.transaction((tx) => giveHitBack(tx, key, at))
  }
}

const WRONG_CODES: Rate = { count: 10, windowMs: 3_600_000 }

interface Window {
  readonly end: number
  left: number
}

const WINDOWS_MAX = 10_000

const fresh = ({ count, windowMs }: Rate, now: number): Window => ({
  end: now + windowMs,
  left: count,
})

/** draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it. */
function answer(name: string, { count, windowMs }: Rate, taken: Taken, tell: Tell): void {
  const seconds = Math.max(1, Math.ceil(taken.resetMs / 1000))
  tell({
    'RateLimit-Policy': `"${name}";q=${count};w=${Math.ceil(windowMs / 1000)}`,
    RateLimit: `"${name}";r=${taken.remaining};t=${seconds}`,
  })
  if (taken.allowed) return
  const sentence = `This was tried too often. Try again in ${seconds} seconds.`
  throw new HttpError(429, 'rate-limited', sentence, {
    headers: { 'Retry-After': String(seconds) },
    details: { retry_after: seconds },
  })
}
