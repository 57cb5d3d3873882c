/**
 * Finds where quoted mail begins in a text: attribution lines ("On ... wrote:"), header blocks
 * ("From: ... Sent: ..."), separators ("-----Original Message-----"). Every test looks at a bounded
 * piece of text and no expression backtracks, so the whole is linear.
 */
import {
  FORWARDED_MESSAGE,
  HEADER_LABELS,
  ON,
  ORIGINAL_MESSAGE,
  WEEKDAYS,
  WROTE,
} from './attributions.ts'
import type { QuotedHeader } from './attributions.ts'
import { trimEndOf, trimOf } from './clean-text.ts'

export interface QuoteMarker {
  readonly kind: 'attribution' | 'headers' | 'separator' | 'forward'
  /** First line, and the line after the last one. */
  readonly start: number
  readonly end: number
}

/** A marker line is never longer; longer lines are somebody's paragraph. */
const MARKER_LENGTH_MAX = 300
const ATTRIBUTION_LINES_MAX = 4

const YEAR_OR_DATE =
  /(?<!\p{Nd})(?:(?:19|20)\d\d(?!\d)|\p{Nd}{1,2}[./-]\p{Nd}{1,2}[./-]\p{Nd}{2,4}|\p{Nd}{1,4}\s?[年월]|[٠-٩۰-۹]{4})/u
const TIME = /(?<!\p{Nd})\p{Nd}{1,2}[:.h]\p{Nd}{2}(?!\p{Nd})/u
const ADDRESS = /[^\s<>@"']{1,100}@[^\s<>@"']{1,100}|<[^<>]{0,200}>|\[mailto:/
/** Gmail's older form: `2016-03-03 17:21 GMT+01:00 Name`. */
const ISO_LINE =
  /^\d{4}[-/]\d{1,2}[-/]\d{1,2},?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?(?:\sGMT[+-]\d{1,2}(?::\d{2})?)?[,:]?\s["'<]?\p{L}/u
const ENDS_WITH_COLON = /[:：]\s*[*_)>\]]{0,3}$/

/** Text without the marks that clients put around words: bold stars, quote marks, direction marks. */
export function bare(line: string): string {
  return line
    .slice(0, 2 * MARKER_LENGTH_MAX)
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/\u00a0/g, ' ')
    .replace(/^[\s>*_|]+/, '')
    .trimEnd()
}

/** The marker that starts at line `at`, or null. */
export function markerAt(lines: readonly string[], at: number): QuoteMarker | null {
  const line = bare(lines[at] ?? '')
  if (line === '') return underscoreAt(lines, at)
  if ((lines[at] ?? '').length > 2 * MARKER_LENGTH_MAX) return null
  return separatorAt(lines, at, line) ?? headerBlockAt(lines, at) ?? attributionAt(lines, at, line)
}

/** Lower case without the dot that Turkish capitals leave behind. */
function lowerCase(text: string): string {
  return text.toLowerCase().replaceAll('i\u0307', 'i')
}

// --- separators ---------------------------------------------------------------------------------

const DASHED = /^[-_=~—–*]{2,}/

function separatorAt(lines: readonly string[], at: number, line: string): QuoteMarker | null {
  const words = lowerCase(line)
    .replace(/[-_=~—–*]{2,}/g, ' ')
    .trim()
  if (words.length > 120) return underscoreAt(lines, at)
  const dashed = DASHED.test(line.trimStart()) || DASHED.test((lines[at] ?? '').trimStart())
  if (isForwardLine(line, words, dashed)) return { kind: 'forward', start: at, end: at + 1 }
  if (dashed && ORIGINAL_MESSAGE.some((phrase) => words.startsWith(phrase))) {
    return { kind: 'separator', start: at, end: at + 1 }
  }
  if (dashed && isAttribution(words)) return { kind: 'separator', start: at, end: at + 1 }
  return underscoreAt(lines, at)
}

/** "---------- Forwarded message ---------", "Begin forwarded message:". */
function isForwardLine(line: string, words: string, dashed: boolean): boolean {
  if (!dashed && !ENDS_WITH_COLON.test(line)) return false
  const plain = words.replace(/[:：]\s*$/, '').trim()
  return FORWARDED_MESSAGE.some(
    (phrase) => plain.startsWith(phrase) && (dashed || plain.length <= phrase.length + 12),
  )
}

/** Outlook's rule of underscores (or dashes) directly above its header block. */
function underscoreAt(lines: readonly string[], at: number): QuoteMarker | null {
  if (!/^[\s>]*(?:_{5,}|-{5,}|\*{5,}|={5,})\s*$/.test((lines[at] ?? '').slice(0, 200))) return null
  const next = nextText(lines, at + 1, 3)
  const block = next === -1 ? null : headerBlockAt(lines, next)
  return block === null ? null : { kind: 'headers', start: at, end: block.end }
}

// --- header blocks ------------------------------------------------------------------------------

const LABEL_OF: ReadonlyMap<string, QuotedHeader> = new Map(
  (['reply', 'cc', 'to', 'subject', 'date', 'from'] as const).flatMap((kind) =>
    HEADER_LABELS[kind].map((label): [string, QuotedHeader] => [label, kind]),
  ),
)

export interface QuotedHeaderLine {
  readonly kind: QuotedHeader
  readonly value: string
}

/** Reads `From: ...` in any known language, with the bold stars some clients leave. */
export function quotedHeaderOf(line: string): QuotedHeaderLine | null {
  const text = bare(line)
  const colon = /[:：]/.exec(text.slice(0, 60))?.index ?? -1
  if (colon <= 0) return null
  const label = trimEndOf(text.slice(0, colon), '*_ \t')
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .normalize('NFC')
  const kind = LABEL_OF.get(label)
  if (kind === undefined) return null
  return { kind, value: trimOf(text.slice(colon + 1), ' \t*_') }
}

/** Lines a block may have, folded and blank ones included. */
const BLOCK_LINES_MAX = 24
/** Kinds that make a block out of lines: the sender or the date, and two more. */
const BLOCK_KINDS_MIN = 3

/** A block begins with From or Sent/Date and has at least three different headers. */
export function headerBlockAt(lines: readonly string[], at: number): QuoteMarker | null {
  const first = quotedHeaderOf(lines[at] ?? '')
  if (first === null || first.kind === 'reply' || first.kind === 'cc') return null
  const kinds = new Set<QuotedHeader>()
  let end = at
  let blanks = 0
  let strangers = 0
  for (let i = at; i < lines.length && i < at + BLOCK_LINES_MAX; i++) {
    if (bare(lines[i] ?? '') === '') {
      if (++blanks > 1) break
      continue
    }
    const header = quotedHeaderOf(lines[i] ?? '')
    if (header === null || (kinds.has(header.kind) && header.kind !== 'reply')) {
      // A folded recipient list; after a blank line it is the body.
      if (blanks > 0 || ++strangers > 3) break
      continue
    }
    kinds.add(header.kind)
    end = i + 1
    blanks = 0
    strangers = 0
  }
  kinds.delete('reply')
  const dated = first.kind === 'date' && YEAR_OR_DATE.test(first.value)
  const sender = kinds.has('from') || (dated && (kinds.has('subject') || kinds.has('to')))
  const enough =
    kinds.size >= BLOCK_KINDS_MIN ||
    (kinds.size === 2 && sender && !kinds.has('reply') && hasAddressValue(lines, at, end))
  return sender && enough ? { kind: 'headers', start: at, end } : null
}

/** Two headers are enough when they are clearly mail: an address and a date or subject. */
function hasAddressValue(lines: readonly string[], start: number, end: number): boolean {
  return lines.slice(start, end).some((line) => ADDRESS.test(line.slice(0, MARKER_LENGTH_MAX)))
}

// --- attributions -------------------------------------------------------------------------------

function attributionAt(lines: readonly string[], at: number, first: string): QuoteMarker | null {
  if (!mayBegin(first)) return null
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
    if (!isAttribution(joined)) continue
    // The last line of a paragraph may begin with such a word too; the attribution starts later.
    const dated = YEAR_OR_DATE.test(first) || TIME.test(first)
    const later = count > 0 && !dated && startsLater(lines, at + 1, at + count + 1)
    return later ? null : { kind: 'attribution', start: at, end: at + count + 1 }
  }
  return beforeQuote(lines, at, first) ? { kind: 'attribution', start: at, end: at + 1 } : null
}

function startsLater(lines: readonly string[], from: number, end: number): boolean {
  for (let start = from; start < end; start++) {
    const text = lines.slice(start, end).map(bare).join(' ')
    if (mayBegin(bare(lines[start] ?? '')) && isAttribution(text)) return true
  }
  return false
}

const markedAsQuote = (line: string): boolean => /^\s{0,3}>/.test(line)

/** Could an attribution begin with this line? Keeps a paragraph's last line from joining in. */
function mayBegin(line: string): boolean {
  const lower = lowerCase(line)
  if (/^[\p{Nd}<"'“„»(]/u.test(line) || ADDRESS.test(line)) return true
  if (startsWithWord(lower, ON) || WEEKDAYS.some((day) => lower.startsWith(day))) return true
  return (
    (YEAR_OR_DATE.test(line) || TIME.test(line) || ENDS_WITH_COLON.test(line)) && hasVerb(lower)
  )
}

function startsWithWord(lower: string, words: readonly string[]): boolean {
  return words.some((word) => lower.startsWith(word) && /^[\s,]/.test(lower.slice(word.length)))
}

function hasVerb(lower: string): boolean {
  return WROTE.some((verb) => lower.includes(verb))
}

/** A whole attribution, its lines joined. */
function isAttribution(text: string): boolean {
  const lower = lowerCase(text)
  const colon = ENDS_WITH_COLON.test(text)
  const verbAtEnd = endsWithVerb(lower)
  if (!colon && !verbAtEnd) return false
  const dated = YEAR_OR_DATE.test(text) || TIME.test(text)
  const begins = startsWithWord(lower, ON) || /^\p{Nd}/u.test(text)
  if (verbAtEnd && (colon || begins) && (dated || ADDRESS.test(text))) return true
  if (!colon || !dated) return false
  if (hasVerb(lower)) return true
  // `2022年1月1日(金) 9:00 Name <a@b>:` says no verb at all.
  const datedStart = begins || WEEKDAYS.some((day) => lower.startsWith(day))
  return datedStart && /[>\])][\s*]*[:：]$/.test(text) && ADDRESS.test(text)
}

function endsWithVerb(lower: string): boolean {
  const end = trimEndOf(lower, ' \t:：*_.)(>,-')
  return (
    WROTE.some((verb) => end.endsWith(verb)) ||
    /(?:napisał\(a|napisał|wrote|said|написал\(а)$/.test(end)
  )
}

/** Weaker forms that count only directly above a quotation. */
function beforeQuote(lines: readonly string[], at: number, text: string): boolean {
  if (markedAsQuote(lines[at] ?? '')) return false
  if (ISO_LINE.test(text) && text.length < 160 && (TIME.test(text) || ADDRESS.test(text)))
    return true
  const next = nextText(lines, at + 1, 3)
  const quoted = next !== -1 && /^\s{0,3}[>|]/.test(lines[next] ?? '')
  return quoted && ENDS_WITH_COLON.test(text) && text.length < 120 && hasVerb(lowerCase(text))
}

function nextText(lines: readonly string[], from: number, within: number): number {
  for (let at = from; at < lines.length && at < from + within; at++) {
    if ((lines[at] ?? '').trim() !== '') return at
  }
  return -1
}
