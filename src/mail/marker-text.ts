/**
 * What the rules about quote markers look at: a line without the marks around its words, and signs
 * of a date, a time or an address. Every test looks at a bounded piece of text.
 */

/** A marker line is never longer; longer lines are somebody's paragraph. */
export const MARKER_LENGTH_MAX = 300

export const YEAR_OR_DATE =
  /(?<!\p{Nd})(?:(?:19|20)\d\d(?!\d)|\p{Nd}{1,2}[./-]\p{Nd}{1,2}[./-]\p{Nd}{2,4}|\p{Nd}{1,4}\s?[年月]|[٠-٩۰-۹]{4})/u
const TIME = /(?<!\p{Nd})\p{Nd}{1,2}[:.h]\p{Nd}{2}(?!\p{Nd})/u
const DIGIT = /\p{Nd}/u
const ADDRESS = /[^\s<>@"']{1,100}@[^\s<>@"']{1,100}|<[^<>]{0,200}>|\[mailto:/
export const ENDS_WITH_COLON = /[:：]\s*[*_)>\]]{0,3}$/

/** What has no width, or gives a direction. */
export const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text without the marks that clients put around words: bold stars, quote marks, direction marks. */
export function bare(line: string): string {
  return line
    .slice(0, 2 * MARKER_LENGTH_MAX)
    .replace(UNSEEN, '')
    .replaceAll('\u00a0', ' ')
    .replace(/^[\s>*_|]+/, '')
    .trimEnd()
}

/** Lower case without the dot that Turkish capitals leave behind. */
export function lowerCase(text: string): string {
  return text.toLowerCase().replaceAll('i\u0307', 'i')
}

export const hasColon = (line: string): boolean => line.includes(':') || line.includes('：')

/** A date or a time of day. */
export const isDated = (text: string): boolean =>
  DIGIT.test(text) && (YEAR_OR_DATE.test(text) || TIME.test(text))

export const hasTime = (text: string): boolean => TIME.test(text)

/** The plain search first: most lines have none of the three and are never matched. */
export const hasAddress = (text: string): boolean =>
  (text.includes('@') || text.includes('<') || text.includes('[mailto:')) && ADDRESS.test(text)

/** Phrases by their first letter: for asking whether a line begins with one of a hundred. */
export type ByLetter = ReadonlyMap<string, readonly string[]>

export function byFirstLetter(phrases: readonly string[]): ByLetter {
  return grouped(phrases, (phrase) => phrase.charAt(0))
}

export function byLastLetter(phrases: readonly string[]): ByLetter {
  return grouped(phrases, (phrase) => phrase.charAt(phrase.length - 1))
}

function grouped(phrases: readonly string[], letterOf: (phrase: string) => string): ByLetter {
  const groups = new Map<string, string[]>()
  for (const phrase of phrases) {
    const letter = letterOf(phrase)
    groups.set(letter, [...(groups.get(letter) ?? []), phrase])
  }
  return groups
}

const NONE: readonly string[] = []

export function beginsWithOne(text: string, phrases: ByLetter): boolean {
  return (phrases.get(text.charAt(0)) ?? NONE).some((phrase) => text.startsWith(phrase))
}

export function endsWithOne(text: string, phrases: ByLetter): boolean {
  return (phrases.get(text.charAt(text.length - 1)) ?? NONE).some((phrase) => text.endsWith(phrase))
}

/** ... as a word: white space or a comma follows. */
export function beginsWithWord(text: string, words: ByLetter): boolean {
  return (words.get(text.charAt(0)) ?? NONE).some(
    (word) => text.startsWith(word) && /^[\s,]/.test(text.slice(word.length)),
  )
}

/** The next line with text among the `within` lines from `from` on, or -1. */
export function nextText(lines: readonly string[], from: number, within: number): number {
  for (let at = from; at < lines.length && at < from + within; at++) {
    if ((lines[at] ?? '').trim() !== '') return at
  }
  return -1
}
