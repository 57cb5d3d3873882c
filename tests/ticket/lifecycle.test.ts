import { describe, expect, test } from 'vitest'
import { loadLifecycle } from '../../src/lifecycles.ts'
import {
  findStatus,
  getStatus,
  onCustomerMessage,
  ruleOf,
  stepTo,
} from '../../src/ticket/lifecycle.ts'

const usual = loadLifecycle('default')

const WORDS: readonly [word: string, status: string | null][] = [
  ['open', 'open'],
  ['wip', 'in_progress'],
  ['In Progress', 'in_progress'],
  ['in-progress', 'in_progress'],
  ['IN_PROGRESS', 'in_progress'],
  ['new', 'open'],
  ['opened', 'open'],
  ['awaited', 'open'],
  ['answered', 'pending'],
  ['solved', 'resolved'],
  ['done', null],
  ['', null],
  ['__proto__', null],
]
test.each(WORDS)('the word %j means %s', (word, status) => {
  expect(findStatus(usual, word)?.name ?? null).toBe(status)
})

test('an unknown word is refused with the accepted ones, and cut when it is long', () => {
  const refusal = expect.objectContaining({
    kind: 'invalid',
    code: 'unknown-status',
    details: { accepted: ['open', 'in_progress', 'pending', 'resolved', 'closed'] },
  }) as Error
  expect(() => getStatus(usual, 'done')).toThrow(refusal)
  expect(() => getStatus(usual, 'x'.repeat(9_999))).toThrow(/^.{0,300}$/s)
})

describe('a step', () => {
  const STEPS: readonly [lifecycle: string, from: string, to: string, what: string][] = [
    ['default', 'open', 'open', 'stay'],
    ['default', 'open', 'closed', 'move'],
    ['default', 'closed', 'closed', 'stay'],
    ['default', 'closed', 'open', 'refuse'],
    ['strict', 'opened', 'awaited', 'refuse'],
    ['strict', 'opened', 'answered', 'move'],
    ['strict', 'awaited', 'opened', 'refuse'],
    ['simple', 'closed', 'open', 'move'],
    ['tracker', 'open', 'nowhere', 'refuse'],
  ]
  test.each(STEPS)('in %s from %s to %s: %s', (name, from, to, what) => {
    expect(stepTo(loadLifecycle(name), from, to).do).toBe(what)
  })

  test('that is refused says which are allowed', () => {
    expect(stepTo(loadLifecycle('strict'), 'opened', 'awaited')).toEqual({
      do: 'refuse',
      allowed: ['answered', 'closed'],
    })
  })
})

describe('a customer’s message', () => {
  const HOUR = 3_600_000
  const ON: readonly [
    lifecycle: string,
    status: string,
    closedFor: number | null,
    window: number,
    effect: string,
  ][] = [
    ['default', 'open', null, 0, 'comment'],
    ['default', 'pending', null, 0, 'comment -> open'],
    ['default', 'resolved', HOUR, 0, 'comment -> open'],
    ['default', 'closed', HOUR, 0, 'follow_up'],
    ['default', 'closed', 0, 0, 'follow_up'],
    ['default', 'closed', HOUR, 2 * HOUR, 'comment -> open'],
    ['default', 'closed', 2 * HOUR, 2 * HOUR, 'follow_up'],
    ['default', 'closed', null, 2 * HOUR, 'follow_up'],
    ['strict', 'answered', null, 0, 'comment -> awaited'],
    ['strict', 'opened', null, 0, 'comment'],
    ['strict', 'closed', HOUR, 2 * HOUR, 'comment -> awaited'],
    ['simple', 'wip', null, 0, 'comment'],
    ['tracker', 'pending', null, 0, 'comment -> open'],
    ['tracker', 'closed', HOUR, 0, 'follow_up'],
  ]
  test.each(ON)(
    'in %s on %s, closed for %s, window %s: %s',
    (name, status, forMs, window, want) => {
      const effect = onCustomerMessage(loadLifecycle(name), status, {
        forMs,
        reopenWindowMs: window,
      })
      const moved = effect.do === 'comment' && effect.status !== null ? ` -> ${effect.status}` : ''
      expect(effect.do + moved).toBe(want)
    },
  )
})

test('a stored status the lifecycle no longer knows counts as its initial one', () => {
  expect(ruleOf(loadLifecycle('strict'), 'in_progress').name).toBe('opened')
})
