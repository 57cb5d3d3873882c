/** Subjects: what is a prefix, what is our tag, what was forwarded. */
import { describe, expect, test } from 'vitest'
import {
  baseSubject,
  isForwardSubject,
  isReplySubject,
  subjectTag,
} from '../../src/mail/subject.ts'

test.each([
  ['Re: Printer', 'Printer'],
  ['RE: AW: Fwd: Printer', 'Printer'],
  ['Re[2]: Printer', 'Printer'],
  ['SV: VS: Printer', 'Printer'],
  ['回复：Printer', 'Printer'],
  ['[#42] Re: Printer', 'Printer'],
  ['Re: [#42] Printer', 'Printer'],
  ['Regarding: Printer', 'Regarding: Printer'],
  ['Re:', ''],
  [null, ''],
])('the base of %s is %s', (subject, base) => {
  expect(baseSubject(subject)).toBe(base)
})

describe('only an exact positive integer is a tag', () => {
  test.each([
    ['[#42] Printer', 42],
    ['Re: [#9007199254740991] x', 9007199254740991],
    ['[#9007199254740993] x', null],
    ['[#99999999999999999999] x', null],
    ['[#-1] x', null],
    ['[#1e3] x', null],
    ['[#0x1] x', null],
    ['[#0] x', null],
    ['[#1.5] x', null],
    ['[# 42] x', null],
    ['[Ticket#42] x', null],
    ['[#x] then [#7]', 7],
    [null, null],
  ])('%s', (subject, tag) => {
    expect(subjectTag(subject)).toBe(tag)
  })
})

test('forwards and replies are told apart', () => {
  expect(isForwardSubject('WG: Drucker')).toBe(true)
  expect(isForwardSubject('Re: Fwd: Drucker')).toBe(false)
  expect(isForwardSubject('Printer (fwd)')).toBe(true)
  expect(isReplySubject('AW: Drucker')).toBe(true)
  expect(isReplySubject('Drucker')).toBe(false)
})
