/**
 * The HTML that most programs write, sanitised without the library: every element closed in its
 * order, attributes in double quotes, the commonest entities. Whatever is not exactly that is left
 * to sanitize-html, and for what is, both give the same, character for character (a test compares
 * them). It only ever leaves out or keeps; nothing is repaired here.
 */
import { safeStyle } from './inline-style.ts'

export interface Allowed {
  readonly tags: ReadonlySet<string>
  /** By tag; `*` for all. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>
  readonly classes: ReadonlyMap<string, ReadonlySet<string>>
  /** Attributes of every link, behind its own. */
  readonly ofLinks: Readonly<Record<string, string>>
}

/** One tag: what of it is written, and what it does to the elements that are open. */
interface Tag {
  readonly does: 'open' | 'close' | 'nothing'
  readonly name: string
  readonly written: string
}

/** The library stops at 250 in its own count; such a mail is its business. */
const DEPTH_MAX = 100
/** Tags differ little within a mail: most are looked up. */
const KNOWN_MAX = 2_000
const KNOWN_LENGTH_MAX = 300
const TAG_LENGTH_MAX = 2_000

/** Elements without a content, and those that are left out though their content stays. */
const VOID = new Set(['br', 'hr', 'meta', 'link'])
const LEFT_OUT = new Set(['html', 'head', 'body', 'meta', 'link'])

/** What an HTML parser closes by itself when another one begins: no business of this file. */
const CLOSED_BY: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    p: 'p h1 h2 h3 h4 h5 h6 address article aside blockquote div dl figcaption figure footer header hr main nav ol pre section table ul',
    td: 'td tr',
    th: 'th td tr',
    tr: 'tr',
    thead: 'td tbody tfoot',
    tbody: 'tbody tfoot',
    li: 'li',
    dd: 'dd dt',
    dt: 'dd dt',
    head: 'body',
  }).map(([name, by]) => [name, new Set(by.split(' '))]),
)

const ENTITY = /&(?:amp|lt|gt|nbsp|quot|#39);/g
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['&nbsp;', '\u00a0'],
  ['&quot;', '"'],
  ['&#39;', "'"],
])

const NAME = /^[a-z][a-z0-9]*/
const ATTRIBUTE = /\s+([a-z][a-z-]*)="([^"<>&]*)"/y
const DOCTYPE = /^!doctype\s[^<>]*$/i
/** Schemes, and characters that mean nothing to HTML. */
const LINK = /^(?:https?:\/\/|mailto:|tel:)[\w\-.~:/?#[\]@!$'()*+,;=%]*$/

export class SimpleHtml {
  readonly #allowed: Allowed
  readonly #known = new Map<string, Tag | null>()

  constructor(allowed: Allowed) {
    this.#allowed = allowed
  }

  /** The safe HTML; null: it is not as simple as that. */
  sanitised(html: string): string | null {
    const open: string[] = []
    let safe = ''
    let at = 0
    for (;;) {
      const start = html.indexOf('<', at)
      const text = textOf(start === -1 ? html.slice(at) : html.slice(at, start))
      if (text === null) return null
      safe += text
      if (start === -1) return open.length === 0 ? safe : null
      const end = html.indexOf('>', start)
      if (end === -1 || end - start > TAG_LENGTH_MAX) return null
      const tag = this.#tagOf(html.slice(start + 1, end))
      if (tag === null || !fits(tag, open)) return null
      safe += tag.written
      at = end + 1
    }
  }

  #tagOf(inside: string): Tag | null {
    const found = this.#known.get(inside)
    if (found !== undefined) return found
    const tag = this.#read(inside)
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    if (inside.length <= KNOWN_LENGTH_MAX) this.#known.set(inside, tag)
    return tag
  }

  #read(inside: string): Tag | null {
    if (DOCTYPE.test(inside)) return { does: 'nothing', name: '', written: '' }
    const closes = inside.startsWith('/')
    const rest = closes ? inside.slice(1) : inside
    const [name] = NAME.exec(rest) ?? []
    if (name === undefined || !(this.#allowed.tags.has(name) || LEFT_OUT.has(name))) return null
    if (name === 'img' || (VOID.has(name) && closes)) return null
    const isLeftOut = LEFT_OUT.has(name)
    if (closes) {
      return rest === name ? { does: 'close', name, written: isLeftOut ? '' : `</${name}>` } : null
    }
    const attributes = this.#attributesOf(name, rest.slice(name.length))
    if (attributes === null) return null
    const does = VOID.has(name) ? 'nothing' : 'open'
    const end = does === 'nothing' ? ' />' : '>'
    return { does, name, written: isLeftOut ? '' : `<${name}${attributes}${end}` }
  }

  /** As they are written; null: something about them is not simple. */
  #attributesOf(tag: string, source: string): string | null {
    const kept = new Map<string, string>()
    const seen = new Set<string>()
    ATTRIBUTE.lastIndex = 0
    let end = 0
    for (let found = ATTRIBUTE.exec(source); found !== null; found = ATTRIBUTE.exec(source)) {
      end = ATTRIBUTE.lastIndex
      const [, name = '', value = ''] = found
      if (seen.has(name) || (value === '' && name !== 'style')) return null
      seen.add(name)
      const safe = this.#valueOf(tag, name, value)
      if (safe === null) return null
      if (safe !== '') kept.set(name, safe)
    }
    if (source.slice(end).trim() !== '' && !(VOID.has(tag) && source.slice(end).trim() === '/')) {
      return null
    }
    const added = tag === 'a' ? Object.entries(this.#allowed.ofLinks) : []
    return [...kept, ...added].map(([name, value]) => ` ${name}="${value}"`).join('')
  }

  /** '' where it is left out; null: only the library knows. */
  #valueOf(tag: string, name: string, value: string): string | null {
    const { attributes, classes, ofLinks } = this.#allowed
    if (tag === 'a' && Object.hasOwn(ofLinks, name)) return null
    if (name === 'style') return safeStyle(value)
    if (name === 'class' && classes.has(tag)) return classesOf(value, classes.get(tag))
    const isAllowed = attributes.get('*')?.has(name) || attributes.get(tag)?.has(name)
    if (isAllowed !== true) return ''
    if (name === 'src' || name === 'cite') return null
    if (name === 'href') return LINK.test(value) ? value : null
    return value
  }
}

function classesOf(value: string, allowed: ReadonlySet<string> | undefined): string {
  return value
    .split(/\s+/)
    .filter((name) => allowed?.has(name))
    .join(' ')
}

/** Does it close what is open last, or open what may stand there? Keeps `open` in step. */
function fits({ does, name }: Tag, open: string[]): boolean {
  const last = open.at(-1) ?? ''
  if (does === 'close') return open.pop() === name
  if (CLOSED_BY.get(last)?.has(name) === true) return false
  if (does === 'open') open.push(name)
  return open.length <= DEPTH_MAX
}

/** Text as it is written; null: it has an entity, or a sign, that only a parser reads rightly. */
function textOf(source: string): string | null {
  const text = source.includes('>') ? source.replaceAll('>', '&gt;') : source
  if (!text.includes('&')) return text
  let at = 0
  let written = ''
  for (const { 0: entity, index } of text.matchAll(ENTITY)) {
    written += text.slice(at, index) + (WRITTEN.get(entity) ?? entity)
    if (text.slice(at, index).includes('&')) return null
    at = index + entity.length
  }
  return text.slice(at).includes('&') ? null : written + text.slice(at)
}
