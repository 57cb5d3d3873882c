import { expect, test } from 'vitest'
import { Pace } from '../../src/outbound/pace.ts'

const MINUTE = 60_000

test('no more begin in a time than the rate allows', () => {
  const pace = new Pace({ count: 2, windowMs: MINUTE })
  for (const at of [0, 1_000]) pace.note(at)
  expect([pace.room(2_000), pace.waitMs(2_000)]).toEqual([0, MINUTE - 2_000])
  expect(pace.room(MINUTE)).toBe(1)
})

test('what began before the clock was put back does not count for as long as it was ahead', () => {
  const pace = new Pace({ count: 2, windowMs: MINUTE })
  const dayAhead = 24 * 60 * MINUTE
  for (const at of [dayAhead, dayAhead + 1]) pace.note(at)
  expect(pace.room(MINUTE)).toBe(2)
})
