/**
 * Does a mail say thanks, and nothing else? Then it need not wake anybody. Every word has to be
 * accounted for: what is left over could be the one that matters ("thanks, still broken").
 */
import { LANGUAGES } from './languages/all.ts'
import type { Message } from './message.ts'
import { phrasesOfAll } from './phrases.ts'

/** Longer texts say more than thanks. */
const LENGTH_MAX = 200
/** A question wants an answer, however friendly. */
const QUESTION = /[?？؟\u037e]/
const WORD = /[\p{L}\p{M}\p{N}'’]+/gu
/** Scripts that put no spaces between words: their phrases are found anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
/** "Hi Ana Maria,": so many words after a greeting may be a name. */
const GREETED_MAX = 2

const wordsOf = (text: string): string[] =>
  text.toLowerCase().replaceAll('’', "'").match(WORD) ?? []

/** Longest first: "thanks a lot" before "thanks". */
const byLength = (lists: readonly (string | undefined)[]): string[][] =>
  phrasesOfAll(lists)
    .map(wordsOf)
    .filter((words) => words.length > 0)
    .toSorted((a, b) => b.length - a.length)

const spaced = (phrase: readonly string[]): boolean => !UNSPACED.test(phrase.join(''))
const THANKS = byLength(LANGUAGES.map(({ courtesy }) => courtesy?.thanks))
const FILLING = byLength(LANGUAGES.map(({ courtesy }) => courtesy?.filling))
const GREETINGS = byLength(LANGUAGES.map(({ courtesy }) => courtesy?.greetings))
const UNSPACED_THANKS = THANKS.filter((phrase) => !spaced(phrase)).map(([word]) => word ?? '')
const UNSPACED_FILLING = FILLING.filter((phrase) => !spaced(phrase)).map(([word]) => word ?? '')

/** Linear in the text, which is short. */
export function onlySaysThanks({ text, attachments, from, forwarded }: Message): boolean {
  const said = text.reply.trim()
  const isShort = said !== '' && said.length <= LENGTH_MAX && !QUESTION.test(said)
  if (!isShort || forwarded !== null || attachments.some(({ inline }) => !inline)) return false
  const name = new Set(wordsOf(from?.name ?? ''))
  return UNSPACED.test(said) ? thanksUnspaced(said, name) : thanksSpaced(said, name)
}

function thanksSpaced(said: string, name: ReadonlySet<string>): boolean {
  let thanked = false
  for (const line of said.split('\n')) {
    const words = wordsOf(line)
    for (let at = greetingEnd(words); at < words.length; ) {
      const thanks = matchAt(THANKS, words, at)
      const length = thanks > 0 ? thanks : matchAt(FILLING, words, at)
      if (thanks > 0) thanked = true
      if (length === 0 && !name.has(words[at] ?? '')) return false
      at += Math.max(1, length)
    }
  }
  return thanked
}

/** Where a line goes on after "Hi Ana,": 0 without a greeting, or where more than a name follows. */
function greetingEnd(words: readonly string[]): number {
  const length = matchAt(GREETINGS, words, 0)
  if (length === 0) return 0
  const isName = words.length - length <= GREETED_MAX
  return isName && matchAt(THANKS, words, length) === 0 ? words.length : length
}

/** How many words of `words` from `at` on are the longest of the phrases; 0: none is. */
function matchAt(all: readonly string[][], words: readonly string[], at: number): number {
  const found = all.find((phrase) => phrase.every((word, index) => words[at + index] === word))
  return found?.length ?? 0
}

function thanksUnspaced(said: string, name: ReadonlySet<string>): boolean {
  const without = (text: string, list: readonly string[]): string =>
    list.reduce((left, phrase) => left.replaceAll(phrase, ' '), text)
  const lower = said.toLowerCase()
  const unthanked = without(lower, UNSPACED_THANKS)
  if (unthanked === lower) return false
  return wordsOf(without(unthanked, UNSPACED_FILLING)).every((word) => name.has(word))
}
