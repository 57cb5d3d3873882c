/**
 * What the writer wrote now: divides a text body into reply, quotation and signature.
 *
 * Quoted text is folded, never cut: the three pieces and the full text are all kept. One pass over
 * the lines with bounded looks ahead, so the time is linear in the length of the text.
 */
import type { MessageText } from './message.ts'
import { headerBlockAt, markerAt } from './quote-markers.ts'
import type { QuoteMarker } from './quote-markers.ts'
import { signatureStart, withoutDeviceLines } from './signature.ts'

type Pieces = Omit<MessageText, 'full'>

/** Lines analysed; what follows is taken as it comes. */
const LINES_MAX = 50_000

/** Divides `full`. A text that is nothing but quotation or signature is shown whole. */
export function visibleText(full: string): Pieces {
  const lines = full.split('\n')
  const analysed = lines.slice(0, LINES_MAX)
  const kinds = classify(analysed)
  const choice = choose(analysed, kinds)
  const reply = cutSignature(analysed, choice.reply)
  const shown = joinLines(reply.reply)
  if (shown.trim() === '') return { reply: full.trim(), quoted: '', signature: '' }
  return {
    reply: shown,
    quoted: joinLines([...choice.quoted, ...lines.slice(LINES_MAX)]),
    signature: joinLines(reply.signature),
  }
}

function joinLines(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim()
}

type LineKind = 'text' | 'blank' | 'quote' | 'marker'

interface Classified {
  readonly kinds: readonly LineKind[]
  /** Where everything to the end is quotation, or the number of lines. */
  readonly cut: number
  /** Lines of the leading marker that introduces nothing but the whole mail. */
  readonly attributed: boolean
}

const QUOTED = /^(?:\s{0,3}|\s*[\u200e\u200f])(?:>|&gt;)/
const BARRED = /^\s{0,3}\|/

/** Says for each line what it is, up to the point from which everything is quotation. */
function classify(lines: readonly string[]): Classified {
  const kinds: LineKind[] = []
  let attributed = false
  let seenText = false
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    if (line.trim() === '') {
      kinds.push('blank')
      at++
      continue
    }
    if (QUOTED.test(line)) {
      kinds.push('quote')
      at++
      continue
    }
    const marker = markerAt(lines, at)
    if (marker === null) {
      kinds.push('text')
      seenText = true
      at++
      continue
    }
    const end = quoteEnd(lines, marker)
    if (end === null && seenText) return { kinds, cut: at, attributed }
    // A marker above the whole text introduces it: the text is all there is to show.
    attributed ||= marker.kind === 'attribution'
    const markerKind = end === null && marker.kind !== 'attribution' ? 'text' : 'marker'
    for (; at < marker.end; at++) kinds.push(markerKind)
    for (; end !== null && at < end; at++)
      kinds.push((lines[at] ?? '').trim() === '' ? 'blank' : 'quote')
  }
  return { kinds, cut: lines.length, attributed }
}

/** Where the quotation after a marker ends when its lines are marked; null when it never does. */
function quoteEnd(lines: readonly string[], marker: QuoteMarker): number | null {
  if (marker.kind === 'forward' || marker.kind === 'separator') return null
  let at = marker.end
  while (at < lines.length && (lines[at] ?? '').trim() === '') at++
  if (at === lines.length) return at
  const mark = QUOTED.test(lines[at] ?? '') ? QUOTED : BARRED
  if (!mark.test(lines[at] ?? '') || marker.kind === 'headers') return null
  while (at < lines.length && (mark.test(lines[at] ?? '') || (lines[at] ?? '').trim() === '')) at++
  return at
}

interface Choice {
  readonly reply: readonly string[]
  readonly quoted: readonly string[]
}

/** Top, bottom or inline? Inline answers keep their questions. */
function choose(lines: readonly string[], { kinds, cut, attributed }: Classified): Choice {
  const body = lines.slice(0, cut)
  const rest = lines.slice(cut)
  const isMine = (index: number): boolean => kinds[index] === 'text'
  const first = kinds.findIndex((kind) => kind === 'text')
  const last = kinds.findLastIndex((kind) => kind === 'text')
  const quotes = kinds.findIndex((kind) => kind === 'quote' || kind === 'marker')
  if (first === -1 || quotes === -1) return { reply: body, quoted: rest }
  const quoteAfterFirst = kinds.findIndex(
    (kind, index) => index > first && (kind === 'quote' || kind === 'marker'),
  )
  const leading = quotes < first
  if (quoteAfterFirst === -1 || quoteAfterFirst > last) {
    const quoteBefore = body.slice(0, first)
    const quoteAfter = quoteAfterFirst === -1 ? [] : body.slice(quoteAfterFirst)
    const mine = body.slice(first, quoteAfterFirst === -1 ? body.length : quoteAfterFirst)
    // Without an attribution the quotation was put there by hand: it belongs to what is said.
    const keep = leading && !attributed
    return keep
      ? { reply: [...quoteBefore, ...mine], quoted: [...quoteAfter, ...rest] }
      : { reply: mine, quoted: [...quoteBefore, ...quoteAfter, ...rest] }
  }
  return interleaved(body, kinds, isMine, rest)
}

/** Text on both sides of a quotation: what follows it decides. */
function interleaved(
  body: readonly string[],
  kinds: readonly LineKind[],
  isMine: (index: number) => boolean,
  rest: readonly string[],
): Choice {
  const last = kinds.findLastIndex((kind) => kind === 'text')
  const firstQuote = kinds.findIndex((kind, index) => kind !== 'blank' && !isMine(index))
  const afterQuotes = body.slice(firstQuote).filter((_, index) => isMine(firstQuote + index))
  const start = signatureStart(afterQuotes)
  // A signature or footer below the quotation is no answer to it.
  if (firstQuote > 0 && kinds.slice(0, firstQuote).includes('text') && start === 0) {
    return { reply: body.slice(0, firstQuote), quoted: [...body.slice(firstQuote), ...rest] }
  }
  const reply = body.slice(0, last + 1).filter((_, index) => kinds[index] !== 'marker')
  return { reply, quoted: [...body.slice(last + 1), ...rest] }
}

function cutSignature(
  _lines: readonly string[],
  reply: readonly string[],
): { reply: readonly string[]; signature: readonly string[] } {
  const start = signatureStart(reply)
  const body = start === -1 ? reply : reply.slice(0, start)
  const delimited = start === -1 ? [] : reply.slice(start)
  const { kept, removed } = withoutDeviceLines(body)
  if (kept.every((line) => line.trim() === '')) return { reply: body, signature: delimited }
  return { reply: kept, signature: [...removed, ...delimited] }
}

export { headerBlockAt }
