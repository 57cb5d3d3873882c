/**
 * A server that asks to be left alone for a while (Microsoft 365: `BAD Request is throttled.
 * Suggested Backoff Time: 92415 milliseconds`).
 *
 * imapflow waits by itself, up to three minutes in the middle of a command, which to our own
 * deadlines is a server that does not answer: the next connection would come a second later, to a
 * server that asked for a minute. So the session ends, and the pause before the next one is as long
 * as the server wishes. All that imapflow says of it beforehand goes to its log.
 */

export class Throttled extends Error {
  override readonly name = 'Throttled'
  readonly waitMs: number

  constructor(waitMs: number) {
    super(`it asks us to wait ${Math.ceil(waitMs / 1000)} s`)
    this.waitMs = waitMs
  }
}

const nothing = (): void => {}

/** A log for imapflow that keeps nothing, and hears for how many milliseconds we are to wait. */
export const logHearing = (throttled: (waitMs: number) => void) => ({
  debug: nothing,
  info: nothing,
  error: nothing,
  fatal: nothing,
  warn(entry: unknown): void {
    if (typeof entry !== 'object' || entry === null || !('throttleDelay' in entry)) return
    throttled(Number(entry.throttleDelay))
  },
})
