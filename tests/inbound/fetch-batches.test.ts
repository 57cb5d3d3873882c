import { expect, test } from 'vitest'
import { uidSet } from '../../src/inbound/fetch-batches.ts'

test.each([
  [[], ''],
  [[7], '7'],
  [[3, 4, 5], '3:5'],
  [[3, 4, 6, 9, 10], '3:4,6,9:10'],
  [[5, 4, 4], '5,4,4'],
])('%j is asked for as "%s"', (uids, set) => {
  expect(uidSet(uids)).toBe(set)
})
