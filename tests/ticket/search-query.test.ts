import { describe, expect, test } from 'vitest'
import { parseSearch, TERMS_MAX } from '../../src/ticket/search-query.ts'
import { wordsOf } from '../../src/ticket/words.ts'

describe('words of a text', () => {
  // biome-ignore format: a table
  test.each([
    ['letters and digits', 'Invoice 2231-b (wrong)', ['invoice', '2231', 'b', 'wrong']],
    ['without accents', 'Änderung für Zoë: ÇA naïve', ['anderung', 'fur', 'zoe', 'ca', 'naive']],
    ['sharp s as two', 'STRASSE Straße', ['strasse', 'strasse']],
    ['ligatures and wide letters', 'ﬁle Ｗｉｄｅ', ['file', 'wide']],
    ['addresses by their parts', 'ana@example.org', ['ana', 'example', 'org']],
    ['other alphabets', 'Принтер ΟΔΟΣ طابعة', ['принтер', 'οδος', 'طابعة']],
    ['no spaces: pairs', '印刷機が壊れた', ['印刷', '刷機', '機か', 'か壊', '壊れ', 'れた']],
    ['mixed', 'iPhone用', ['iphone', '用']],
    ['nothing', ' "*" -- () %_ 😀 ', []],
  ])('%s', (_name, text, words) => {
    expect(wordsOf(text, 100)).toEqual(words)
  })

  test('are cut, and not more than asked for', () => {
    expect(wordsOf('x'.repeat(1_000), 10)).toEqual(['x'.repeat(64)])
    expect(wordsOf('a b c d', 2)).toEqual(['a', 'b'])
  })

  test('of hostile text take time in proportion to it', () => {
    const text = `${'e\u0301\u0301\u0301'.repeat(100_000)} ${'印'.repeat(200_000)}`
    const start = performance.now()
    expect(wordsOf(text, 16_000).length).toBe(16_000)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('what is typed to find a ticket', () => {
  const term = (words: string[], unfinished = false) => ({ words, unfinished })
  // biome-ignore format: a table
  test.each([
    ['printer', [term(['printer'], true)]],
    ['broken printer', [term(['broken']), term(['printer'], true)]],
    ['"broken printer"', [term(['broken', 'printer'])]],
    ['"broken prin', [term(['broken', 'prin'], true)]],
    ['"broken printer" fire', [term(['broken', 'printer']), term(['fire'], true)]],
    ['#12', [term(['12'])]],
    ['ab', [term(['ab'])]],
    ['ana@example.org', [term(['ana', 'example', 'org'], true)]],
    ['機', [term(['機'], true)]],
    ['機 fire', [term(['機'], true), term(['fire'], true)]],
    ['NEAR(a b) OR', [term(['near', 'a']), term(['b']), term(['or'])]],
    ['"', []],
    ['""', []],
    ['* % _ -- ;', []],
    ['', []],
  ])('%s', (typed, terms) => {
    expect(parseSearch(typed)).toEqual(terms)
  })

  test('is looked at up to a limit', () => {
    expect(parseSearch('word '.repeat(1_000))).toHaveLength(TERMS_MAX)
    expect(parseSearch('a.'.repeat(1_000))[0]?.words).toHaveLength(20)
  })
})
