/**
 * Signatures: the delimiter `-- ` (RFC 3676 §4.3) and its cousins, lines that phones add, footers
 * of mailing lists. A closing ("Best regards, Ana") is part of the letter and stays.
 */
import { SENT_FROM } from './attributions.ts'
import { UNSEEN } from './marker-text.ts'

/** `--`, `-- `, `__`, `—` alone on a line; clients and people vary the dash. */
const DELIMITER = /^\s{0,3}(?:--|—|––|-–|__)\s*$/
/** Mailing lists and virus scanners put a long rule above their footer. */
const FOOTER_RULE = /^\s{0,3}_{20,}\s*$/
/** Dots or stars between letter and company footer, perhaps in bold. */
const DECORATED_RULE = /^\s{0,3}(?:\*\*)?(?:\.\s){5,}\.?\s*(?:\*\*)?\s*$/
/** More lines than this after `--` alone are a text with a rule in it. */
const SIGNATURE_LINES_MAX = 25

/** Index of the line where the signature starts, or -1. The first believable delimiter counts. */
export function signatureStart(lines: readonly string[]): number {
  const from = Math.max(0, lines.length - 200)
  const found = lines.findIndex(
    (line, index) =>
      (line === '-- ' || (index >= from && isDelimiter(line))) &&
      (line === '-- ' || textLines(lines, index + 1) <= SIGNATURE_LINES_MAX),
  )
  return found
}

/** Alone on a line, it separates the letter from what everybody gets. */
export function isDelimiter(line: string): boolean {
  const start = line.slice(0, 200)
  return DELIMITER.test(start) || FOOTER_RULE.test(start) || DECORATED_RULE.test(start)
}

function textLines(lines: readonly string[], from: number): number {
  let count = 0
  for (let at = from; at < lines.length && count <= SIGNATURE_LINES_MAX; at++) {
    if ((lines[at] ?? '').trim() !== '') count++
  }
  return count
}

const DEVICE_LINE_LENGTH_MAX = 90

/**
 * The phone's line below some text: what follows it was there before. -1 when there is none. It
 * stands apart: "Sent with DHL" in the middle of a paragraph is a sentence.
 */
export function deviceLineAt(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first === -1) return -1
  return lines.findIndex(
    (line, at) =>
      at > first && (standsApart(lines, at) || at === lines.length - 1) && isDeviceLine(line),
  )
}

const standsApart = (lines: readonly string[], at: number): boolean =>
  (lines[at - 1] ?? '').trim() === '' || (lines[at + 1] ?? '').trim() === ''

/** Takes a phone's line off the beginning, and rules that separate nothing off the end. */
export function withoutEdges(lines: readonly string[]): {
  kept: readonly string[]
  removed: readonly string[]
} {
  const removed = new Set(trailingRules(lines))
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first !== -1 && isDeviceLine(lines[first] ?? '')) removed.add(first)
  return {
    kept: lines.filter((_, index) => !removed.has(index)),
    removed: lines.filter((_, index) => removed.has(index)),
  }
}

const RULE = /^\s*(?:[-_=*#~+.–—ᐧ]\s?){1,150}$/u

function trailingRules(lines: readonly string[]): number[] {
  const found: number[] = []
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = (lines[at] ?? '').slice(0, 200)
    if (line.trim() === '') continue
    if (!RULE.test(line)) break
    found.push(at)
  }
  return found
}

/** A short line that begins like a phone's; a sentence that happens to begin so is longer. */
export function isDeviceLine(line: string): boolean {
  if (line.length > DEVICE_LINE_LENGTH_MAX + LINK_LENGTH_MAX || line.length < 6) return false
  if (!line.includes('http') && !beginsLikeOne(line)) return false
  const plain = withoutLink(line)
    .replace(UNSEEN, '')
    .replace(/^[\s*_[\]()–—-]+/, '')
    .trim()
    .toLowerCase()
  if (plain === '' || plain.length > DEVICE_LINE_LENGTH_MAX) return false
  if (!SENT_FROM.some((phrase) => plain.startsWith(phrase))) return false
  return !/[,;:!?]\s|\.\s*$/.test(plain) || plain.split(/\s+/).length <= 6
}

/** The first two letters tell for almost every line that it is none. */
const BEGINNINGS = new Set(SENT_FROM.map((phrase) => phrase.slice(0, 2)))
const FIRST_LETTER = /[^\s*_[\]()–—\-\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

function beginsLikeOne(line: string): boolean {
  const start = line.search(FIRST_LETTER)
  return start !== -1 && BEGINNINGS.has(line.slice(start, start + 2).toLowerCase())
}

/** "Get Outlook for Android<https://...>" carries its link along. */
const LINK_LENGTH_MAX = 200

function withoutLink(line: string): string {
  return line.includes('http') ? line.replace(/<?https?:\/\/[^\s>)]{1,300}>?/g, '') : line
}
