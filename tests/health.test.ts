import { expect, test } from 'vitest'
import { Health } from '../src/health.ts'

const MINUTE = 60_000
const failure = { error: 'Nothing answers.', nextRetryAt: new Date(0) }

test('a connection fails from its first failure on, until one works', () => {
  const health = new Health()
  health.failed('Support', 'imap', failure, new Date(0))
  health.failed('Support', 'imap', failure, new Date(9 * MINUTE))
  expect(health.failingFor(10 * MINUTE, new Date(10 * MINUTE))).toMatchObject([{ side: 'imap' }])
  health.succeeded('Support', 'imap', new Date(11 * MINUTE))
  expect(health.failingFor(0, new Date(12 * MINUTE))).toEqual([])
})

test('a clock that was ahead and is put right does not hide a failure', () => {
  const health = new Health()
  health.failed('Support', 'smtp', failure, new Date(24 * 60 * MINUTE))
  health.failed('Support', 'smtp', failure, new Date(0))
  expect(health.failingFor(10 * MINUTE, new Date(10 * MINUTE))).toMatchObject([{ side: 'smtp' }])
})
