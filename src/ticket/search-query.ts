/**
 * What people type to find a ticket: words that must all be there, "phrases" in quotes, and a last
 * word that may be unfinished. Nothing they type is a mistake.
 */
import { isLoneCharacter, wordsOf } from './words.ts'

/** Words that follow each other. */
export interface SearchTerm {
  readonly words: readonly string[]
  /** The last of them may go on. */
  readonly unfinished: boolean
}

/** As many as a short question has; what comes after them is not looked at. */
export const TERMS_MAX = 10
const WORDS_OF_TERM_MAX = 20
/** Fewer letters begin too many words. */
const UNFINISHED_LENGTH_MIN = 3

/** All of the terms must be found. Empty: nothing was asked that could be found. */
export function parseSearch(typed: string): SearchTerm[] {
  const parts = [...typed.matchAll(/"([^"]*)("?)|([^\s"]+)/g)].map(
    ([, quoted = '', closing = '', bare]) => ({
      // `a_b` and `ana@example.org` are several words to us, and one to who types them.
      words: wordsOf(bare ?? quoted, WORDS_OF_TERM_MAX),
      open: bare !== undefined || closing === '',
    }),
  )
  const terms = parts.filter(({ words }) => words.length > 0).slice(0, TERMS_MAX)
  return terms.map(({ words, open }, index) => ({
    words,
    unfinished: open && mayGoOn(words.at(-1) ?? '', index === terms.length - 1),
  }))
}

const mayGoOn = (word: string, isLast: boolean): boolean =>
  isLoneCharacter(word) || (isLast && word.length >= UNFINISHED_LENGTH_MIN)
