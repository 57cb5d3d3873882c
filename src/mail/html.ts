/**
 * HTML to plain text, for reading, searching and finding the visible reply. Quotations become
 * lines that start with `> `, so that one scanner (visible-text.ts) serves both kinds of mail.
 */
import { decodeEntities } from './html-entities.ts'
import { attributeOf, htmlTokens } from './html-tokens.ts'
import { isQuotation } from './html-quotes.ts'

type Layout = 'block' | 'paragraph' | 'cell' | 'item' | 'break' | 'rule' | 'preformatted'

/** How elements lay out; everything not named is inline. */
const LAYOUT = new Map<string, Layout>(
  Object.entries<Layout>({
    address: 'block',
    article: 'block',
    aside: 'block',
    body: 'block',
    center: 'block',
    dd: 'block',
    div: 'block',
    dl: 'block',
    dt: 'block',
    fieldset: 'block',
    footer: 'block',
    form: 'block',
    header: 'block',
    main: 'block',
    nav: 'block',
    section: 'block',
    table: 'block',
    tbody: 'block',
    tr: 'block',
    caption: 'block',
    option: 'block',
    figure: 'block',
    blockquote: 'paragraph',
    h1: 'paragraph',
    h2: 'paragraph',
    h3: 'paragraph',
    h4: 'paragraph',
    h5: 'paragraph',
    h6: 'paragraph',
    p: 'paragraph',
    ul: 'paragraph',
    ol: 'paragraph',
    td: 'cell',
    th: 'cell',
    li: 'item',
    br: 'break',
    hr: 'rule',
    pre: 'preformatted',
    plaintext: 'preformatted',
    listing: 'preformatted',
  }),
)

const VOID = new Set(['br', 'hr', 'img', 'meta', 'link', 'input', 'area', 'base', 'col', 'wbr'])
const QUOTE_DEPTH_MAX = 20
/** Elements kept on the stack; deeper ones only lay out. */
const DEPTH_MAX = 2_000

interface Open {
  readonly name: string
  readonly quote: boolean
  readonly ordered: boolean
  items: number
}

/** Converts HTML of any quality. The caller bounds its length. */
export function htmlToText(html: string): string {
  const writer = new TextWriter()
  const stack: Open[] = []
  for (const token of htmlTokens(html)) {
    if (token.kind === 'text') writer.text(decodeEntities(html.slice(token.start, token.end)))
    if (token.kind === 'open') open(html.slice(token.start, token.end), token.name, stack, writer)
    if (token.kind === 'close') close(token.name, stack, writer)
  }
  return writer.result()
}

function open(tag: string, name: string, stack: Open[], writer: TextWriter): void {
  const layout = LAYOUT.get(name)
  if (name === 'p' && stack.at(-1)?.name === 'p') close('p', stack, writer)
  if (name === 'li' && stack.at(-1)?.name === 'li') close('li', stack, writer)
  const quote = isQuotation(tag, name)
  if (quote) writer.quote(1)
  else startOf(layout, stack, writer)
  if (name === 'img') writer.text(imageText(tag))
  if (VOID.has(name) || tag.endsWith('/>') || stack.length >= DEPTH_MAX) return
  if (layout === 'preformatted') writer.preformatted++
  if (layout !== undefined || quote) stack.push({ name, quote, ordered: name === 'ol', items: 0 })
}

function startOf(layout: Layout | undefined, stack: Open[], writer: TextWriter): void {
  if (layout === 'break') writer.newLine()
  else if (layout === 'cell') writer.cell()
  else if (layout === 'paragraph') writer.blankLine()
  else if (layout === 'block' || layout === 'preformatted') writer.freshLine()
  else if (layout === 'rule') writer.rule()
  else if (layout === 'item') {
    const list = stack.findLast((element) => element.name === 'ol' || element.name === 'ul')
    if (list !== undefined) list.items++
    writer.freshLine()
    writer.text(list?.ordered === true ? `${list.items}. ` : '- ')
  }
}

/** Closes `name` and what is open inside of it; a close tag without its open tag is ignored. */
function close(name: string, stack: Open[], writer: TextWriter): void {
  if (name === 'p' && stack.at(-1)?.name !== 'p') return
  const depth = stack.findLastIndex((element) => element.name === name)
  if (depth === -1 || stack.length - depth > 200) return
  while (stack.length > depth) {
    const element = stack.pop()
    if (element === undefined) return
    const layout = LAYOUT.get(element.name)
    if (layout === 'preformatted') writer.preformatted--
    if (element.quote) writer.quote(-1)
    else if (layout === 'paragraph') writer.blankLine()
    else if (layout !== undefined && layout !== 'cell') writer.freshLine()
  }
}

/** An emoji or a smiley drawn as an image is part of the sentence; a logo is not. */
function imageText(tag: string): string {
  const alt = decodeEntities(attributeOf(tag, 'alt') ?? '')
  return alt.length <= 8 && /\p{Extended_Pictographic}/u.test(alt) ? alt : ''
}

/** Lays text out in lines with quote prefixes. */
class TextWriter {
  preformatted = 0
  readonly #lines: string[] = []
  #line = ''
  #quotes = 0
  /** Quote depth of a blank line that is due before the next text. */
  #blank: number | null = null
  #spacePending = false

  text(text: string): void {
    if (this.preformatted > 0) {
      this.#preformattedText(text)
      return
    }
    const collapsed = text.replace(/[\t\n\f\r ]+/g, ' ')
    if (collapsed === '' || (collapsed === ' ' && this.#line === '')) return
    if (collapsed === ' ') {
      this.#spacePending = true
      return
    }
    this.#startLine()
    const separate = this.#line !== '' && (this.#spacePending || collapsed.startsWith(' '))
    this.#line += (separate ? ' ' : '') + collapsed.trim().replaceAll('\u00a0', ' ')
    this.#spacePending = collapsed.endsWith(' ')
  }

  newLine(): void {
    this.#startLine()
    this.#flush()
  }

  freshLine(): void {
    if (this.#line !== '') this.#flush()
  }

  blankLine(): void {
    this.freshLine()
    if (this.#lines.length > 0) this.#blank = Math.min(this.#blank ?? this.#quotes, this.#quotes)
  }

  cell(): void {
    if (this.#line !== '') this.#spacePending = true
  }

  rule(): void {
    this.freshLine()
    this.text('________________________________')
    this.#flush()
  }

  quote(change: 1 | -1): void {
    this.blankLine()
    this.#quotes += change
    if (this.#blank !== null) this.#blank = Math.min(this.#blank, this.#quotes)
  }

  result(): string {
    this.freshLine()
    return this.#lines
      .join('\n')
      .replace(/\n{4,}/g, '\n\n\n')
      .trim()
  }

  #preformattedText(text: string): void {
    const [first = '', ...rest] = text.replace(/\r\n?/g, '\n').split('\n')
    if (first !== '') this.#startLine()
    this.#line += first
    for (const line of rest) {
      this.#startLine()
      this.#flush()
      this.#line = line
    }
  }

  /** A pending blank line belongs in front of text, not at the end of the document. */
  #startLine(): void {
    if (this.#line !== '' || this.#blank === null) return
    const prefix = prefixOf(this.#blank).trimEnd()
    this.#blank = null
    if ((this.#lines.at(-1) ?? '').replace(/[> ]/g, '') !== '') this.#lines.push(prefix)
  }

  #flush(): void {
    this.#lines.push(prefixOf(this.#quotes) + this.#line.trimEnd())
    this.#line = ''
    this.#spacePending = false
  }
}

function prefixOf(quotes: number): string {
  const depth = Math.max(0, Math.min(quotes, QUOTE_DEPTH_MAX))
  return depth === 0 ? '' : `${'>'.repeat(depth)} `
}
