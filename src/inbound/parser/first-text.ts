/**
 * The first readable text of a message, found without any MIME library: for messages the library
 * refuses and for the second attempt after a crash. Plain scans over at most 2 MB.
 */
import { decodeBytes } from '../../mail/charset.ts'
import { cleanText } from '../../mail/clean-text.ts'
import { headerOf } from '../../mail/message.ts'
import type { Header } from '../../mail/message.ts'
import { parseParameters } from '../../mail/parameters.ts'
import { undoTransfer } from '../../mail/transfer-encoding.ts'
import type { Source } from './source.ts'

const SCANNED_MAX = 2_000_000

/** Text of the body that starts at `bodyStart` of `source`; '' when nothing is readable. */
export function firstText(
  source: Pick<Source, 'slice'>,
  headers: readonly Header[],
  bodyStart: number,
): string {
  const body = source.slice(bodyStart, SCANNED_MAX)
  const type = headerOf({ headers }, 'content-type')
  const { value } = parseParameters(type)
  if (value.startsWith('multipart/')) return firstTextPart(body) ?? ''
  const encoding = headerOf({ headers }, 'content-transfer-encoding')
  if (value !== '' && !value.startsWith('text/') && value.includes('/')) return ''
  return readText(body, type, encoding)
}

/** A text that is not among the first parts is not what people look for. */
const PARTS_SEARCHED = 200

/** Boundary lines; what follows one is a part's header block. */
const DELIMITER = /^--[^\s-][^\r\n]{0,200}\r?\n/gm

/** The first part that says it is text, or has no type at all, and is not empty. */
function firstTextPart(body: Buffer): string | null {
  const text = body.toString('latin1')
  let searched = 0
  for (const delimiter of text.matchAll(DELIMITER)) {
    if (searched > PARTS_SEARCHED) break
    const headStart = delimiter.index + delimiter[0].length
    const { head, bodyStart } = partHead(text, headStart)
    const type = fieldOf(head, 'content-type')
    // A multipart is no part by itself: what people look for may lie a thousand of them deep.
    if (type === null || !/^\s*multipart\//i.test(type)) searched++
    if (type !== null && !/^\s*text\/(?:plain|html)/i.test(type)) continue
    const end = endOfPart(text, bodyStart, text.indexOf('\n--', bodyStart - 1))
    const content = Buffer.from(text.slice(bodyStart, end), 'latin1')
    const shown = readText(content, type, fieldOf(head, 'content-transfer-encoding'))
    if (shown !== '') return shown
  }
  return null
}

/** At most 64 kB of headers; without an empty line there are none. */
function partHead(text: string, start: number): { head: string; bodyStart: number } {
  const sample = text.slice(start, start + 64_000)
  const gap = /^\r?\n|\r?\n[ \t]*\r?\n/.exec(sample)
  if (gap === null) return { head: '', bodyStart: start }
  return { head: sample.slice(0, gap.index), bodyStart: start + gap.index + gap[0].length }
}

function fieldOf(head: string, name: string): string | null {
  const pattern = new RegExp(
    `^${name}:([^\\r\\n]{0,500}(?:\\r?\\n[ \\t][^\\r\\n]{0,500}){0,5})`,
    'im',
  )
  return pattern.exec(head)?.[1] ?? null
}

/** `-- ` alone is a signature, not a boundary. */
function endOfPart(text: string, from: number, delimiter: number): number {
  let at = delimiter
  while (at !== -1) {
    const line =
      text
        .slice(at + 1, at + 80)
        .split('\n', 1)[0]
        ?.trim() ?? ''
    if (line !== '--') return at
    at = text.indexOf('\n--', at + 3)
  }
  return Math.max(from, text.length)
}

function readText(bytes: Buffer, type: string | null, encoding: string | null): string {
  const { value, params } = parseParameters(type)
  const content = undoTransfer(bytes, (encoding ?? '').trim().toLowerCase()).bytes
  const decoded = decodeBytes(content, params.get('charset') ?? null).text
  return cleanText(value === 'text/html' ? withoutTags(decoded) : decoded).trim()
}

/** Crude on purpose: this runs when everything cleverer has failed. */
function withoutTags(html: string): string {
  let text = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open === -1) return text + html.slice(at)
    text += html.slice(at, open)
    const close = html.indexOf('>', open)
    if (close === -1) return text
    if (/^<(?:br|p|div|tr)/i.test(html.slice(open, open + 4))) text += '\n'
    at = close + 1
  }
  return text
}
