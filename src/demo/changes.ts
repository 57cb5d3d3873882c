/**
 * Waiting for something to become true in the demo's servers, without polling and without sleep:
 * whoever changes something announces it, whoever waits looks again.
 */
export interface WaitOptions {
  /** Completes the sentence "waited 10 s for ..." when it never happens. */
  what: string
  timeoutMs?: number
  /** Ends the waiting early. */
  signal?: AbortSignal
}

const TIMEOUT_MS = 10_000

export class Changes {
  readonly #waiting = new Set<() => void>()

  announce(): void {
    for (const lookAgain of this.#waiting) lookAgain()
  }

  /** Resolves with the first answer of `find` that is not undefined; asks now and at each change. */
  until<T>(find: () => T | undefined, options: WaitOptions): Promise<T> {
    const { what, timeoutMs = TIMEOUT_MS, signal } = options
    const found = find()
    if (found !== undefined) return Promise.resolve(found)

    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
        this.#waiting.delete(lookAgain)
      }
      const lookAgain = (): void => {
        const answer = find()
        if (answer === undefined) return
        stop()
        resolve(answer)
      }
      const giveUp = (): void => {
        stop()
        const reason = signal?.aborted === true ? 'stopped waiting' : `waited ${timeoutMs / 1000} s`
        reject(new Error(`${reason} for ${what}`))
      }
      const timer = setTimeout(giveUp, timeoutMs)
      signal?.addEventListener('abort', giveUp)
      this.#waiting.add(lookAgain)
      if (signal?.aborted === true) giveUp()
    })
  }
}
