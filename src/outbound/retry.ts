/** When an attempt that failed is made again (RFC 5321 §4.5.4.1 is for relays; ours is a submission). */

const MINUTE = 60_000
/** 1, 5, 15, 30 minutes, 1 and 2 hours, then every 4 hours. */
const SCHEDULE_MS = [1, 5, 15, 30, 60, 120].map((minutes) => minutes * MINUTE)
const LATER_MS = 240 * MINUTE
/** RFC 6647 §2.1: a greylisting server wants to see us again after a few minutes. */
const GREYLIST_MS = 5 * MINUTE
/** After that the delivery has failed. */
export const GIVE_UP_AFTER_MS = 48 * 3_600_000

/** Milliseconds until the next attempt; `attempts` made so far, `random` in [0, 1). */
export function retryDelayMs(attempts: number, scope: string, random: number): number {
  const planned = SCHEDULE_MS[attempts - 1] ?? LATER_MS
  const delay = scope === 'recipient' ? Math.max(GREYLIST_MS, planned) : planned
  return Math.round(delay * (0.9 + 0.2 * random))
}

const CIRCUIT_FIRST_MS = 1_000
/** A server that is down is probed once a minute. */
const CIRCUIT_MAX_MS = MINUTE
/** Wrong credentials do not get right by trying, and trying locks accounts. */
const LOGIN_MAX_MS = 30 * MINUTE

/** Milliseconds until a server that failed as a whole is tried again; `failures` in a row, from 1. */
export function circuitDelayMs(failures: number, code: number | null, random: number): number {
  const login = code === 535 || code === 534
  const delay = login
    ? Math.min(LOGIN_MAX_MS, MINUTE * 4 ** (failures - 1))
    : Math.min(CIRCUIT_MAX_MS, CIRCUIT_FIRST_MS * 2 ** (failures - 1))
  return Math.round(delay * (0.9 + 0.2 * random))
}
