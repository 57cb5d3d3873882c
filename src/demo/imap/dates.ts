/** The two date forms of IMAP (RFC 9051 §9): `date-time` of a message, `date` of a search. */
import { BadCommand } from './tokens.ts'

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

const two = (number: number): string => String(number).padStart(2, '0')

export function formatDateTime(date: Date): string {
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()}`
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${day} ${time} +0000`
}

/** `17-Jul-2026 02:44:25 -0700` */
export function parseDateTime(text: string): Date {
  const [day = '', time = '', zone = ''] = text.trim().split(' ')
  const date = new Date(`${isoDay(day)}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`)
  if (Number.isNaN(date.getTime())) throw new BadCommand('Bad date-time')
  return date
}

/** `1-Feb-2026` as the midnight, UTC, that begins it. */
export function parseDay(text: string): Date {
  const date = new Date(`${isoDay(text)}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) throw new BadCommand('Bad date')
  return date
}

function isoDay(text: string): string {
  const [day = '', month = '', year = ''] = text.split('-')
  return `${year}-${two(MONTHS.indexOf(month) + 1)}-${day.padStart(2, '0')}`
}
