import { expect, test } from 'vitest'
import { languageTag } from '../../src/mail/language-tag.ts'
import { directionOf, pickLocale } from '../../src/outbound/template-locale.ts'

const AVAILABLE = ['ar', 'de', 'en', 'fr', 'pt-BR', 'zh-CN']

const PICKS: readonly [wishes: (string | null)[], locale: string | null, format?: string][] = [
  [['de'], 'de', 'de'],
  [['DE_at'], 'de', 'de-AT'],
  [['en-GB'], 'en', 'en-GB'],
  [['fr-Latn-CA-x-private'], 'fr', 'fr-Latn-CA'],
  [['pt-PT'], 'pt-BR', 'pt-BR'],
  [['zh'], 'zh-CN', 'zh-CN'],
  [['zh-Hans-SG'], 'zh-CN', 'zh-CN'],
  // Another script is another text to its reader.
  [['zh-TW'], null],
  [['zh-TW', 'en'], 'en', 'en'],
  [[null, '', 'not a tag', '*', 'x-klingon', 'und', 'de'], 'de', 'de'],
  [['sv', 'da'], null],
  [['de-u-nu-thai-ca-buddhist'], 'de', 'de'],
  [[`de-${'abcdefgh-'.repeat(20)}x`], null],
]
test.each(PICKS)('%j is answered in %s', (wishes, locale, format) => {
  const picked = pickLocale(wishes, AVAILABLE)
  expect(picked).toEqual(locale === null ? null : { locale, format })
})

test('a tag is canonical or null', () => {
  expect(['PT_br', ' de ', 'zh-hant-tw', 'english please', 'i-default'].map(languageTag)).toEqual([
    'pt-BR',
    'de',
    'zh-Hant-TW',
    null,
    null,
  ])
})

test('right to left is a matter of script', () => {
  expect(['ar', 'he', 'fa', 'ur', 'ckb', 'en', 'ku', 'pa-PK'].map(directionOf)).toEqual([
    'rtl',
    'rtl',
    'rtl',
    'rtl',
    'rtl',
    'ltr',
    'ltr',
    'rtl',
  ])
})
