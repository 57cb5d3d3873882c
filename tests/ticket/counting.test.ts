import { describe, expect, test } from 'vitest'
import { bucketOf, dayOf, percentile, secondsOf } from '../../src/ticket/counting.ts'

test('a day is that of the place', () => {
  const at = new Date('2026-03-01T23:30:00Z')
  expect(dayOf(at, 'UTC')).toBe('2026-03-01')
  expect(dayOf(at, 'Europe/Berlin')).toBe('2026-03-02')
  expect(dayOf(at, 'America/New_York')).toBe('2026-03-01')
})

describe('times in classes', () => {
  test('are wrong by less than a tenth', () => {
    for (let s = 2; s < 90 * 86_400; s = Math.ceil(s * 1.37)) {
      const told = secondsOf(bucketOf(s * 1000))
      expect([s, Math.abs(told - s) / s < 0.1 || Math.abs(told - s) <= 1]).toEqual([s, true])
    }
    expect(secondsOf(bucketOf(0))).toBe(1)
    expect(secondsOf(bucketOf(-5))).toBe(1)
  })

  test('have percentiles', () => {
    const of = (...seconds: number[]) => {
      const histogram = new Map<number, number>()
      for (const s of seconds) {
        const bucket = bucketOf(s * 1000)
        histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1)
      }
      return histogram
    }
    const near = (s: number) => secondsOf(bucketOf(s * 1000))
    expect(percentile(of(), 50)).toBe(null)
    expect(percentile(of(60), 50)).toBe(near(60))
    expect(percentile(of(10_000, 60, 600), 50)).toBe(near(600))
    expect(percentile(of(10_000, 60, 600), 90)).toBe(near(10_000))
    expect(percentile(of(10_000, 60, 600), 1)).toBe(near(60))
    expect(percentile(new Map([[3, 0]]), 50)).toBe(null)
  })
})
