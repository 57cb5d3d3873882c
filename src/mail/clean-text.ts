/**
 * Making decoded text safe to keep: PostgreSQL refuses NUL, JSON and both databases mangle lone
 * surrogates, and control or bidi characters in one-line values forge headers and file names.
 */

const UNSTORABLE = /[\0\p{Cs}]/gu
/** Without any of these there is nothing to look at code point by code point, which is slow. */
const MAYBE_UNSTORABLE = /[\0\ud800-\udfff]/
/** C0 and C1 controls, line separators, and the bidi overrides and isolates (UAX #9). */
const LINE_NOISE = /[\p{Cc}\u2028\u2029]+/gu
const BIDI = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff\u00ad]/g
/** Every control character but tab, line feed, vertical tab, form feed. */
const CONTROLS_BUT_LAYOUT = /[^\P{Cc}\t\n\v\f]/gu

/** A body: NUL, lone surrogates and control characters removed, line ends as `\n`. */
export function cleanText(text: string): string {
  return storable(text)
    .replace(/\r\n?|\u0085/g, '\n')
    .replace(CONTROLS_BUT_LAYOUT, '')
}

/** Only what no database takes is removed: for values that are kept as they are. */
export function storable(text: string): string {
  return MAYBE_UNSTORABLE.test(text) ? text.replace(UNSTORABLE, '') : text
}

/** Clean text of at most `length` characters; a pair of surrogates is not cut in two. */
export function cutClean(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, isHalf ? length - 1 : length)
}

/**
 * A value of one line (subject, display name): controls become spaces, bidi controls vanish,
 * runs of white space become one space, at most `lengthMax` characters.
 */
export function cleanLine(text: string, lengthMax: number): string {
  const line = text
    .slice(0, 4 * lengthMax)
    .replace(UNSTORABLE, '')
    .replace(LINE_NOISE, ' ')
    .replace(BIDI, '')
    .replace(/ {2,}/g, ' ')
    .trim()
  return line.length <= lengthMax ? line : line.slice(0, lengthMax).replace(/\p{Cs}$/u, '')
}

/** Zero-width characters removed too: for comparing, and for names of files. */
export function withoutInvisible(text: string): string {
  return text.replace(BIDI, '').replace(INVISIBLE, '')
}

/** Takes any of `characters` off the end: what `/[...]+$/` does, in linear time. */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** ... and off both ends. */
export function trimOf(text: string, characters: string): string {
  let start = 0
  while (start < text.length && characters.includes(text.charAt(start))) start++
  return trimEndOf(text.slice(start), characters)
}
