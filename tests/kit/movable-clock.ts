/** A clock that runs like the real one and can be moved: nights pass in no time. */
import type { Clock } from '../../src/clock.ts'

export interface MovableClock extends Clock {
  advance(ms: number): void
  /** How long it has gone on; being set to a moment, or put back, is none of that. */
  elapsedMs(): number
  /** It is this moment now, and goes on from there. */
  setTo(moment: Date): void
}

/** @param start what it shows at first; default: the real time. */
export function movableClock(start: Date = new Date()): MovableClock {
  let ahead = start.getTime() - Date.now()
  let advanced = 0
  return {
    now: () => new Date(Date.now() + ahead),
    advance(ms) {
      ahead += ms
      advanced += Math.max(0, ms)
    },
    elapsedMs: () => performance.now() + advanced,
    setTo(moment) {
      ahead = moment.getTime() - Date.now()
    },
  }
}
