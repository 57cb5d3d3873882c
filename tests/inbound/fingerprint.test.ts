import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../src/inbound/fingerprint.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const of = (text: string) => fingerprintOf(Buffer.from(text, 'latin1'))

const IDS: readonly [what: string, source: string, id: string | null][] = [
  ['plain', 'Message-ID: <a@b.test>\r\n\r\nx', 'a@b.test'],
  ['in any case', 'mESSAGE-id:<a@b.test>\r\n\r\nx', 'a@b.test'],
  ['with bare LF', 'From: x\nMessage-ID: <a@b.test>\n\nx', 'a@b.test'],
  ['folded', 'Message-ID:\r\n <a@b.test>\r\n\r\nx', 'a@b.test'],
  ['the first usable of two', 'Message-ID: none\r\nMessage-ID: <a@b.test>\r\n\r\n', 'a@b.test'],
  ['with a NUL, which no database takes', 'Message-ID: <a\0b@c.test>\r\n\r\n', 'ab@c.test'],
  ['in the body', 'From: x\r\n\r\nMessage-ID: <a@b.test>', null],
  ['of another header', 'X-Message-ID: <a@b.test>\r\n\r\n', null],
  ['missing', 'From: x\r\n\r\n', null],
  ['without brackets', 'Message-ID: a@b.test\r\n\r\n', null],
  ['of nothing', '', null],
]
test.each(IDS)('the Message-ID %s', (_what, source, id) => {
  expect(of(source).messageId).toBe(id)
})

describe('the body hash', () => {
  test('is the same whatever the way added to the header', () => {
    const first = of('Received: by a\r\nMessage-ID: <a@b.test>\r\n\r\nbody')
    expect(first).toEqual(of('Message-ID: <a@b.test>\r\nX-Spam: no\r\n\r\nbody'))
    expect(first.bodyHash).toBe(sha256('body'))
  })

  test.each([
    ['CRLF', 'A: b\r\n\r\nbody\n\nmore', 'body\n\nmore'],
    ['LF', 'A: b\n\nbody\r\n\r\nmore', 'body\r\n\r\nmore'],
    ['no body', 'A: b\r\n', ''],
  ])('begins after the first empty line (%s)', (_what, source, body) => {
    expect(of(source).bodyHash).toBe(sha256(body))
  })
})
