/**
 * Text as the words it is found by. The same cutting makes what is stored and what is asked for, so
 * both databases find the same: they only compare words, and see nothing that is syntax to them.
 */

/** Longer runs are no words but data; their beginning is enough to find them. */
const WORD_LENGTH_MAX = 64
/** Letters and digits; combining marks are gone by then. */
const WORD = /[\p{L}\p{N}]+/gu
/** Written without spaces: cut into overlapping pairs, so that every part can be found. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu

const HAS_UNSPACED = new RegExp(UNSPACED.source, 'u')

/** The words of a text in their order, in lower case and without accents, at most `max`. */
export function wordsOf(text: string, max: number): string[] {
  const words: string[] = []
  for (const slice of slicesOf(text)) {
    for (const word of wordsIn(folded(slice))) {
      if (words.length >= max) return words
      words.push(word)
    }
  }
  return words
}

/** No more than this is folded at a time: a text that has enough words is not read to its end. */
const SLICE = 4_000

/** Parts of a text that end between words; a longer run without a space is cut somewhere. */
function* slicesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = start + SLICE
    const space = end < text.length ? text.slice(start, end).search(/\s\S*$/) : -1
    const next = space > 0 ? start + space + 1 : end
    yield text.slice(start, next)
    start = next
  }
}

function* wordsIn(plain: string): Generator<string> {
  const runs = plain.match(WORD) ?? []
  const isSpaced = !HAS_UNSPACED.test(plain)
  for (const run of runs) {
    if (isSpaced) yield run.slice(0, WORD_LENGTH_MAX)
    else yield* cut(run)
  }
}

/** Most texts are nothing else, and need no folding but to lower case. */
const ASCII = /^[\0-\x7f]*$/

/** Putting a run of marks into their order takes time by its square. */
const MANY_MARKS = /(?<=\p{M}{8})\p{M}+/gu

/** Unicode compatibility decomposition: `ﬁ` is fi, `Ä` is a with a mark that goes. */
const folded = (text: string): string =>
  ASCII.test(text)
    ? text.toLowerCase()
    : text
        .replace(MANY_MARKS, '')
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .normalize('NFC')
        .toLowerCase()
        .replaceAll('ß', 'ss')

function* cut(run: string): Generator<string> {
  let end = 0
  for (const { 0: unspaced, index } of run.matchAll(UNSPACED)) {
    if (index > end) yield run.slice(end, index).slice(0, WORD_LENGTH_MAX)
    yield* pairs(unspaced)
    end = index + unspaced.length
  }
  if (end < run.length) yield run.slice(end).slice(0, WORD_LENGTH_MAX)
}

function* pairs(run: string): Generator<string> {
  const characters = Array.from(run)
  if (characters.length === 1) yield run
  for (let n = 1; n < characters.length; n += 1) {
    yield `${characters[n - 1] ?? ''}${characters[n] ?? ''}`
  }
}

/** One character of a script without spaces stands for every pair that begins with it. */
export const isLoneCharacter = (word: string): boolean =>
  Array.from(word).length === 1 && (word.match(UNSPACED)?.length ?? 0) > 0
