/** When a notice that did not arrive is tried again: ten attempts over about three days. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Pauses after the first, second, ... attempt; after the last one it failed for good. */
const PAUSES_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const

/** So that a receiver that comes back does not get everything in the same second. */
const JITTER = 0.2
const RETRY_AFTER_MS_MAX = 24 * HOUR

/**
 * Milliseconds until the next attempt; null: that was the last one.
 * @param attempts made by now, at least 1
 * @param retryAfterMs what the receiver asks for (RFC 9110 §10.2.3); null: nothing
 * @param random from 0 to 1
 */
export function nextAttemptIn(
  attempts: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  const pause = PAUSES_MS[attempts - 1]
  if (pause === undefined) return null
  const wanted = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX)
  return Math.max(Math.round(pause * (1 + JITTER * random)), wanted)
}

/** Milliseconds that a Retry-After header asks for: seconds or a date; null: nothing sensible. */
export function retryAfterMsOf(header: string | undefined, at: Date): number | null {
  if (header === undefined) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - at.getTime())
}
