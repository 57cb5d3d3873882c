/** Until when a ticket is put off: `3d`, `2026-03-04`, `none`. */

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const
/** A day begins when people come to work. */
const MORNING_HOUR = 8
/** Later ones are mistakes. */
export const SNOOZE_MS_MAX = 366 * 86_400_000

/** Undefined: it means nothing; null: not any longer. */
export function snoozeUntil(word: string, at: Date, timeZone: string): Date | null | undefined {
  const text = word.trim().toLowerCase()
  if (text === 'none' || text === 'off') return null
  const duration = /^(\d{1,5}) ?([mhdw])$/.exec(text)
  if (duration !== null) {
    const ms = Number(duration[1]) * UNIT_MS[duration[2] as keyof typeof UNIT_MS]
    return inReach(new Date(at.getTime() + ms), at)
  }
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (day === null) return undefined
  const [year, month, date] = day.slice(1).map(Number)
  const wanted = Date.UTC(year ?? 0, (month ?? 0) - 1, date, MORNING_HOUR)
  if (new Date(wanted).toISOString().slice(0, 10) !== text) return undefined
  return inReach(wallTime(wanted, timeZone), at)
}

/** Neither over already nor for ever. */
const inReach = (until: Date, at: Date): Date | undefined => {
  const ms = until.getTime() - at.getTime()
  return ms > 0 && ms <= SNOOZE_MS_MAX ? until : undefined
}

/** The instant when clocks somewhere show what UTC would show at `wanted`. */
function wallTime(wanted: number, timeZone: string): Date {
  let guess = wanted
  // A second look corrects a change of the clocks in between.
  for (let look = 0; look < 2; look += 1) guess = wanted - offsetAt(guess, timeZone)
  return new Date(guess)
}

/** How far clocks there are ahead of UTC, in milliseconds. */
function offsetAt(ms: number, timeZone: string): number {
  const shown = new Date(ms).toLocaleString('sv-SE', { timeZone })
  return Date.parse(`${shown.replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000
}

/** `2026-03-04 08:00`, as clocks there show it. */
export const shownAt = (at: Date, timeZone: string): string =>
  at.toLocaleString('sv-SE', { timeZone }).slice(0, 16)
