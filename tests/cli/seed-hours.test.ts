import { expect, test } from 'vitest'
import { whenPeopleWrite } from '../../src/cli/seed-hours.ts'

const MONDAY = Date.UTC(2026, 2, 2)
const HOUR = 3_600_000
const NOW = MONDAY + 14 * 24 * HOUR
const moved = Array.from({ length: 7 * 24 * 10 }, (_, n) =>
  whenPeopleWrite(MONDAY + n * (HOUR / 10), NOW),
)

test('what is spread evenly comes to lie at working hours, in its week and in its order', () => {
  expect(moved).toEqual(moved.toSorted((a, b) => a - b))
  expect(moved[0]).toBe(MONDAY)
  expect(moved.at(-1)).toBeLessThan(MONDAY + 7 * 24 * HOUR)
  const dates = moved.map((at) => new Date(at))
  const weekend = dates.filter((date) => [0, 6].includes(date.getUTCDay())).length
  const office = dates.filter((date) => date.getUTCHours() >= 8 && date.getUTCHours() < 18).length
  expect(weekend / dates.length).toBeLessThan(0.1)
  expect(office / dates.length).toBeGreaterThan(0.7)
})

test('the week of now stays as it is', () => {
  const at = NOW + 3 * HOUR
  expect(whenPeopleWrite(at, NOW + 30 * HOUR)).toBe(at)
})
