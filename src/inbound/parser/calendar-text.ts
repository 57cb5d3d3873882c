/** The invitations of a message as text: an answer to "when?" should not need another program. */
import { calendarSummary } from '../../mail/calendar.ts'
import { decodeBytes } from '../../mail/charset.ts'
import { firstBytesOf } from './content.ts'
import { LIMITS } from './limits.ts'
import type { Part } from './part.ts'

/** Invitations are a few kB; RFC 5545 §3.1.4: UTF-8 unless it says otherwise. */
const BYTES_MAX = 200_000

const isCalendar = ({ type, filename }: Part): boolean =>
  type === 'text/calendar' || type === 'application/ics' || /\.ics$/i.test(filename ?? '')

/** The summaries, one below the other; '' when there is no invitation. */
export function calendarText(parts: readonly Part[]): string {
  const summaries = parts
    .filter((part) => isCalendar(part) && part.size > 0)
    .slice(0, LIMITS.calendarsMax)
    .map(({ content, charset }) =>
      calendarSummary(decodeBytes(firstBytesOf(content, BYTES_MAX), charset ?? 'utf-8').text),
    )
  // The same invitation often comes twice: as an alternative and as a file.
  return [...new Set(summaries)].filter((summary) => summary !== null).join('\n\n')
}
