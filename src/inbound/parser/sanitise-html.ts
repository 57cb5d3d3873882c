/**
 * sanitize-html's only door: from a mail's HTML to HTML that is safe to show in a sandboxed frame.
 * An allowlist: no scripts, no forms, no event handlers, no style sheets, links only to http,
 * https and mailto, images only from the message itself (cid:), remote ones lose their address.
 */
import sanitizeHtml from 'sanitize-html'
import type { Attributes, IOptions } from 'sanitize-html'
import { safeStyle } from './inline-style.ts'

const OPTIONS: IOptions = {
  // The commonest first: the list is searched from its beginning for every tag and text.
  allowedTags: [
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
  ],
  allowedAttributes: {
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
  },
  // Kept so that the page can fold what a client marked as quoted.
  allowedClasses: {
    blockquote: ['gmail_quote'],
    div: ['gmail_quote', 'gmail_signature', 'yahoo_quoted', 'moz-signature', 'moz-cite-prefix'],
  },
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
      attribs: { ...attribs, rel: 'noopener noreferrer nofollow', target: '_blank' },
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

/** The safe HTML; '' when nothing is left. */
export function sanitiseHtml(html: string): string {
  return sanitizeHtml(html, OPTIONS).trim()
}
