/** Invitations, as a person reads them. */
import { describe, expect, test } from 'vitest'
import { calendarSummary } from '../../src/mail/calendar.ts'

const event = (lines: string, method = 'REQUEST'): string =>
  [
    'BEGIN:VCALENDAR',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')

test('says what, when, where and who', () => {
  const text = event(
    [
      'SUMMARY:Printer\\, second floor',
      'DTSTART;TZID="Europe/Berlin":20260105T100000',
      'DTEND;TZID=Europe/Berlin:20260105T110000',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      'LOCATION:Room 1\\nleft of the stairs',
      'ORGANIZER;CN="Ana: Desk":mailto:ana@example.org',
      'ATTENDEE;PARTSTAT=ACCEPTED;CN=Ben:mailto:ben@exam',
      ' ple.org',
      'ATTENDEE:mailto:cem@example.org',
      'BEGIN:VALARM',
      'SUMMARY:Alarm',
      'END:VALARM',
    ].join('\r\n'),
  )
  expect(calendarSummary(text)).toBe(
    [
      'Invitation: Printer, second floor',
      'When: 2026-01-05 10:00 – 11:00 (Europe/Berlin)',
      'Repeats: weekly',
      'Where: Room 1 left of the stairs',
      'Organizer: Ana: Desk <ana@example.org>',
      'Attendees: Ben <ben@example.org> (accepted), cem@example.org',
    ].join('\n'),
  )
})

describe('says what it is about', () => {
  // prettier-ignore
  test.each([
    ['a cancellation', event('SUMMARY:x', 'CANCEL'), 'Cancelled: x'],
    ['... by its status', event('SUMMARY:x\r\nSTATUS:CANCELLED'), 'Cancelled: x'],
    [
      'an answer',
      event('SUMMARY:x\r\nATTENDEE;PARTSTAT=DECLINED:mailto:b@example.org', 'REPLY'),
      'Answer to an invitation: x\nAttendees: b@example.org (declined)',
    ],
    ['a published event', event('SUMMARY:x', 'PUBLISH'), 'Event: x'],
    ['a whole day', event('DTSTART;VALUE=DATE:20260105', ''), 'Event\nWhen: 2026-01-05'],
    [
      'UTC over midnight',
      event('DTSTART:20260105T230000Z\r\nDTEND:20260106T010000Z', ''),
      'Event\nWhen: 2026-01-05 23:00 – 2026-01-06 01:00 (UTC)',
    ],
    ['bare line feeds', event('SUMMARY:x').replaceAll('\r', ''), 'Invitation: x'],
  ])('%s', (_, text, summary) => {
    expect(calendarSummary(text)).toBe(summary)
  })
})

test('counts what it does not show', () => {
  const people = Array.from({ length: 40 }, (_, index) => `ATTENDEE:mailto:p${index}@example.org`)
  expect(calendarSummary(event(people.join('\r\n')))).toContain('p9@example.org and 30 more')
  expect(calendarSummary(event('SUMMARY:x').repeat(9))).toContain('(6 more)')
})

test.each(['', 'BEGIN:VCALENDAR', 'no calendar: at all', 'BEGIN:VEVENT:x'])(
  '%j is no invitation',
  (text) => {
    expect(calendarSummary(text)).toBeNull()
  },
)

test.each([';', '"', ':', 'A;B="', ' \n', 'BEGIN:VEVENT\n'])(
  'a megabyte of %j is cheap',
  (piece) => {
    const started = performance.now()
    calendarSummary(`BEGIN:VEVENT\n${piece.repeat(1_000_000 / piece.length)}`)
    expect(performance.now() - started).toBeLessThan(1_000)
  },
)
