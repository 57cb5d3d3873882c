/** Which messages a daemon takes in hand together, which alone, and which it leaves for a while. */

interface Attempted {
  readonly id: number
  readonly attempts: number
  /** Attempts that ended by the message's own doing. */
  readonly failures: number
}

/** Daemons died this often with a message in hand: from now on it is taken alone. */
const ALONE_AFTER = 3

/**
 * Which of the due rows are taken together. One that was in hand when daemons died is taken by
 * itself: if it is to blame, no other suffers, and if it is not, it is soon done.
 */
export function together(due: readonly Attempted[]): number[] {
  const isWary = (row: Attempted) => row.attempts - row.failures >= ALONE_AFTER
  const [first] = due
  if (first !== undefined && isWary(first)) return [first.id]
  return due.filter((row) => !isWary(row)).map(({ id }) => id)
}

/** From so many deaths on it was alone in hand five times when a daemon died. */
export const ASIDE_AFTER = 8
const ASIDE_MS = 15_000
const ASIDE_MAX_MS = 15 * 60_000

/**
 * How long a message is left that was in hand at so many deaths. The others go on meanwhile; a daemon
 * that dies whatever it has in hand does not bring it to its end within a moment.
 */
export function asideMs(deaths: number): number {
  const times = deaths - ASIDE_AFTER
  return times <= 0 ? 0 : Math.min(ASIDE_MAX_MS, ASIDE_MS * 2 ** (times - 1))
}
