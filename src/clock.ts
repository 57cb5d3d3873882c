/** The time, as a dependency: code that decides by time takes a Clock, tests move it by hand. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
