import { expect, test } from 'vitest'
import { OtherDesks } from '../src/other-desks.ts'

const AT = new Date('2026-07-06T10:00:00Z')
const after = (minutes: number): Date => new Date(AT.getTime() + minutes * 60_000)

test('another desk is there for an hour after the newest of its mail', () => {
  const others = new OtherDesks()
  expect(others.answer('Support', AT)).toBe(false)
  others.looked('Support', after(-10), AT)
  expect(others.answer('Support', after(49))).toBe(true)
  expect(others.answer('Sales', after(49))).toBe(false)
  // A later look that finds nothing new does not end it.
  others.looked('Support', null, after(15))
  expect(others.answer('Support', after(49))).toBe(true)
  expect(others.answer('Support', after(50))).toBe(false)
})

test('a clock that is put back does not keep it there', () => {
  const others = new OtherDesks()
  others.looked('Support', AT, AT)
  expect(others.answer('Support', after(-24 * 60))).toBe(false)
})

test('only who has just looked can say that there is none', () => {
  const others = new OtherDesks()
  expect(others.areLookedFor('Support', AT)).toBe(false)
  others.looked('Support', null, AT)
  expect(others.areLookedFor('Support', after(16))).toBe(true)
  expect(others.areLookedFor('Support', after(21))).toBe(false)
})
