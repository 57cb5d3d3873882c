/** Text that goes into a header of ours: one line, no control and no direction-changing characters. */

/** C0, C1, DEL, line and paragraph separators, bidi controls (UAX #9), zero-width and other format characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu

/**
 * Gmail puts only mail with the same subject into one conversation, so it is cut late: where it
 * might not fit a line of 998 (RFC 5322 §2.1.1) if it had no space to fold at.
 */
const SUBJECT_OUT_LENGTH_MAX = 900
const NAME_LENGTH_MAX = 128

/** Collapses anything that could end a header line or reorder its characters into one space. */
export function headerText(text: string, lengthMax: number): string {
  const clean = text.replace(UNSAFE, ' ').replace(/ {2,}/g, ' ').trim()
  const points = Array.from(clean)
  return points.length <= lengthMax ? clean : `${points.slice(0, lengthMax - 1).join('')}…`
}

export const subjectText = (subject: string): string => headerText(subject, SUBJECT_OUT_LENGTH_MAX)

export const nameText = (name: string): string => headerText(name, NAME_LENGTH_MAX)
