/**
 * Cuts hostile HTML down before anything with a super-linear cost touches it: depth, number of
 * tags, length of attributes. What is cut is markup; text is cut only by length.
 */
import { htmlTokens } from '../../mail/html-tokens.ts'
import { LIMITS } from './limits.ts'

export interface CutHtml {
  readonly html: string
  readonly problems: readonly string[]
}

const VOID = new Set(['br', 'hr', 'img', 'meta', 'link', 'input', 'area', 'base', 'col', 'wbr'])

/** Ordinary HTML comes back as it is. */
export function cutHtml(source: string): CutHtml {
  const problems: string[] = []
  if (isSmall(source)) return { html: source, problems }
  const kept: string[] = []
  let room: number = LIMITS.htmlLengthMax
  let depth = 0
  let nodes = 0
  let changed = false
  for (const token of htmlTokens(source)) {
    nodes += 1 + (token.kind === 'text' ? bracketsIn(source, token.start, token.end) : 0)
    if (nodes > LIMITS.htmlNodesMax) {
      if (token.kind === 'text') kept.push(source.slice(token.start, token.end).slice(0, TEXT_KEPT))
      problems.push(`HTML cut after ${LIMITS.htmlNodesMax} elements`)
      changed = true
      break
    }
    let keep = token.kind !== 'skipped' || token.end - token.start <= LIMITS.htmlAttributeLengthMax
    if (token.kind === 'open') {
      keep = token.end - token.start <= LIMITS.htmlAttributeLengthMax
      if (!VOID.has(token.name) && ++depth > LIMITS.htmlDepthMax) keep = false
    }
    if (token.kind === 'close' && depth > 0 && depth-- > LIMITS.htmlDepthMax) keep = false
    changed ||= !keep
    if (!keep) continue
    // What is dropped takes no room: a picture in an attribute does not displace the text.
    const piece = source.slice(token.start, token.end)
    kept.push(token.kind === 'text' ? piece.slice(0, room) : piece)
    room -= piece.length
    if (room < 0) {
      problems.push('HTML cut after 5,000,000 characters')
      changed = true
      break
    }
  }
  if (changed && problems.length === 0) problems.push('HTML with excessive markup, simplified')
  return { html: changed ? kept.join('') : source, problems }
}

/** Characters of a text that breaks the limit by itself. */
const TEXT_KEPT = 20_000

/** A bracket that opens no tag is text, but costs the sanitiser as much as a tag. */
function bracketsIn(html: string, start: number, end: number): number {
  let count = 0
  for (let at = html.indexOf('<', start); at !== -1 && at < end; at = html.indexOf('<', at + 1))
    count++
  return count
}

/** So little markup that no limit can be met: the HTML that most people write. */
function isSmall(html: string): boolean {
  if (html.length > LIMITS.htmlAttributeLengthMax) return false
  let at = html.indexOf('<')
  for (let count = 0; at !== -1; count++) {
    if (count >= LIMITS.htmlDepthMax) return false
    at = html.indexOf('<', at + 1)
  }
  return true
}
