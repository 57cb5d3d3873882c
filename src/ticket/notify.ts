/** Who hears of what, when, and when silence is better. Pure. */
import { unreachable } from '../errors.ts'

/** No automatic mail ever answers mail older than this. */
export const ANSWER_AGE_MAX_MS = 24 * 3_600_000

export const NOTICE_LEVELS = ['all', 'mine_unassigned', 'mine', 'digest', 'off'] as const
export type NoticeLevel = (typeof NOTICE_LEVELS)[number]

/** Minutes after midnight. `from` after `until`: over midnight. */
export interface QuietHours {
  readonly from: number
  readonly until: number
}

export interface NoticeSettings {
  /** Null: as the configuration says. */
  readonly level: NoticeLevel | null
  /** Null: at any time. */
  readonly quietHours: QuietHours | null
}

export interface Concern {
  /** Is he the assignee? */
  readonly mine: boolean
  readonly assigned: boolean
  readonly watching: boolean
  /** Did he ask to hear nothing of this ticket? */
  readonly muted: boolean
}

/** Does an agent want to hear about a customer's message on this ticket? */
export function wantsNotice(
  level: NoticeLevel,
  { mine, assigned, watching, muted }: Concern,
): boolean {
  if (muted) return false
  switch (level) {
    case 'all':
      return true
    case 'mine_unassigned':
      return mine || watching || !assigned
    case 'mine':
      return mine || watching
    case 'digest':
    case 'off':
      return false
    default:
      return unreachable(level)
  }
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

/** When quiet hours end, in a zone; null: they are not now. A change of the clock moves it by that. */
export function quietUntil(hours: QuietHours | null, timeZone: string, at: Date): Date | null {
  if (hours === null || hours.from === hours.until) return null
  const { minutes } = localTime(timeZone, at)
  const since = (minutes - hours.from + DAY_MINUTES) % DAY_MINUTES
  const lasts = (hours.until - hours.from + DAY_MINUTES) % DAY_MINUTES
  if (since >= lasts) return null
  const startOfMinute = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS
  return new Date(startOfMinute + (lasts - since) * MINUTE_MS)
}

/** Eight in the morning. */
const DIGEST_FROM = 8 * 60

/** The working day whose digest is due; null: it is too early, or a weekend. */
export function digestDay(timeZone: string, at: Date): string | null {
  const { minutes, day, weekday } = localTime(timeZone, at)
  const isWeekend = weekday === 'Sat' || weekday === 'Sun'
  return isWeekend || minutes < DIGEST_FROM ? null : day
}

function localTime(timeZone: string, at: Date): { minutes: number; day: string; weekday: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
  return {
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
    day: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: part('weekday'),
  }
}
