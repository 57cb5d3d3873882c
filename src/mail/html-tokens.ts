/**
 * A tolerant HTML tokeniser, one pass, linear whatever comes in. It serves two users: cutting
 * hostile HTML down before it is sanitised, and turning HTML into text.
 */

export type HtmlToken =
  | { readonly kind: 'text'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'open'
      readonly name: string
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'close'; readonly name: string; readonly start: number; readonly end: number }
  /** Comments, declarations, and elements whose content is no markup (script, style, title). */
  | { readonly kind: 'skipped'; readonly start: number; readonly end: number }

const RAW_TEXT = new Set([
  'script',
  'style',
  'title',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'textarea',
  'noscript',
])
const TAG_NAME = /[a-zA-Z][a-zA-Z0-9:_-]{0,60}/y

/** All tokens of `html`, in order, covering every character once. */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  const lower = new LazyLower(html)
  let at = 0
  let textStart = 0
  while (at < html.length) {
    const start = html.indexOf('<', at)
    if (start === -1) break
    const token = tokenAt(html, start, lower)
    if (token === null) {
      at = start + 1
      continue
    }
    if (start > textStart) yield { kind: 'text', start: textStart, end: start }
    yield token
    at = token.end
    textStart = token.end
  }
  if (html.length > textStart) yield { kind: 'text', start: textStart, end: html.length }
}

/** Lower-casing 5 MB is only worth it when a raw text element has to be closed. */
class LazyLower {
  readonly #html: string
  #lower: string | null = null
  /** What was not found once is not there further on either: without this, a quadratic search. */
  readonly #missing = new Set<string>()
  constructor(html: string) {
    this.#html = html
  }
  indexOf(needle: string, from: number): number {
    if (this.#missing.has(needle)) return -1
    this.#lower ??= asciiLower(this.#html)
    const found = this.#lower.indexOf(needle, from)
    if (found === -1) this.#missing.add(needle)
    return found
  }
}

/** toLowerCase() changes the length of some strings (U+0130); offsets must stay. */
function asciiLower(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (run) => run.toLowerCase())
}

function tokenAt(html: string, start: number, lower: LazyLower): HtmlToken | null {
  const next = html[start + 1]
  if (next === '!' || next === '?')
    return { kind: 'skipped', start, end: endOfComment(html, start) }
  const closing = next === '/'
  TAG_NAME.lastIndex = start + (closing ? 2 : 1)
  const name = TAG_NAME.exec(html)?.[0].toLowerCase()
  if (name === undefined) return null
  const end = endOfTag(html, TAG_NAME.lastIndex)
  if (closing) return { kind: 'close', name, start, end }
  if (!RAW_TEXT.has(name)) return { kind: 'open', name, start, end }
  const close = lower.indexOf(`</${name}`, end)
  if (close === -1) return { kind: 'skipped', start, end }
  return { kind: 'skipped', start, end: endOfTag(html, close + name.length + 2) }
}

function endOfComment(html: string, start: number): number {
  if (html.startsWith('<!--', start)) {
    // `<!-->` and `<!--->` are complete comments (HTML §13.2.5.43).
    const short = /^<!---?>/.exec(html.slice(start, start + 6))
    if (short !== null) return start + short[0].length
    const end = html.indexOf('-->', start + 4)
    if (end !== -1) return end + 3
  }
  const end = html.indexOf('>', start)
  return end === -1 ? html.length : end + 1
}

/** Past the `>` that ends the tag; one inside of a quoted attribute does not. */
function endOfTag(html: string, from: number): number {
  let at = from
  for (; at < html.length; at++) {
    const character = html[at]
    if (character === '>') return at + 1
    if (character !== '"' && character !== "'") continue
    // A quote counts only as the delimiter of a value, and only if it is closed.
    if (!/[=\s]/.test(html[at - 1] ?? '')) continue
    const close = html.indexOf(character, at + 1)
    if (close === -1) return afterFirstBracket(html, at)
    at = close
  }
  return html.length
}

function afterFirstBracket(html: string, from: number): number {
  const end = html.indexOf('>', from)
  return end === -1 ? html.length : end + 1
}

/** The value of one attribute of the tag `html.slice(start, end)`, entities not decoded; or null. */
export function attributeOf(tag: string, name: string): string | null {
  const found = attributePattern(name).exec(tag.slice(0, 4_000))
  return found === null ? null : (found[1] ?? found[2] ?? found[3] ?? '')
}

const patterns = new Map<string, RegExp>()

function attributePattern(name: string): RegExp {
  const known = patterns.get(name)
  if (known !== undefined) return known
  const value = `(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`
  const pattern = new RegExp(`[\\s"'/]${name}\\s{0,9}=\\s{0,9}${value}`, 'i')
  patterns.set(name, pattern)
  return pattern
}
