/** What a person at a terminal reads about a message. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explanationText } from '../../src/cli/explain-text.ts'
import { unreadableExplanation } from '../../src/inbound/explanation.ts'
import type { Explanation } from '../../src/inbound/explanation.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'mail')
const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.expected.json'))

/** Long texts are shortened, HTML is only counted. */
const NOT_WHOLE = ['html', 'full_text']

function factsIn(value: unknown, key = ''): string[] {
  if (NOT_WHOLE.includes(key)) return []
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => factsIn(inner, name))
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ')

test.each(names)('%s: every fact of the JSON is there', (name) => {
  const explanation = JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')) as Explanation
  const text = squeezed(explanationText(explanation, name))
  const missing = factsIn(explanation)
    .filter(
      (fact) => !/[\p{Cc}\u200e\u202e]/u.test(fact.replace(/[\n\t]/g, '')) && fact.length < 1_500,
    )
    .filter((fact) => !text.includes(squeezed(fact).trim()))
  expect(missing).toEqual([])
})

const explanation = (changes: Partial<Explanation>): Explanation => ({
  ...unreadableExplanation('x'),
  problems: [],
  ...changes,
})

describe('it says why', () => {
  test('each rule that fired is a line', () => {
    const text = explanationText(
      explanation({
        verdict: 'list',
        verdict_reasons: ['List-Id (RFC 2919)', 'Precedence says list'],
      }),
      'a.eml',
    )
    expect(text).toContain('Verdict         list\n')
    expect(text).toContain('because: List-Id (RFC 2919)\n')
    expect(text).toContain('because: Precedence says list\n')
    expect(text).toContain('Answered        never automatically')
  })

  test('only what a person wrote opens a ticket', () => {
    const threading = (verdict: Explanation['verdict']): string =>
      explanationText(explanation({ verdict }), 'a.eml').split('Threading')[1]?.split('\n')[0] ?? ''
    expect(threading('person')).toContain('opens one')
    expect(threading('bounce')).not.toContain('opens one')
  })

  test.each([
    ['On 5 Jan 2026, Ana <ana@example.org> wrote:\n> Hi', 'an attribution line says'],
    ['From: Ana <ana@example.org>\nSent: 2026\nTo: Bo\nSubject: x\n\nHi', 'the header block'],
    ['-----Original Message-----\nHi', 'the original message follows'],
    ['---------- Forwarded message ---------\nHi', 'a forwarded message follows'],
    ['> Hi', 'marked as quoted'],
  ])('%j was folded', (quoted, why) => {
    expect(explanationText(explanation({ quoted_text: quoted }), 'a.eml')).toContain(why)
  })

  test.each([
    ['-- \nAna', 'signature delimiter'],
    ['Sent from my iPhone', 'a phone'],
  ])('%j was folded as signature', (signature, why) => {
    expect(explanationText(explanation({ signature_text: signature }), 'a.eml')).toContain(why)
  })

  test('a bounce tells what the server said', () => {
    const recipients = [
      {
        address: 'ana@example.org' as never,
        status: '5.1.1',
        action: 'failed',
        diagnostic: '550 no',
        permanent: true,
        reason: 'no such mailbox',
      },
    ]
    const text = explanationText(
      explanation({ bounce: { recipients, original_message_id: 'm@acme.test' } }),
      'a.eml',
    )
    expect(text).toContain('ana@example.org: failed, 5.1.1, no such mailbox, permanent')
    expect(text).toContain('said: 550 no')
    expect(text).toContain('Our mail was    m@acme.test')
  })
})
