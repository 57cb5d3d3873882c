import { expect, test } from 'vitest'
import { together } from '../../src/store/claim-order.ts'

const row = (id: number, attempts: number, failures = 0) => ({ id, attempts, failures })

// biome-ignore format: a table
test.each([
  ['new messages', [row(1, 0), row(2, 0)], [1, 2]],
  ['messages that were in hand at two deaths', [row(1, 2), row(2, 2)], [1, 2]],
  ['a message that was in hand at three deaths is taken alone', [row(1, 3), row(2, 3)], [1]],
  ['and waits while others are ahead of it', [row(1, 0), row(2, 3), row(3, 0)], [1, 3]],
  ['a message’s own failures are another matter', [row(1, 3, 2), row(2, 0)], [1, 2]],
])('%s', (_what, due, taken) => {
  expect(together(due)).toEqual(taken)
})
