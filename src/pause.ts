/** Waiting that ends early: a stop signal or a bell wakes the sleeper at once. */

/** Waits `ms` milliseconds or until `signal` aborts, whichever comes first. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Bell().wait(ms, signal)
}

/**
 * A wake-up call between two loops of one process. Ringing before anybody waits is remembered,
 * so work that arrives between "nothing to do" and "wait" is never slept over. It is a hint, not
 * a queue: the truth is in the database, and every loop also wakes by itself.
 *
 * Waits listen to the signal themselves: composed signals would pile up on one that lives as
 * long as the daemon.
 */
export class Bell {
  #rung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** At the next ring (true), after `ms` milliseconds, or when `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', resolve as () => void)
        this.#wake = () => resolve()
        this.#release = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', resolve as () => void)
        }
      })
      this.#release()
      this.#wake = null
    }
    const wasRung = this.#rung
    this.#rung = false
    return wasRung
  }

  #release: () => void = () => {}
}
