import { describe, expect, test } from 'vitest'
import { conversationIn, conversationOf, threadIndex } from '../../src/outbound/thread-index.ts'

const hex = (value: string) => Buffer.from(value, 'base64').toString('hex')
const base64 = (bytes: string) => Buffer.from(bytes, 'hex').toString('base64')
const GUID = 'c85c39b2c024428381b13c0c5c3fdeb4'
/** 12 February 2015, 13:22:43 UTC, in the two forms that clients write. */
const OLDER = `01d046c6fc06${GUID}`
const NEWER = `0101d046c6fc${GUID}`

describe('a customer’s Thread-Index', () => {
  const READ: readonly [what: string, header: string | null, root: string | null][] = [
    ['as Outlook writes it', base64(OLDER), OLDER],
    ['in the newer form', base64(NEWER), NEWER],
    ['with answers', base64(`${OLDER}0000a1b2c0aabbccdd20`), OLDER],
    ['folded', base64(OLDER).replace(/(.{10})/, '$1\r\n '), OLDER],
    ['none', null, null],
    ['empty', '', null],
    ['too short', base64(OLDER.slice(2)), null],
    ['of a length that no answers make', base64(`${OLDER}00`), null],
    ['that does not begin with 1', base64(`02${OLDER.slice(2)}`), null],
    ['that is no base64', `${base64(OLDER)}*`, null],
    ['with a header in it', `${base64(OLDER)}\r\nBcc: x@example.org`, null],
    ['without end', base64(OLDER + '0000a1b2c0'.repeat(100_000)), null],
  ]
  test.each(READ)('%s', (_what, header, root) => {
    const read = conversationIn(header)
    expect(read === null ? null : hex(read)).toBe(root)
  })
})

describe('an answer', () => {
  test('keeps the 22 bytes and adds five, which tell the time since', () => {
    for (const root of [OLDER, NEWER]) {
      const at = new Date('2015-02-12T13:32:43Z')
      const value = hex(threadIndex(base64(root), at, 'x'))
      expect(value.slice(0, 44)).toBe(root)
      expect(value).toHaveLength(54)
      // Units of 2^18 times 100 ns; the root's own time is cut to some seconds.
      const seconds = (Number.parseInt(value.slice(44, 52), 16) * 2 ** 18) / 1e7
      expect(Math.abs(seconds - 600)).toBeLessThan(3)
    }
  })

  test('after years sets the delta code and counts in larger units', () => {
    const value = hex(threadIndex(base64(OLDER), new Date('2026-07-06T10:00:00Z'), 'x'))
    const delta = Number.parseInt(value.slice(44, 52), 16)
    expect(delta >= 2 ** 31).toBe(true)
    const years = ((delta - 2 ** 31) * 2 ** 23) / 1e7 / 31_557_600
    expect(years).toBeCloseTo(11.4, 1)
  })

  test('before the conversation began, by a wrong clock, counts nothing', () => {
    const value = hex(threadIndex(base64(OLDER), new Date('2010-01-01T00:00:00Z'), 'x'))
    expect(value.slice(44, 52)).toBe('00000000')
  })
})

test('a conversation of our own has a true time, and is the same each time', () => {
  const begun = new Date('2015-02-12T13:22:43Z')
  const root = conversationOf('ticket 7', begun)
  expect(hex(root).slice(0, 12)).toMatch(/^01d046c6/)
  expect(conversationOf('ticket 7', begun)).toBe(root)
  expect(conversationOf('ticket 8', begun)).not.toBe(root)
  expect(conversationIn(root)).toBe(root)
})
