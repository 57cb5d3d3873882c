/** Lists of phrases as data: separated by bars, wrapped as it fits. */

/** The phrases of a list. `_` at the end of one is a space that has to follow it. */
export function phrases(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split('|')
    .map((phrase) => phrase.replace(/\s+/g, ' ').trim().replace(/_$/, ' '))
    .filter((phrase) => phrase !== '')
}

/** The phrases of several lists, each once. */
export function phrasesOfAll(lists: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap(phrases))]
}

export const includesAny = (text: string, list: readonly string[]): boolean =>
  list.some((phrase) => text.includes(phrase))
