/**
 * sanitize-html's only door: from a mail's HTML to HTML that is safe to show in a sandboxed frame.
 * An allowlist: no scripts, no forms, no event handlers, no style sheets, links only to http,
 * https and mailto, images only from the message itself (cid:), remote ones lose their address.
 */
import sanitizeHtml from 'sanitize-html'
import type { Attributes, IOptions } from 'sanitize-html'
import { safeStyle } from './inline-style.ts'
import { SimpleHtml } from './simple-html.ts'

/** The commonest first: the library searches the list from its beginning for every tag and text. */
const TAGS = [
  'p',
  'br',
  'div',
  'span',
  'td',
  'tr',
  'a',
  'b',
  'table',
  'tbody',
  'img',
  'font',
  'strong',
  'li',
  'abbr',
  'address',
  'article',
  'aside',
  'bdi',
  'bdo',
  'big',
  'blockquote',
  'caption',
  'center',
  'cite',
  'code',
  'col',
  'colgroup',
  'dd',
  'del',
  'dfn',
  'dl',
  'dt',
  'em',
  'figcaption',
  'figure',
  'footer',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'hr',
  'i',
  'ins',
  'kbd',
  'main',
  'mark',
  'nav',
  'ol',
  'pre',
  'q',
  's',
  'samp',
  'section',
  'small',
  'strike',
  'sub',
  'sup',
  'tfoot',
  'th',
  'thead',
  'time',
  'tt',
  'u',
  'ul',
  'var',
  'wbr',
]

const ATTRIBUTES: Readonly<Record<string, string[]>> = {
  '*': ['style', 'dir', 'lang', 'title', 'align', 'valign'],
  a: ['href', 'rel', 'target'],
  blockquote: ['type', 'class'],
  div: ['class'],
  font: ['color', 'face', 'size'],
  img: ['src', 'alt', 'width', 'height'],
  ol: ['start', 'type'],
  table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
  td: ['width', 'colspan', 'rowspan', 'bgcolor'],
  th: ['width', 'colspan', 'rowspan', 'bgcolor'],
  tr: ['bgcolor'],
}

/** Kept so that the page can fold what a client marked as quoted. */
const CLASSES: Readonly<Record<string, string[]>> = {
  blockquote: ['gmail_quote'],
  div: ['gmail_quote', 'gmail_signature', 'yahoo_quoted', 'moz-signature', 'moz-cite-prefix'],
}

const OF_LINKS = { rel: 'noopener noreferrer nofollow', target: '_blank' }

const OPTIONS: IOptions = {
  allowedTags: TAGS,
  allowedAttributes: ATTRIBUTES,
  allowedClasses: CLASSES,
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid'] },
  allowedSchemesAppliedToAttributes: ['href', 'src', 'cite'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noembed',
    'title',
    'xmp',
    'iframe',
    'object',
  ],
  // Our own filter has done it: a CSS parser per element is most of what sanitising costs.
  parseStyleAttributes: false,
  transformTags: {
    a: (tagName, attribs) => ({
      tagName,
      attribs: { ...attribs, ...OF_LINKS },
    }),
    '*': (tagName, attribs) => ({ tagName, attribs: withSafeStyle(attribs) }),
  },
  // cutHtml() has bounded the depth; this is the second lock.
  nestingLimit: 250,
}

/** The library drops an attribute that is empty. */
function withSafeStyle(attribs: Attributes): Attributes {
  const { style } = attribs
  if (style !== undefined) attribs['style'] = safeStyle(style)
  return attribs
}

const setsOf = (lists: Readonly<Record<string, string[]>>): Map<string, Set<string>> =>
  new Map(Object.entries(lists).map(([name, list]) => [name, new Set(list)]))

const simple = new SimpleHtml({
  tags: new Set(TAGS),
  attributes: setsOf(ATTRIBUTES),
  classes: setsOf(CLASSES),
  ofLinks: OF_LINKS,
})

/** The safe HTML; '' when nothing is left. */
export function sanitiseHtml(html: string): string {
  return (simple.sanitised(html) ?? sanitizeHtml(html, OPTIONS)).trim()
}

/** The library alone: what {@link sanitiseHtml} must agree with. */
export function sanitiseByLibrary(html: string): string {
  return sanitizeHtml(html, OPTIONS).trim()
}
