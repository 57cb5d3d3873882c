/**
 * Attribution lines: "On <date>, <name> <address> wrote:", in any language the clients speak, on
 * one line or wrapped over several.
 */
import { ON, WEEKDAYS, WROTE } from './attributions.ts'
import { trimEndOf } from './clean-text.ts'
import {
  ENDS_WITH_COLON,
  MARKER_LENGTH_MAX,
  bare,
  beginsWithOne,
  beginsWithWord,
  byFirstLetter,
  byLastLetter,
  endsWithOne,
  hasAddress,
  hasColon,
  hasTime,
  isDated,
  lowerCase,
  nextText,
} from './marker-text.ts'

const ATTRIBUTION_LINES_MAX = 4

/** Gmail's older form: `2016-03-03 17:21 GMT+01:00 Name`. */
const ISO_LINE =
  /^\d{4}[-/]\d{1,2}[-/]\d{1,2},?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?(?:\sGMT[+-]\d{1,2}(?::\d{2})?)?[,:]?\s["'<]?\p{L}/u

/** ... with the offset, which log files write otherwise. */
const GMT_LINE = /^\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]/

const ON_BEGINS = byFirstLetter(ON)
const DAY_BEGINS = byFirstLetter(WEEKDAYS)
const VERB_ENDS = byLastLetter(WROTE)
/** A verb of several words may be wrapped: its last word ends the line. */
const LAST_WORD_ENDS = byLastLetter([
  ...new Set(WROTE.map((verb) => verb.slice(verb.lastIndexOf(' ') + 1))),
])
/** What may stand behind the verb. */
const AFTER_VERB = ' \t:：*_.)(>,-'
const AFTER_ATTRIBUTION = `${AFTER_VERB}]`

/** The line after the attribution that begins at line `at`, or null; `first` is its bare text. */
export function attributionEnd(lines: readonly string[], at: number, first: string): number | null {
  if (!mayBegin(first)) return null
  const end = mayEndWithin(lines, at) ? wholeAttribution(lines, at, first) : undefined
  if (end !== undefined) return end
  return beforeQuote(lines, at, first) ? at + 1 : null
}

/** Its end; null when an attribution starts further down; undefined when there is none. */
function wholeAttribution(
  lines: readonly string[],
  at: number,
  first: string,
): number | null | undefined {
  const quoted = markedAsQuote(lines[at] ?? '')
  let joined = ''
  for (let count = 0; count < ATTRIBUTION_LINES_MAX; count++) {
    const line = lines[at + count] ?? ''
    const openAngle = joined.lastIndexOf('<') > joined.lastIndexOf('>')
    // A wrapped address may end on a line of its own: `>:` is no quotation then.
    if (openAngle && /^>\s?:?$/.test(line.trim())) joined += line.trim()
    else if (bare(line) === '' || (count > 0 && markedAsQuote(line) !== quoted)) break
    else joined = joined === '' ? bare(line) : `${joined} ${bare(line)}`
    if (joined.length > MARKER_LENGTH_MAX) break
    if (!mayEnd(line) || !isAttribution(joined)) continue
    // The last line of a paragraph may begin with such a word too; the attribution starts later.
    const later = count > 0 && !isDated(first) && startsLater(lines, at + 1, at + count + 1)
    return later ? null : at + count + 1
  }
  return undefined
}

function startsLater(lines: readonly string[], from: number, end: number): boolean {
  for (let start = from; start < end; start++) {
    const text = lines.slice(start, end).map(bare).join(' ')
    if (mayBegin(bare(lines[start] ?? '')) && isAttribution(text)) return true
  }
  return false
}

const markedAsQuote = (line: string): boolean => /^\s{0,3}>/.test(line)

/** Longer than any word of the lists. */
const BEGINNING = 24

/** Could an attribution begin with this line? Keeps a paragraph's last line from joining in. */
function mayBegin(line: string): boolean {
  if (/^[\p{Nd}<"'“„»(]/u.test(line) || hasAddress(line)) return true
  const start = lowerCase(line.slice(0, BEGINNING))
  if (beginsWithWord(start, ON_BEGINS) || beginsWithOne(start, DAY_BEGINS)) return true
  return (
    (isDated(line) || (hasColon(line) && ENDS_WITH_COLON.test(line))) && hasVerb(lowerCase(line))
  )
}

/** Does one of the lines end as an attribution does? Cheap, and false for almost all prose. */
function mayEndWithin(lines: readonly string[], at: number): boolean {
  const end = Math.min(lines.length, at + ATTRIBUTION_LINES_MAX)
  for (let line = at; line < end; line++) if (mayEnd(lines[line] ?? '')) return true
  return false
}

/** With a colon, or with the last word of a verb. */
function mayEnd(line: string): boolean {
  const tail = bare(line).slice(-60)
  const last = trimEndOf(tail, AFTER_ATTRIBUTION)
  if (last === '') return line.trim() !== ''
  return hasColon(tail.slice(last.length)) || endsWithOne(lowerCase(last), LAST_WORD_ENDS)
}

function hasVerb(lower: string): boolean {
  return WROTE.some((verb) => lower.includes(verb))
}

/** A whole attribution, its lines joined. */
export function isAttribution(text: string): boolean {
  const dated = isDated(text)
  const addressed = hasAddress(text)
  if (!dated && !addressed) return false
  const lower = lowerCase(text)
  const colon = ENDS_WITH_COLON.test(text)
  const verbAtEnd = endsWithOne(trimEndOf(lower, AFTER_VERB), VERB_ENDS)
  if (!colon && !verbAtEnd) return false
  const begins = beginsWithWord(lower, ON_BEGINS) || /^\p{Nd}/u.test(text)
  // Without the colon it may be a sentence: "Am 5.1.2026 habe ich Ihnen geschrieben."
  const complete = begins && dated && addressed && !text.trimEnd().endsWith('.')
  if (verbAtEnd && (colon || complete)) return true
  if (!colon || !dated) return false
  if (hasVerb(lower)) return true
  // `2022年1月1日(金) 9:00 Name <a@b>:` says no verb at all.
  const datedStart = begins || beginsWithOne(lower, DAY_BEGINS)
  return datedStart && /[>\])][\s*]*[:：]$/.test(text) && addressed
}

/** Tuta: `5. Jan. 2026, 10:00 von ana@example.org:`. */
const ENDS_WITH_ADDRESS = /@[^\s<>@]{1,100}[:：]$/

/** Weaker forms that count only directly above a quotation: log files have such lines, too. */
function beforeQuote(lines: readonly string[], at: number, text: string): boolean {
  if (markedAsQuote(lines[at] ?? '') || text.length >= 160) return false
  if (!isIsoLine(text) && !isWeakAttribution(text)) return false
  const alone = bare(lines[at - 1] ?? '') === '' && bare(lines[at + 1] ?? '') === ''
  if (alone && GMT_LINE.test(text)) return true
  const next = nextText(lines, at + 1, 3)
  return next !== -1 && /^\s{0,3}[>|]/.test(lines[next] ?? '')
}

const isIsoLine = (text: string): boolean =>
  ISO_LINE.test(text) && (hasTime(text) || hasAddress(text))

function isWeakAttribution(text: string): boolean {
  if (!ENDS_WITH_COLON.test(text) || text.length >= 120) return false
  return (isDated(text) && ENDS_WITH_ADDRESS.test(text)) || hasVerb(lowerCase(text))
}
