/** How often in a row a server has failed us: what decides how long it is left alone. */

/** Served without a break for so long, it starts anew. */
const STABLE_MS = 5 * 60_000
/** Each such time forgives one failure: a line that breaks every few minutes is not left for longer and longer. */
const FORGIVES_MS = 60_000

export class Streak {
  #failures = 0
  #since: number | null = null
  #servedMs = 0

  /** Time that passes until it serves us, or stands still, is not in its favour. */
  connecting(): void {
    this.#since = null
    this.#servedMs = 0
  }

  /** It has just done what we wanted. `at`: milliseconds. */
  served(at: number): void {
    this.#since ??= at
    this.#servedMs = at - this.#since
  }

  /** Returns the number of failures in a row, from 1. */
  failed(): number {
    const forgiven = Math.max(0, Math.floor(this.#servedMs / FORGIVES_MS))
    const left = this.#servedMs > STABLE_MS ? 0 : Math.max(0, this.#failures - forgiven)
    this.#failures = left + 1
    return this.#failures
  }
}
