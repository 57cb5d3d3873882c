/**
 * What the writer wrote now: divides a text body into reply, quotation and signature.
 *
 * Quoted text is folded, never cut: the three pieces and the full text are all kept. One pass over
 * the lines with bounded looks ahead, so the time is linear in the length of the text.
 */
import type { MessageText } from './message.ts'
import type { QuoteMarker } from './quote-markers.ts'
import { deviceLineAt, signatureStart, withoutEdges } from './signature.ts'
import { TextScan } from './text-scan.ts'

type Pieces = Omit<MessageText, 'full'>
type Lines = readonly string[]

/**
 * Divides `full`. A text that is nothing but quotation or signature is shown whole. `scan`: where
 * others look at the same text.
 */
export function visibleText(full: string, scan: TextScan = new TextScan(full)): Pieces {
  const { lines, rest } = scan
  const { segments, cut } = segmentsOf(scan)
  const choice = choose(lines, ownQuotesAsText(segments, cut < lines.length))
  const { reply, signature } = cutSignature(choice.reply)
  const endsQuoted = cut < lines.length || segments.at(-1)?.kind === 'quote'
  const shown = joinLines(reply, endsQuoted ? '' : rest)
  if (shown === '') return { reply: full.trim(), quoted: '', signature: '' }
  return {
    reply: shown,
    quoted: joinLines([...choice.quoted, ...lines.slice(cut)], endsQuoted ? rest : ''),
    signature: joinLines(signature, ''),
  }
}

function joinLines(lines: Lines, rest: string): string {
  const text = lines.join('\n').replace(/\n{4,}/g, '\n\n\n')
  return (rest === '' ? text : `${text}\n${rest}`).trim()
}

/** A run of lines of one kind. A quotation includes the marker above it. */
interface Segment {
  readonly kind: 'text' | 'quote'
  /** Introduced by a marker, so a client put it there, not the writer's hand. */
  readonly attributed: boolean
  readonly start: number
  /** First line after the marker. */
  readonly body: number
  readonly end: number
}

const QUOTED = /^(?:\s{0,3}|\s{0,20}[\u200e\u200f])(?:>|&gt;)/
const BARRED = /^\s{0,3}\|/

const isBlank = (line: string | undefined): boolean => (line ?? '').trim() === ''

/** Segments up to `cut`, from where everything is quotation. */
function segmentsOf(scan: TextScan): { segments: Segment[]; cut: number } {
  const { lines } = scan
  const segments: Segment[] = []
  let seenText = false
  let at = 0
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at++
      continue
    }
    if (QUOTED.test(lines[at] ?? '')) {
      const end = markedEnd(lines, at, QUOTED)
      segments.push({ kind: 'quote', attributed: false, start: at, body: at, end })
      at = end
      continue
    }
    const marker = scan.markerAt(at)
    const quote = marker === null ? null : quoteBelow(scan, marker)
    if (marker !== null && quote === null && seenText) return { segments, cut: at }
    if (marker !== null && quote !== null) {
      segments.push(quote)
      at = quote.end
      continue
    }
    // A marker above the whole text introduces it; only its attribution line is not part of it.
    const end = marker?.end ?? at + 1
    const introduces = marker?.kind === 'attribution'
    if (introduces) segments.push({ kind: 'quote', attributed: true, start: at, body: end, end })
    else addText(segments, at, end)
    seenText ||= !introduces && marker === null
    at = end
  }
  return { segments, cut: lines.length }
}

/** Lines of text that follow one another are one segment. */
function addText(segments: Segment[], at: number, end: number): void {
  const last = segments.at(-1)
  const start = last?.kind === 'text' && last.end === at ? last.start : at
  if (start < at) segments.pop()
  segments.push({ kind: 'text', attributed: false, start, body: end, end })
}

/** The quotation below a marker, when its lines are marked or a line ends it; null when it runs to the end. */
function quoteBelow(scan: TextScan, marker: QuoteMarker): Segment | null {
  const { lines } = scan
  const { start, end: body } = marker
  const last = scan.endOfForward(marker)
  if (last !== null) return { kind: 'quote', attributed: true, start, body, end: last + 1 }
  if (marker.kind !== 'attribution') return null
  let at = body
  while (at < lines.length && isBlank(lines[at])) at++
  if (at === lines.length) return { kind: 'quote', attributed: true, start, body, end: at }
  const mark = [QUOTED, BARRED].find((candidate) => candidate.test(lines[at] ?? ''))
  if (mark === undefined) return null
  return { kind: 'quote', attributed: true, start, body, end: markedEnd(lines, at, mark) }
}

/** Past the marked lines that start at `at`, with the blank and the wrapped ones between them. */
function markedEnd(lines: Lines, start: number, mark: RegExp): number {
  let end = start + 1
  let at = end
  while (at < lines.length) {
    const line = lines[at] ?? ''
    if (mark.test(line)) end = at + 1
    else if (!isBlank(line) && !(at === end && isWrapped(lines, at, mark))) break
    else if (!isBlank(line)) end = at + 1
    at++
  }
  return end
}

/** Wrapping a long quoted line, or a link in it, leaves a short unmarked one between marked ones. */
function isWrapped(lines: Lines, at: number, mark: RegExp): boolean {
  const [before = '', line = '', after = ''] = [lines[at - 1], lines[at], lines[at + 1]]
  if (!mark.test(after) && !/>\s*$/.test(line)) return false
  if (/^\s*[(<[]?https?:\/\/\S{1,500}\s*>?$/.test(line.slice(0, 520))) return true
  return before.length >= 60 && line.length < 25 && /^\p{Ll}/u.test(line)
}

/** A quotation without attribution above one with it was put there by hand: it is said, too. */
function ownQuotesAsText(segments: readonly Segment[], cutFollows: boolean): Segment[] {
  const lastAttributed = cutFollows
    ? segments.length
    : segments.findLastIndex(({ attributed }) => attributed)
  const opens = segments[0]?.kind === 'quote'
  return segments.map((segment, index) =>
    segment.kind === 'quote' && !segment.attributed && index < lastAttributed && !opens
      ? { ...segment, kind: 'text' }
      : segment,
  )
}

interface Choice {
  readonly reply: Lines
  readonly quoted: Lines
}

/** Top, bottom or inline? Inline answers keep their questions. */
function choose(lines: Lines, segments: readonly Segment[]): Choice {
  const first = segments.findIndex(({ kind }) => kind === 'text')
  const last = segments.findLastIndex(({ kind }) => kind === 'text')
  if (first === -1) return { reply: [], quoted: linesOf(lines, segments) }
  const between = segments.slice(first, last + 1).filter(({ kind }) => kind === 'quote')
  const before = segments.slice(0, first)
  const byHand = (segment: Segment): boolean => !segment.attributed
  const inline =
    between.length > 1 || (between.length === 1 && (before.length > 0 || between.every(byHand)))
  // By hand and nothing introduces it: what is quoted belongs to what is said below it.
  const keepBefore = inline || before.every(byHand)
  const shown = new Set(
    segments.filter((segment, index) => {
      if (index < first) return keepBefore
      return index <= last && (inline || segment.kind === 'text')
    }),
  )
  const folded = segments.flatMap((segment) => {
    if (!shown.has(segment)) return [segment]
    return segment.kind === 'quote' ? [{ ...segment, end: segment.body }] : []
  })
  return { reply: linesOf(lines, [...shown].map(withoutMarker)), quoted: linesOf(lines, folded) }
}

const withoutMarker = (segment: Segment): Segment => ({
  ...segment,
  start: segment.kind === 'text' ? segment.start : segment.body,
})

/** The lines of segments, with the blank ones that stood between them. */
function linesOf(lines: Lines, segments: readonly Segment[]): string[] {
  const out: string[] = []
  let previousEnd: number | null = null
  for (const { start, end } of segments) {
    if (previousEnd !== null && start > previousEnd && isBlank(lines[start - 1])) out.push('')
    for (let at = start; at < end; at++) out.push(lines[at] ?? '')
    previousEnd = end
  }
  return out
}

function cutSignature(reply: Lines): { reply: Lines; signature: Lines } {
  const starts = [signatureStart(reply), deviceLineAt(reply)].filter((start) => start > 0)
  const start = starts.length === 0 ? reply.length : Math.min(...starts)
  const { kept, removed } = withoutEdges(reply.slice(0, start))
  const signature = reply.slice(start)
  if (kept.every(isBlank)) return { reply: reply.slice(0, start), signature }
  return { reply: kept, signature: [...removed, ...signature] }
}
