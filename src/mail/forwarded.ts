/**
 * Mail forwarded by hand: finds the original sender, subject, date and text inside of a text body,
 * and what the forwarder added.
 *
 * A forward is announced by a line ("Forwarded message") or by the subject (Fwd:) together with a
 * header block; a reply that quotes a header block is not one.
 */
import { parseAddressList } from './address-list.ts'
import { cleanLine } from './clean-text.ts'
import { parseDate } from './date.ts'
import type { Forwarded } from './message.ts'
import { headerBlockAt, quotedHeaderOf } from './quote-markers.ts'
import type { QuoteMarker } from './quote-markers.ts'
import type { QuotedHeader } from './languages/mail-language.ts'
import { signatureStart } from './signature.ts'
import { baseSubject, isForwardSubject, isReplySubject } from './subject.ts'
import { TextScan } from './text-scan.ts'

/** A forward announces itself near the top, below a note of reasonable length. */
const LINES_SEARCHED = 3_000

/**
 * The forwarded mail inside of `text`, or null. `isReply`: its headers name a parent. `scan`: where
 * others look at the same text.
 */
export function findForwarded(
  { subject, isReply }: { subject: string | null; isReply: boolean },
  text: string,
  scan: TextScan = new TextScan(text),
): Forwarded | null {
  const { lines, rest } = scan
  const marker = findMarker(scan, isForwardSubject(subject), isReply || isReplySubject(subject))
  if (marker === null) return null
  const end = scan.endOfForward(marker)
  const original = readOriginal(lines.slice(0, end ?? undefined), marker)
  if (original === null) return null
  const above = lines.slice(0, marker.start).join('\n').trim()
  const below = end === null ? '' : belowForward([...lines.slice(end + 1), ...rest.split('\n')])
  return {
    ...original,
    text: rest === '' || end !== null ? original.text : `${original.text}\n${rest}`.trimEnd(),
    // Outlook leaves the subject out of its block; the forward's own subject is it with a prefix.
    subject: original.subject ?? textOf(baseSubject(subject)),
    note: [above, below].filter((text) => text !== '').join('\n\n'),
  }
}

/** Below a forwarded mail that is over the forwarder writes again, or signs. */
function belowForward(lines: readonly string[]): string {
  const signature = signatureStart(lines)
  return lines
    .slice(0, signature === -1 ? undefined : signature)
    .join('\n')
    .trim()
}

function findMarker(scan: TextScan, subjectSaysSo: boolean, isReply: boolean): QuoteMarker | null {
  for (let at = 0; at < scan.lines.length && at < LINES_SEARCHED; at++) {
    const marker = scan.markerAt(at)
    if (marker === null) continue
    if (marker.kind === 'forward' || subjectSaysSo) return marker
    // A reply quotes: what follows its first marker is somebody else's thread. A whole header
    // block in a mail that is no reply by its subject and headers was forwarded.
    return !isReply && marker.kind !== 'attribution' ? marker : null
  }
  return null
}

const QUOTED = /^\s{0,3}>/

type Original = Omit<Forwarded, 'note'>

function readOriginal(lines: readonly string[], marker: QuoteMarker): Original | null {
  const rest = lines.slice(marker.start)
  const below = rest.slice(1).find((line) => line.trim() !== '') ?? ''
  const quoted = QUOTED.test(rest[0] ?? '') || (marker.kind === 'forward' && QUOTED.test(below))
  const marked = quoted ? unquoted(rest) : rest
  const plain =
    marker.kind === 'forward' ? withoutOtherFields(marked, marker.end - marker.start) : marked
  const blockStart = findBlock(plain, marker.kind === 'headers' ? 0 : marker.end - marker.start)
  if (blockStart === -1)
    return marker.kind === 'attribution' ? fromAttribution(plain, marker) : null
  const { values, end } = readBlock(plain, blockStart)
  const from = readSender(values.get('from') ?? '')
  const body = plain.slice(end)
  return {
    from,
    subject: textOf(values.get('subject')),
    date: readDate(values.get('date')),
    text: unquoteAll(body).join('\n').trim(),
  }
}

const FIELD = /^[A-Za-z][A-Za-z0-9-]{0,60}:/

/**
 * Some clients forward every header field (RFC 5322 §2.2): those that a reader is shown are left, which
 * make a block as others write it.
 */
function withoutOtherFields(lines: readonly string[], from: number): readonly string[] {
  let start = from
  while (start < from + 3 && (lines[start] ?? '').trim() === '') start += 1
  const length = lines.slice(start).findIndex((line) => line.trim() === '')
  const block = lines.slice(start, start + Math.max(length, 0))
  if (!block.every((line) => FIELD.test(line) || /^[ \t]/.test(line))) return lines
  let shown = false
  const kept = block.filter((line) => {
    // A folded line goes with its field.
    if (FIELD.test(line)) shown = quotedHeaderOf(line) !== null
    return shown
  })
  return [...lines.slice(0, start), ...kept, ...lines.slice(start + block.length)]
}

/** The header block directly below the announcing line. */
function findBlock(lines: readonly string[], from: number): number {
  for (let at = from; at < lines.length && at < from + 6; at++) {
    if ((lines[at] ?? '').replace(/[>\s]/g, '') === '') continue
    if (quotedHeaderOf(lines[at] ?? '') !== null) return at
    if (headerBlockAt(lines, at) !== null) return at
  }
  return -1
}

interface Block {
  readonly values: ReadonlyMap<QuotedHeader, string>
  readonly end: number
}

/** Reads `Label: value` lines with folded values, up to the blank line before the body. */
function readBlock(lines: readonly string[], start: number): Block {
  const values = new Map<QuotedHeader, string>()
  let current: QuotedHeader | null = null
  let at = start
  for (; at < lines.length && at < start + 40; at++) {
    const line = lines[at] ?? ''
    if (line.replace(/[>\s*_]/g, '') === '') {
      if (!anotherHeaderFollows(lines, at + 1, values)) break
      continue
    }
    const header = quotedHeaderOf(line)
    if (
      header !== null &&
      !(values.has(header.kind) && header.kind !== 'reply' && header.kind !== 'cc')
    ) {
      values.set(header.kind, header.value)
      current = header.kind
    } else if (current !== null && isFolded(lines, at, current, values)) {
      values.set(current, `${values.get(current) ?? ''} ${line.trim()}`.trim())
    } else break
  }
  return { values, end: at }
}

/** A line without a label: more of the value above it, or already the body. */
function isFolded(
  lines: readonly string[],
  at: number,
  current: QuotedHeader,
  seen: ReadonlyMap<QuotedHeader, string>,
): boolean {
  if ((current === 'to' || current === 'cc') && (lines[at] ?? '').includes('@')) return true
  return lines.slice(at + 1, at + 4).some((line) => {
    const header = quotedHeaderOf(line)
    return header !== null && !seen.has(header.kind)
  })
}

/** Some clients put a blank line between the headers. */
function anotherHeaderFollows(
  lines: readonly string[],
  at: number,
  seen: ReadonlyMap<QuotedHeader, string>,
): boolean {
  const next = lines.slice(at, at + 3).find((line) => line.replace(/[>\s*_]/g, '') !== '')
  const header = quotedHeaderOf(next ?? '')
  return header !== null && !seen.has(header.kind) && seen.size < 5
}

/** `Name <a@b>`, `Name [mailto:a@b]`, `a@b<mailto:a@b>`, or a name alone. */
function readSender(value: string): Original['from'] {
  const plain = value
    .slice(0, 1_000)
    .replace(/\[mailto:([^\]\s]{1,300})\]/gi, '<$1>')
    .replace(/<mailto:[^<>]{1,300}>/gi, '')
    .replace(/\[([^[\]\s]{1,200}@[^[\]\s]{1,200})\]/g, '<$1>')
    .replace(/\*/g, '')
  const entry = parseAddressList(plain).find(({ address }) => address !== null)
  if (entry !== undefined)
    return { address: entry.address, name: sensibleName(entry.name, entry.address) }
  const name = cleanLine(plain.replace(/<[^<>]*>/g, '').replace(/^["']|["']$/g, ''), 128)
  return { address: null, name: name === '' ? null : name }
}

function sensibleName(name: string | null, address: string | null): string | null {
  const plain = (name ?? '').replace(/^['"]|['"]$/g, '').trim()
  return plain === '' || plain.toLowerCase() === address ? null : plain
}

/** "On <date>, Name <a@b> wrote:" above what was forwarded. */
function fromAttribution(lines: readonly string[], marker: QuoteMarker): Original | null {
  const count = marker.end - marker.start
  const line = lines.slice(0, count).join(' ')
  const named = /([^,;:<>]{0,100})<([^<>\s]{1,200}@[^<>\s]{1,200})>/.exec(line)
  if (named === null) return null
  const name = cleanLine(
    (named[1] ?? '').replace(/^.*\d{1,2}[:.h]\d{2}\S*\s*(?:[AP]M)?/i, '').replace(/["']/g, ''),
    128,
  )
  const [entry] = parseAddressList(named[2] ?? '')
  return {
    from: { address: entry?.address ?? null, name: name === '' ? null : name },
    subject: null,
    date: null,
    text: unquoteAll(lines.slice(count)).join('\n').trim(),
  }
}

/** Removes one level of quotation when every line of the body has it. */
function unquoteAll(body: readonly string[]): readonly string[] {
  const text = body.filter((line) => line.trim() !== '')
  if (text.length === 0 || !text.every((line) => /^\s{0,3}>/.test(line))) return body
  return body.map((line) => line.replace(/^\s{0,3}> ?/, ''))
}

/** The lines of a quoted forward without their marks; what follows it unquoted is the forwarder's. */
function unquoted(lines: readonly string[]): string[] {
  const end = lines.findIndex(
    (line, index) =>
      line.trim() !== '' &&
      !QUOTED.test(line) &&
      (lines[index - 1] ?? '').trim() === '' &&
      index > 0 &&
      !quotedFollows(lines, index),
  )
  return (end === -1 ? lines : lines.slice(0, end)).map((line) => line.replace(/^\s{0,3}> ?/, ''))
}

const quotedFollows = (lines: readonly string[], at: number): boolean =>
  QUOTED.test(lines[at + 1] ?? '')

function textOf(value: string | undefined): string | null {
  const text = cleanLine(value ?? '', 1_000)
  return text === '' ? null : text
}

/** RFC 3339 where the client's form can be read, else as it is written there. */
function readDate(value: string | undefined): string | null {
  return parseDate(value ?? null) ?? textOf(value)
}
