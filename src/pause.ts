/** Waiting that ends early: a stop signal or a bell wakes the sleeper at once. */
import { setTimeout as delay } from 'node:timers/promises'

/** Waits `ms` milliseconds or until `signal` aborts, whichever comes first. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await delay(ms, undefined, { signal }).catch(() => {
    // Aborted: the caller looks at the signal.
  })
}

/**
 * A wake-up call between two loops of one process. Ringing before anybody waits is remembered,
 * so work that arrives between "nothing to do" and "wait" is never slept over. It is a hint, not
 * a queue: the truth is in the database, and every loop also wakes by itself.
 */
export class Bell {
  #rung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves at the next ring, after `ms` milliseconds, or when `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const stop = new AbortController()
      this.#wake = () => stop.abort()
      await pause(ms, AbortSignal.any([signal, stop.signal]))
      this.#wake = null
    }
    this.#rung = false
  }
}
