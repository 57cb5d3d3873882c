import { describe, expect, test } from 'vitest'
import { commonOf, inRounds } from '../../src/inbound/side-by-side.ts'
import { anAddress } from '../kit/desk-context.ts'
import { aMessage, type MessageOf } from './a-message.ts'

const known = {
  own: new Set([anAddress('support@acme.test')]),
  staff: new Set([anAddress('bruno@acme.test')]),
}

describe('rounds', () => {
  const rounds = (batch: readonly string[]): string[] =>
    // A word touches its letters; one with a `!` may touch anything.
    inRounds(batch, (word) => (word.endsWith('!') ? null : word.split(''))).map((r) => r.join(' '))

  test.each([
    { batch: [], are: [] },
    { batch: ['a', 'b', 'c'], are: ['a b c'] },
    { batch: ['a', 'b', 'a', 'c', 'a'], are: ['a b c', 'a', 'a'] },
    // `ab` waits for both, and whoever needs one of its letters waits for it.
    { batch: ['a', 'b', 'b', 'ab', 'b', 'c'], are: ['a b c', 'b', 'ab', 'b'] },
    { batch: ['a', 'x!', 'b', 'a', 'y!'], are: ['a', 'x!', 'b a', 'y!'] },
  ])('$batch', ({ batch, are }) => {
    expect(rounds(batch)).toEqual(are)
  })
})

describe('what two messages have in common', () => {
  const shares = (a: MessageOf, b: MessageOf): boolean | null => {
    const [one, other] = [commonOf(aMessage(a), known), commonOf(aMessage(b), known)]
    return one === null || other === null ? null : one.some((key) => other.includes(key))
  }
  const bob = { from: 'bob@customer.test', messageId: 'bob@customer.test' }

  test.each([
    ['two people who write to us have nothing', {}, bob, false],
    ['the sender', {}, { messageId: 'second@customer.test' }, true],
    ['somebody who is copied', {}, { ...bob, cc: ['ana@customer.test'] }, true],
    ['the same message', {}, { ...bob, messageId: 'new@customer.test' }, true],
    ['an answer to it', {}, { ...bob, inReplyTo: ['new@customer.test'] }, true],
    ['an ancestor', { references: ['r@x.test'] }, { ...bob, references: ['r@x.test'] }, true],
    [
      'the same token',
      { to: ['support+t7@acme.test'] },
      { ...bob, to: ['support+t7@acme.test'] },
      true,
    ],
    ['a subject alone is nothing', { subject: 'Help' }, { ...bob, subject: 'Help' }, false],
    ['the subject of two answers', { subject: 'Re: Help' }, { ...bob, subject: 'AW: Help' }, true],
    ['a tagged subject', { subject: '[#7] A' }, { ...bob, subject: 'Re: [#7] A' }, true],
    ['an agent’s mail may touch any ticket', { from: 'bruno@acme.test' }, bob, null],
    ['nobody knows what a mail without an author touches', { from: null }, bob, null],
  ] as const)('%s', (_, a, b, expected) => {
    expect(shares(a, b)).toBe(expected)
  })

  test('a report on other mail is alone', () => {
    const bounce = { recipients: [], originalMessageId: null, detected: 'report' }
    const message = { ...aMessage(), bounce: bounce as never }
    expect(commonOf(message, known)).toBeNull()
    expect(commonOf({ ...aMessage(), reportType: 'disposition-notification' }, known)).toBeNull()
  })
})
