import { expect, test } from 'vitest'
import { languageWishes } from '../../src/inbound/language-wishes.ts'
import { aMessage } from './a-message.ts'

type Headers = readonly (readonly [string, string])[]

const WISHES: readonly [what: string, headers: Headers, language: string | null, tags: string[]][] =
  [
    ['nothing at all', [], null, []],
    ['the text alone', [], 'de', ['de']],
    [
      'Outlook’s two headers',
      [
        ['accept-language', 'en-US, de-DE'],
        ['content-language', 'de-DE'],
      ],
      null,
      ['de-DE', 'en-US'],
    ],
    ['the header before the text', [['content-language', 'fr']], 'en', ['fr', 'en']],
    ['weights', [['accept-language', 'en;q=0.2, sv, de;q=0.8, nl;q=0']], null, ['sv', 'de', 'en']],
    ['the older name', [['x-accept-language', 'pl, en']], null, ['pl', 'en']],
    ['a comment', [['content-language', 'pt-br (Brazil)']], null, ['pt-BR']],
    [
      'nonsense',
      [['content-language', 'Deutsch bitte, *, und, i-default, ../../etc']],
      'de',
      ['de'],
    ],
    [
      'the same twice',
      [
        ['content-language', 'DE'],
        ['accept-language', 'de'],
      ],
      'de',
      ['de'],
    ],
  ]
test.each(WISHES)('%s', (_what, headers, language, tags) => {
  expect(languageWishes({ ...aMessage({ headers }), language }, 'sender')).toEqual(tags)
})

test('many and long tags are bounded', () => {
  const many = Array.from({ length: 100_000 }, (_, n) => `de-x-${n}`).join(',')
  expect(languageWishes(aMessage({ headers: [['accept-language', many]] }), 'sender')).toEqual([
    'de',
  ])
})

test('a forward speaks the language of what was forwarded, not of the forwarder', () => {
  const message = aMessage({ headers: [['content-language', 'en']] })
  const text = 'Guten Tag, ich habe eine Frage: der Drucker und das Papier sind nicht da.'
  const forwarded = {
    from: { address: null, name: null },
    subject: null,
    date: null,
    text,
    note: '',
  }
  expect(languageWishes({ ...message, forwarded, language: 'en' }, 'forwarded')).toEqual(['de'])
})
