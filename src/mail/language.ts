/**
 * The language of a text, for choosing a template: by script, by letters and by the commonest small
 * words. Null when unsure: a wrong language is worse than the default one.
 */
import { LANGUAGES } from './languages/all.ts'

export interface LanguageGuess {
  /** BCP 47. */
  readonly language: string
  /** 0 to 1; see CONFIDENCE_MIN. */
  readonly confidence: number
}

/** Scripts that name their language by themselves; the first that fits counts. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['zh', /\p{Script=Han}/gu],
]
/** Share of the letters that a script needs. */
const SCRIPT_SHARE_MIN = 0.25
/** Letters Persian has and Arabic has not. */
const PERSIAN = /[\u067e\u0686\u0698\u06af\u06cc]/

/** The languages of each small word and of each telling letter. */
const BY_WORD = languagesOf(({ commonWords }) => (commonWords ?? '').trim().split(/\s+/))
const BY_LETTER = languagesOf(({ letters }) => Array.from(letters ?? ''))

/** Looking up a word costs more than seeing that it is too long to be one of these. */
const WORD_LENGTH_MAX = Math.max(...[...BY_WORD.keys()].map((word) => word.length))

/** Letters only, so the class needs no escapes. */
const LETTERS = new RegExp(`[${[...BY_LETTER.keys()].join('')}]`, 'gu')

function languagesOf(
  pick: (language: (typeof LANGUAGES)[number]) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const language of LANGUAGES) {
    for (const piece of new Set(pick(language))) {
      if (piece !== '') found.set(piece, [...(found.get(piece) ?? []), language.code])
    }
  }
  return found
}

/** Characters looked at; a language shows itself early. */
const SAMPLE_LENGTH = 2_000
const LETTERS_MIN = 8
/** Hits before a guess is worth anything. */
const HITS_MIN = 3
/** Share of small words that a real text easily has. */
const WORD_SHARE = 0.12
/** How often one letter or word may count: a text is not decided by a name in it. */
const REPEATS_MAX = 3
const CONFIDENCE_MIN = 0.5
/** Beyond the Latin and Cyrillic letters of European languages. */
const OTHER_SCRIPT = /[\u0370-\u03ff\u0530-\uffff]/

/** BCP 47 language of the text, or null when unsure. */
export function detectLanguage(text: string): string | null {
  const guess = guessLanguage(text)
  return guess !== null && guess.confidence >= CONFIDENCE_MIN ? guess.language : null
}

/** The likeliest language and how sure that is; null when the text says too little. */
export function guessLanguage(text: string): LanguageGuess | null {
  const sample = text.slice(0, SAMPLE_LENGTH).toLowerCase()
  const words = sample.match(/\p{L}+/gu) ?? []
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  if (letters < LETTERS_MIN) return null
  return byScript(sample, letters) ?? byWords(sample, words)
}

function byScript(sample: string, letters: number): LanguageGuess | null {
  if (!OTHER_SCRIPT.test(sample)) return null
  for (const [code, script] of SCRIPTS) {
    const share = (sample.match(script)?.length ?? 0) / letters
    if (share < SCRIPT_SHARE_MIN) continue
    const language = code === 'ar' && PERSIAN.test(sample) ? 'fa' : code
    return { language, confidence: Math.min(0.99, 0.5 + share / 2) }
  }
  return null
}

function byWords(sample: string, words: readonly string[]): LanguageGuess | null {
  const scores = new Map<string, number>()
  const add = (codes: readonly string[], points: number): void => {
    for (const code of codes) scores.set(code, (scores.get(code) ?? 0) + points)
  }
  let hits = 0
  for (const [word, count] of counted(words, BY_WORD)) {
    hits += count
    add(BY_WORD.get(word) ?? [], Math.min(count, REPEATS_MAX))
  }
  for (const [letter, count] of counted(sample.match(LETTERS) ?? [], BY_LETTER)) {
    hits += count
    add(BY_LETTER.get(letter) ?? [], Math.min(count, REPEATS_MAX))
  }
  const [best, second] = [...scores].toSorted((a, b) => b[1] - a[1])
  if (best === undefined || hits < HITS_MIN) return null
  const lead = best[1] - (second?.[1] ?? 0)
  const share = Math.min(1, best[1] / words.length / WORD_SHARE)
  return { language: best[0], confidence: (lead / (lead + 1)) * share }
}

function counted(
  pieces: readonly string[],
  known: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const piece of pieces) {
    if (piece.length <= WORD_LENGTH_MAX && known.has(piece))
      counts.set(piece, (counts.get(piece) ?? 0) + 1)
  }
  return counts
}
