import { expect, test } from 'vitest'
import { uidRanges, uidSet } from '../../src/inbound/fetch-batches.ts'

test.each([
  [[], ''],
  [[7], '7'],
  [[3, 4, 5], '3:5'],
  [[3, 4, 6, 9, 10], '3:4,6,9:10'],
  [[5, 4, 4], '5,4,4'],
])('%j is asked for as "%s"', (uids, set) => {
  expect(uidSet(uids)).toBe(set)
})

test.each([
  ['nothing is known of its end', 1, { uidNext: null, exists: 2_000_000 }, 1],
  ['it is small', 1, { uidNext: 4_000_000_000, exists: 2_000 }, 1],
  ['all but a few is known', 1_999_990, { uidNext: 2_000_001, exists: 2_000_000 }, 1],
  ['it holds millions', 1, { uidNext: 2_000_001, exists: 2_000_000 }, 1_000],
  ['it has large gaps', 1, { uidNext: 4_000_000_000, exists: 20_000 }, 10],
  ['it says what cannot be', 1, { uidNext: 3, exists: 2_000_000 }, 1],
])('a folder is asked about without gaps when %s', (_what, from, folder, count) => {
  const ranges = [...uidRanges(from, folder)]
  expect(ranges).toHaveLength(count)
  expect(ranges.map((range) => range.from)).toEqual([
    from,
    ...ranges.slice(0, -1).map(({ to }) => (to ?? 0) + 1),
  ])
  expect(ranges.at(-1)?.to).toBe(null)
})
