/** As what a ticket is counted: how it is now, and what happened on which day of its inbox. */
import type { Ticket } from './ticket.ts'

export interface Counted {
  /** Status, its category, category, priority, assignee, inbox; '' and 0 stand for none. */
  readonly now: readonly [string, string, string, string, number, number]
  /** Days like 2026-03-01, in the time zone of its inbox. */
  readonly created: string
  /** Null: it is not closed now. */
  readonly resolved: string | null
  /** The day we first answered what a customer asked, and how long he had waited. */
  readonly answered: { readonly day: string; readonly bucket: number } | null
  /** How long it took until it was resolved. */
  readonly resolution: number | null
}

/** Null: a deleted ticket is not counted. */
export function countedAs(ticket: Ticket, timeZone: string): Counted | null {
  if (ticket.deletedAt !== null) return null
  const { createdAt, closedAt, firstAnsweredAt } = ticket
  const since = (at: Date): number => bucketOf(at.getTime() - createdAt.getTime())
  // What we opened ourselves was answered before anybody asked.
  const answered = firstAnsweredAt !== null && firstAnsweredAt > createdAt ? firstAnsweredAt : null
  return {
    now: [
      ticket.status,
      ticket.statusCategory,
      ticket.category ?? '',
      ticket.priority,
      ticket.assigneeId ?? 0,
      ticket.inboxId ?? 0,
    ],
    created: dayOf(createdAt, timeZone),
    resolved: closedAt === null ? null : dayOf(closedAt, timeZone),
    answered:
      answered === null ? null : { day: dayOf(answered, timeZone), bucket: since(answered) },
    resolution: closedAt === null ? null : since(closedAt),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day at an instant somewhere: 2026-03-01. */
export function dayOf(at: Date, timeZone: string): string {
  let format = formats.get(timeZone)
  if (format === undefined) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
    // Canadian English writes days as ISO 8601 does.
    format = new Intl.DateTimeFormat('en-CA', { ...parts, timeZone })
    formats.set(timeZone, format)
  }
  return format.format(at)
}

/** Times are counted in classes, eight for each doubling: wrong by less than a tenth. */
const CLASSES_OF_DOUBLING = 8

/** The class of a duration in milliseconds; 0: a second or less. */
export const bucketOf = (ms: number): number =>
  Math.max(0, Math.ceil(Math.log2(Math.max(1, ms / 1000)) * CLASSES_OF_DOUBLING))

/** The middle of a class, in seconds. */
export const secondsOf = (bucket: number): number =>
  Math.round(2 ** ((bucket - (bucket === 0 ? 0 : 0.5)) / CLASSES_OF_DOUBLING))

/**
 * How long it took at most in `percent` of the cases, in seconds; null: there was none.
 * @param histogram bucket -> how many.
 */
export function percentile(histogram: ReadonlyMap<number, number>, percent: number): number | null {
  const total = [...histogram.values()].reduce((sum, count) => sum + count, 0)
  let left = Math.max(1, Math.ceil((total * percent) / 100))
  for (const [bucket, count] of [...histogram].toSorted(([a], [b]) => a - b)) {
    left -= count
    if (count > 0 && left <= 0) return secondsOf(bucket)
  }
  return null
}

export interface WeekHour {
  /** ISO 8601: 1 is Monday. */
  readonly weekday: number
  readonly hour: number
  readonly count: number
}

const WEEK_HOURS = 7 * 24

/** All hours of a week as clocks in `zone` show them, from Monday at midnight. */
export function weekHours(
  counted: readonly { readonly at: Date; readonly count: number }[],
  { from, to, zone }: { from: string; to: string; zone: string },
): WeekHour[] {
  const counts = Array.from({ length: WEEK_HOURS }, () => 0)
  const hourOf = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: zone })
  for (const { at, count } of counted) {
    const day = dayOf(at, zone)
    if (day < from || day > to) continue
    const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
    const index = weekday * 24 + Number(hourOf.format(at))
    counts[index] = (counts[index] ?? 0) + count
  }
  return counts.map((count, index) => ({
    weekday: Math.floor(index / 24) + 1,
    hour: index % 24,
    count,
  }))
}
