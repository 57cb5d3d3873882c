/** Instants for people: how long ago, with the exact time on hover. */
import { now } from '../state/clock.ts'

const STEPS: readonly [limitS: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
  [7 * 86_400, 'day', 86_400],
]
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

export const exactly = (at: string): string => exact.format(new Date(at))

/** `now`, `5 min. ago`, `yesterday`, `3 Mar`. */
export function ago(at: string, nowMs: number): string {
  const then = new Date(at)
  const seconds = Math.round((nowMs - then.getTime()) / 1000)
  if (Math.abs(seconds) < 45) return 'now'
  for (const [limit, unit, length] of STEPS) {
    if (Math.abs(seconds) < limit) return relative.format(-Math.round(seconds / length), unit)
  }
  const sameYear = then.getFullYear() === new Date(nowMs).getFullYear()
  return (sameYear ? day : dayOfYear).format(then)
}

export const Ago = ({ at }: { at: string }) => (
  <time dateTime={at} title={exactly(at)} class="whitespace-nowrap">
    {ago(at, now.value)}
  </time>
)

/** `3 d 4 h`, `12 min`. */
export function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  if (days > 0) return hours > 0 && days < 10 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`
}

const numbers = new Intl.NumberFormat()

/** A count as people write it: 100,000. */
export const counted = (count: number): string => numbers.format(count)
