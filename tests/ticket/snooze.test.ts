import { expect, test } from 'vitest'
import { shownAt, snoozeUntil } from '../../src/ticket/snooze.ts'

const AT = new Date('2026-03-01T10:00:00Z')

// biome-ignore format: a table
test.each([
  ['3d',          'UTC',              '2026-03-04T10:00:00.000Z'],
  ['90m',         'UTC',              '2026-03-01T11:30:00.000Z'],
  ['2 H',         'UTC',              '2026-03-01T12:00:00.000Z'],
  ['1w',          'Europe/Berlin',    '2026-03-08T10:00:00.000Z'],
  ['2026-03-04',  'UTC',              '2026-03-04T08:00:00.000Z'],
  ['2026-03-04',  'Europe/Berlin',    '2026-03-04T07:00:00.000Z'],
  ['2026-03-29',  'Europe/Berlin',    '2026-03-29T06:00:00.000Z'],
  ['2026-03-08',  'America/New_York', '2026-03-08T12:00:00.000Z'],
])('%s in %s', (word, zone, until) => {
  expect(snoozeUntil(word, AT, zone)?.toISOString()).toBe(until)
})

test.each([
  '',
  'tomorrow',
  '0d',
  '-3d',
  '3 days',
  '2026-02-31',
  '2025-01-01',
  '2036-01-01',
  '99999w',
])('%s means nothing', (word) => {
  expect(snoozeUntil(word, AT, 'UTC')).toBe(undefined)
})

test('none and off end it', () => {
  expect([snoozeUntil('none', AT, 'UTC'), snoozeUntil('OFF', AT, 'UTC')]).toEqual([null, null])
})

test('is shown as clocks show it', () => {
  expect(shownAt(AT, 'Europe/Berlin')).toBe('2026-03-01 11:00')
})
