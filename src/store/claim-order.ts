/** Which messages a daemon takes in hand together, and which it takes alone. */

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
