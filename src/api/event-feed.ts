/**
 * Wakes those who wait for events: at once for what this daemon writes, within a second for what
 * others do. It looks only while somebody waits, and once for all of them.
 */
import type { Events } from '../events.ts'
import { pause } from '../pause.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { EventHorizon } from '../store/event-horizon.ts'
import type { Store } from '../store/open.ts'

const POLL_MS = 1_000
/** A look for many commits together; also how often an id in doubt is looked at. */
const COALESCE_MS = 20

interface FeedDeps {
  readonly store: Store
  readonly events: Events
  readonly draining: () => boolean
}

export class EventFeed {
  readonly #deps: FeedDeps
  readonly #horizon: EventHorizon
  readonly #waiting = new Set<() => void>()
  #looking = false

  constructor(deps: FeedDeps) {
    this.#deps = deps
    this.#horizon = new EventHorizon(deps.store)
  }

  /** Is the daemon on its way out? Then streams end, and their clients ask another one. */
  get ending(): boolean {
    return this.#deps.draining()
  }

  /** The newest event that may be read. */
  async head(): Promise<number> {
    await this.#horizon.advance()
    // Only right after the start, or while something is being written.
    for (let n = 0; n < POLL_MS / COALESCE_MS && this.#horizon.inDoubt; n += 1) {
      await pause(COALESCE_MS, new AbortController().signal)
      await this.#horizon.advance()
    }
    return this.#horizon.settled
  }

  /**
   * Resolves with the newest event that may be read, when there is one after `afterId`, after
   * `ms` milliseconds, when `signal` aborts, or when the daemon ends: whatever comes first.
   */
  async after(afterId: number, ms: number, signal: AbortSignal): Promise<number> {
    if (this.#horizon.settled <= afterId && !this.ending && !signal.aborted) {
      const done = new AbortController()
      const wake = (): void => {
        if (this.#horizon.settled > afterId || this.ending) done.abort()
      }
      const stop = (): void => done.abort()
      this.#waiting.add(wake)
      signal.addEventListener('abort', stop)
      if (!this.#looking) void this.#look()
      await pause(ms, done.signal)
      signal.removeEventListener('abort', stop)
      this.#waiting.delete(wake)
    }
    return this.#horizon.settled
  }

  /** Never rejects: a database that is away is looked at again. */
  async #look(): Promise<void> {
    this.#looking = true
    const always = new AbortController().signal
    const { store, events } = this.#deps
    while (this.#waiting.size > 0) {
      try {
        await this.#horizon.advance()
      } catch (err) {
        if (isDatabaseDown(err)) events.databaseUnavailable('events', err)
        else events.loopFailed('events', err)
        await pause(POLL_MS, always)
      }
      for (const wake of this.#waiting) wake()
      await store.committed.wait(this.#horizon.inDoubt ? COALESCE_MS : POLL_MS, always)
      await pause(COALESCE_MS, always)
    }
    this.#looking = false
  }
}
