/** How many deliveries an inbox's server is asked to take in a time. */
import type { Rate } from '../config-values.ts'

/** Keeps within `smtp.rate`. */
export class Pace {
  readonly #rate: Rate | null
  readonly #starts: number[] = []

  constructor(rate: Rate | null) {
    this.#rate = rate
  }

  room(nowMs: number): number {
    if (this.#rate === null) return Number.MAX_SAFE_INTEGER
    const since = nowMs - this.#rate.windowMs
    // What began later than now began before the clock was put back.
    const isOver = (at: number): boolean => at <= since || at > nowMs
    while (this.#starts.length > 0 && isOver(this.#starts[0] ?? 0)) this.#starts.shift()
    return Math.max(0, this.#rate.count - this.#starts.length)
  }

  note(nowMs: number): void {
    if (this.#rate !== null) this.#starts.push(nowMs)
  }

  /** Until there is room again; large when there is. */
  waitMs(nowMs: number): number {
    const [oldest] = this.#starts
    if (this.#rate === null || oldest === undefined || this.room(nowMs) > 0)
      return Number.MAX_SAFE_INTEGER
    return oldest + this.#rate.windowMs - nowMs
  }
}
