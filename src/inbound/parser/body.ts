/**
 * Which leaves are the text people read, and which are attachments (RFC 2046 §5.1).
 *
 * Every leaf ends in exactly one of the two, but for the nameless signature of signed mail. Text comes from the plain part where it says
 * something, else from the HTML; alternatives nobody shows are attachments.
 */
import { decodeBytes } from '../../mail/charset.ts'
import { cleanText, cutClean, storable } from '../../mail/clean-text.ts'
import { unflow } from '../../mail/flowed.ts'
import { escapeHtml } from '../../mail/html-entities.ts'
import { htmlCharset } from '../../mail/html-charset.ts'
import { htmlToText } from '../../mail/html.ts'
import { messageOf } from '../../errors.ts'
import { bytesOf } from './content.ts'
import { cutHtml } from './cut-html.ts'
import type { Container } from './leaves.ts'
import { LIMITS } from './limits.ts'
import type { Part, PartHead } from './part.ts'
import { isControlPart } from './protection.ts'
import { sanitiseHtml } from './sanitise-html.ts'

export interface Body {
  /** The whole text, line ends `\n`. */
  readonly text: string
  /** Sanitised, or null when the message has no HTML. */
  readonly html: string | null
  /** Everything that is not shown, in order. */
  readonly attached: readonly Part[]
  readonly problems: readonly string[]
}

const RENDERED = new Set([
  'text/plain',
  'text/html',
  'text/enriched',
  'text/richtext',
  // RFC 6522: the fields of a report are for machines, but there is nothing else to read in some.
  'message/delivery-status',
  'message/global-delivery-status',
  'text/rfc822-headers',
])

/** Could this part be shown as the message's text? Named files and attachments are not. */
export function isRenderable(part: PartHead): boolean {
  if (!RENDERED.has(part.type)) return false
  if (part.disposition !== null && part.disposition !== 'inline') return false
  // A single part is the message, whatever it is called.
  return part.filename === null || part.container === null
}

/** Parts that belong together: the renderable leaves of one multipart/alternative, or one leaf. */
interface Unit {
  readonly alternative: Container | null
  readonly plain: Part[]
  readonly html: Part[]
}

export function assembleBody(parts: readonly Part[]): Body {
  const units = unitsOf(parts.filter(isRenderable))
  const problems: string[] = []
  const read = units.map((unit) => readUnit(unit, problems))
  const hasHtml = read.some((unit) => unit.html !== '')
  const html = hasHtml ? joinHtml(read) : null
  const text = read
    .map((unit) => unit.text)
    .filter((unit) => unit !== '')
    .join('\n\n')
  if (text.length > LIMITS.textLengthMax) {
    problems.push(`text cut after ${LIMITS.textLengthMax} characters, the original has all of it`)
  }
  const shown = new Set(units.flatMap((unit) => [...unit.plain, ...unit.html]))
  return {
    text: cutClean(text, LIMITS.textLengthMax),
    html: html === null ? null : sanitiseSafely(html, problems),
    attached: parts.filter(
      (part, index) => !shown.has(part) && !isControlPart(part, parts[index - 1]),
    ),
    problems: [...new Set(problems)],
  }
}

function unitsOf(parts: readonly Part[]): Unit[] {
  const units: Unit[] = []
  for (const part of parts) {
    const alternative = outermostAlternative(part.container)
    const open =
      alternative === null ? undefined : units.find((unit) => unit.alternative === alternative)
    const unit = open ?? { alternative, plain: [], html: [] }
    if (open === undefined) units.push(unit)
    unit[part.type === 'text/html' ? 'html' : 'plain'].push(part)
  }
  return units.map(withoutEnriched)
}

/** RFC 1896 text beside plain text says the same again. */
function withoutEnriched(unit: Unit): Unit {
  const plain = unit.plain.filter(({ type }) => type === 'text/plain')
  return unit.alternative === null || plain.length === 0 ? unit : { ...unit, plain }
}

function outermostAlternative(container: Container | null): Container | null {
  let found: Container | null = null
  for (let at = container; at !== null; at = at.parent) {
    if (at.type === 'multipart/alternative') found = at
  }
  return found
}

interface ReadUnit {
  readonly text: string
  readonly html: string
}

function readUnit(unit: Unit, problems: string[]): ReadUnit {
  const plain = unit.plain.map((part) => readPlain(part, problems)).join('\n')
  const html = unit.html
    .map((part) => {
      const cut = cutHtml(storable(decode(part, problems)).replace(/\r\n?/g, '\n'))
      problems.push(...cut.problems)
      return cut.html
    })
    .join('<br>\n')
  if (html.trim() === '') return { text: plain, html: '' }
  if (isSameText(plain, html)) return { text: plain, html }
  const fromHtml = cleanText(htmlToText(html))
  return { text: betterText(plain, fromHtml, problems), html }
}

/** RFC 2046 §5.1.4 promises the same content in each alternative; not everybody keeps it. */
function betterText(plain: string, fromHtml: string, problems: string[]): string {
  if (plain.trim() === '') return fromHtml
  const plainWords = wordsOf(plain)
  const htmlWords = wordsOf(fromHtml)
  if (htmlWords.size < 20) return plain
  if (plainWords.size * 10 < htmlWords.size) {
    problems.push('the text version says almost nothing, the HTML version is shown')
    return fromHtml
  }
  const common = [...plainWords].filter((word) => htmlWords.has(word)).length
  if (plainWords.size >= 20 && common * 10 < plainWords.size) {
    problems.push('text and HTML version differ, the HTML version is shown')
    return fromHtml
  }
  return plain
}

/** Words looked up to see that the two versions say the same, without converting the HTML. */
const WORDS_SAMPLED = 12

function isSameText(plain: string, html: string): boolean {
  if (plain.length * 60 < html.length) return false
  const words = plain.slice(0, 4_000).match(/[A-Za-z]{4,20}/g) ?? []
  if (words.length < WORDS_SAMPLED) return false
  const step = Math.floor(words.length / WORDS_SAMPLED)
  const sample = Array.from({ length: WORDS_SAMPLED }, (_, index) => words[index * step] ?? '')
  return sample.filter((word) => html.includes(word)).length >= WORDS_SAMPLED - 3
}

/** A sample of the words is enough to see whether two texts are the same. */
function wordsOf(text: string): Set<string> {
  return new Set(text.slice(0, 4_000).match(/[\p{L}\p{N}]{2,40}/gu) ?? [])
}

function readPlain(part: Part, problems: string[]): string {
  const decoded = cleanText(decode(part, problems))
  if (part.type === 'text/enriched' || part.type === 'text/richtext') {
    return withoutEnrichment(decoded)
  }
  return part.flowed === null ? decoded : unflow(decoded, part.flowed)
}

/** RFC 1896: `<bold>` and the like are removed, `<<` is a literal bracket. */
function withoutEnrichment(text: string): string {
  return text
    .replace(/<param>[^<]*<\/param>/gi, '')
    .replaceAll('<<', '\u0001')
    .replace(/<\/?[a-z-]{1,60}>/gi, '')
    .replaceAll('\u0001', '<')
}

function decode(part: Part, problems: string[]): string {
  const bytes = bytesOf(part.content)
  const charset = part.charset ?? (part.type === 'text/html' ? htmlCharset(bytes) : null)
  const { text, problem } = decodeBytes(bytes, charset)
  if (problem !== null) problems.push(problem)
  if (!part.complete) problems.push('a text part is too large, only its beginning is shown')
  return text
}

function joinHtml(units: readonly ReadUnit[]): string {
  return units
    .map(({ text, html }) =>
      html === '' ? `<div style="white-space: pre-wrap">${escapeHtml(text)}</div>` : html,
    )
    .join('<hr>\n')
}

function sanitiseSafely(html: string, problems: string[]): string | null {
  try {
    const safe = sanitiseHtml(html)
    return safe === '' ? null : safe
  } catch (error) {
    // The text is shown instead; the original keeps the markup.
    problems.push(`HTML could not be sanitised (${messageOf(error)}), only the text is shown`)
    return null
  }
}
