/**
 * Finds where quoted mail begins in a text: attribution lines ("On ... wrote:"), header blocks
 * ("From: ... Sent: ..."), separators ("-----Original Message-----"). Every test looks at a bounded
 * piece of text and no expression backtracks, so the whole is linear.
 */
import { attributionEnd, isAttribution } from './attribution-marker.ts'
import {
  FORWARDED_END,
  FORWARDED_MESSAGE,
  HEADER_LABELS,
  ORIGINAL_MESSAGE,
} from './attributions.ts'
import type { QuotedHeader } from './languages/mail-language.ts'
import { trimEndOf, trimOf } from './clean-text.ts'
import {
  ENDS_WITH_COLON,
  MARKER_LENGTH_MAX,
  YEAR_OR_DATE,
  bare,
  hasAddress,
  hasColon,
  lowerCase,
  nextText,
} from './marker-text.ts'

export interface QuoteMarker {
  readonly kind: 'attribution' | 'headers' | 'separator' | 'forward'
  /** First line, and the line after the last one. */
  readonly start: number
  readonly end: number
}

/** The marker that starts at line `at`, or null. */
export function markerAt(lines: readonly string[], at: number): QuoteMarker | null {
  const line = bare(lines[at] ?? '')
  if (line === '') return underscoreAt(lines, at)
  if ((lines[at] ?? '').length > 2 * MARKER_LENGTH_MAX) return null
  const marker = separatorAt(lines, at, line) ?? headerBlockAt(lines, at)
  if (marker !== null) return marker
  const end = attributionEnd(lines, at, line)
  return end === null ? null : { kind: 'attribution', start: at, end }
}

// --- separators ---------------------------------------------------------------------------------

const DASHED = /^[-_=~—–*]{2,}/

function separatorAt(lines: readonly string[], at: number, line: string): QuoteMarker | null {
  const dashed = isDashed(line) || isDashed(lines[at] ?? '')
  if (!dashed && !endsWithColon(line)) return underscoreAt(lines, at)
  const words = wordsOf(line)
  if (words.length > 120) return underscoreAt(lines, at)
  if (isEndLine(words, dashed)) return underscoreAt(lines, at)
  if (isForwardLine(line, words, dashed)) return { kind: 'forward', start: at, end: at + 1 }
  if (dashed && ORIGINAL_MESSAGE.some((phrase) => words.startsWith(phrase))) {
    return { kind: 'separator', start: at, end: at + 1 }
  }
  // "---- On 5 Jan 2026 Ana wrote ----": the dashes are as good as a colon.
  if (dashed && isAttribution(`${words}:`)) return { kind: 'separator', start: at, end: at + 1 }
  return underscoreAt(lines, at)
}

const isDashed = (line: string): boolean => DASHED.test(line.trimStart())

const wordsOf = (line: string): string =>
  lowerCase(line)
    .replace(/[-_=~—–*]{2,}/g, ' ')
    .trim()

/** Does this line announce a forwarded mail, with or without marks of quotation before it? */
export const isForwardStart = (line: string): boolean =>
  separatorAt([line], 0, bare(line))?.kind === 'forward'

/** "----- End forwarded message -----", as some clients draw it below the mail. */
export function isForwardEnd(line: string): boolean {
  const text = bare(line)
  return isDashed(text) && isEndLine(wordsOf(text), true)
}

/** Nothing but those words: a text that begins with them goes on. */
const isEndLine = (words: string, dashed: boolean): boolean =>
  dashed && FORWARDED_END.includes(words)

const endsWithColon = (line: string): boolean => hasColon(line) && ENDS_WITH_COLON.test(line)

/** "---------- Forwarded message ---------", "Begin forwarded message:". */
function isForwardLine(line: string, words: string, dashed: boolean): boolean {
  if (!dashed && !endsWithColon(line)) return false
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
  if (!hasColon(line)) return null
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
  return lines.slice(start, end).some((line) => hasAddress(line.slice(0, MARKER_LENGTH_MAX)))
}
