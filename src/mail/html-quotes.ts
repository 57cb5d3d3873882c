/** Which HTML elements hold quoted mail: one row per client, what marks it and where it was seen. */
import { attributeOf } from './html-tokens.ts'

interface QuoteRule {
  readonly because: string
  readonly element: string | null
  readonly test: (tag: string) => boolean
}

const hasClass = (tag: string, pattern: RegExp): boolean =>
  pattern.test(attributeOf(tag, 'class') ?? '')
const hasId = (tag: string, pattern: RegExp): boolean => pattern.test(attributeOf(tag, 'id') ?? '')

const RULES: readonly QuoteRule[] = [
  {
    // Gmail and Outlook on the web indent with `margin: 0 0 0 40px; border: none`: no quotation.
    because: 'blockquote that is not mere indentation',
    element: 'blockquote',
    test: (tag) => !isIndentation(attributeOf(tag, 'style') ?? ''),
  },
  {
    because: 'Yahoo Mail',
    element: 'div',
    test: (tag) => hasClass(tag, /(?:^|\s)yahoo_quoted(?:\s|$)/),
  },
  {
    because: 'Proton Mail and Tutanota',
    element: 'div',
    test: (tag) => hasClass(tag, /(?:^|\s)(?:protonmail_quote|tutanota_quote)(?:\s|$)/),
  },
  {
    because: 'GMX and WEB.DE',
    element: 'div',
    test: (tag) => attributeOf(tag, 'name') === 'quote',
  },
  {
    because: 'Outlook for Mac',
    element: 'span',
    test: (tag) => hasId(tag, /^OLK_SRC_BODY_SECTION$/),
  },
  {
    because: 'Zimbra',
    element: 'div',
    test: (tag) => hasClass(tag, /(?:^|\s)zmail_extra(?:\s|$)/),
  },
]

/** Does this open tag begin a quotation? */
export function isQuotation(tag: string, name: string): boolean {
  if (name !== 'blockquote' && name !== 'div' && name !== 'span') return false
  return RULES.some((rule) => (rule.element === null || rule.element === name) && rule.test(tag))
}

function isIndentation(style: string): boolean {
  return (
    /border(?:-left)?\s?:\s?(?:none|0)/i.test(style) &&
    /margin(?:-left)?\s?:[^;]{0,40}\b40px/i.test(style)
  )
}
