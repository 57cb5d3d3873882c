/** When people write: on working days more than at weekends, and hardly at night. */

const HOUR_MS = 3_600_000
const WEEK_HOURS = 7 * 24
const WEEK_MS = WEEK_HOURS * HOUR_MS
/** 1970 began on a Thursday; weeks begin on Monday. */
const FIRST_MONDAY_MS = 4 * 24 * HOUR_MS

/** How much is written in each hour of a day, UTC, beside the others. */
const OF_DAY = [1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 12, 14, 17, 16, 13, 9, 6, 5, 4, 3, 2, 1]
/** The same for days, from Monday. */
const OF_WEEK = [10, 9, 9, 8, 7, 2, 2]

/** Up to the end of each hour of a week, the share that has been written. */
const shares = ((): readonly number[] => {
  const weights = OF_WEEK.flatMap((day) => OF_DAY.map((hour) => day * hour))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum / whole
  })
})()

/**
 * Moves an instant within its week, so that instants spread evenly come to lie where people write.
 * Which came first stays so. The week of `nowMs` is left alone: nothing is moved into the future.
 */
export function whenPeopleWrite(at: number, nowMs: number): number {
  const weekOf = (ms: number): number => Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS)
  const week = weekOf(at)
  if (week >= weekOf(nowMs)) return at
  const begin = FIRST_MONDAY_MS + week * WEEK_MS
  const share = (at - begin) / WEEK_MS
  const hour = shares.findIndex((end) => share < end)
  const before = shares[hour - 1] ?? 0
  const within = (share - before) / ((shares[hour] ?? 1) - before)
  return Math.round(begin + (hour + within) * HOUR_MS)
}
