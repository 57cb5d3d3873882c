/**
 * Which declarations of a style attribute are kept. An allowlist of whole values: whatever a
 * declaration was cut out of, what comes out is one of these forms, so it cannot load, cover or
 * execute anything.
 */

const SIZE = [/^\d{1,4}(?:\.\d{1,3})?(?:px|pt|em|rem|%)?$/, /^auto$/]
const COLOUR = [/^#[0-9a-f]{3,8}$/i, /^[a-z]{3,20}$/i, /^rgba?\([\d\s,.%]{5,40}\)$/i]
const WORD = [/^[a-z-]{2,20}$/i]
const LINE = /^\d{1,2}px (?:solid|dashed|dotted) [#a-z0-9]{3,20}$/i

const ALLOWED: ReadonlyMap<string, readonly RegExp[]> = new Map(
  Object.entries({
    color: COLOUR,
    'background-color': COLOUR,
    'font-size': SIZE,
    'font-weight': [/^\d{3}$/, ...WORD],
    'font-style': WORD,
    'text-align': WORD,
    'text-decoration': WORD,
    'vertical-align': WORD,
    'white-space': WORD,
    width: SIZE,
    'max-width': SIZE,
    margin: SIZE,
    'margin-left': SIZE,
    'margin-top': SIZE,
    'margin-bottom': SIZE,
    padding: SIZE,
    'padding-left': SIZE,
    border: [LINE, /^none$/, /^0(?:px)?$/],
    'border-left': [LINE, /^none$/],
    'border-collapse': WORD,
    direction: WORD,
  }),
)

/** Nobody writes more by hand or program; the rest is dropped. */
const STYLE_LENGTH_MAX = 4_000
/** Values differ little within a mail: most styles are looked up. */
const KNOWN_MAX = 1_000
const KNOWN_LENGTH_MAX = 200
const known = new Map<string, string>()

/** The allowed declarations of `style`, normalised; '' when there are none. */
export function safeStyle(style: string): string {
  const found = known.get(style)
  if (found !== undefined) return found
  const safe = filtered(style.slice(0, STYLE_LENGTH_MAX))
  if (known.size >= KNOWN_MAX) known.clear()
  if (style.length <= KNOWN_LENGTH_MAX) known.set(style, safe)
  return safe
}

function filtered(style: string): string {
  return withoutComments(style)
    .split(';')
    .flatMap((declaration) => allowed(declaration) ?? [])
    .join(';')
}

function allowed(declaration: string): string | null {
  const colon = declaration.indexOf(':')
  if (colon === -1) return null
  const name = declaration.slice(0, colon).trim()
  const forms = ALLOWED.get(name)
  if (forms === undefined) return null
  const whole = declaration.slice(colon + 1).trim()
  const important = whole.toLowerCase().endsWith('important')
  const value = important ? whole.slice(0, whole.lastIndexOf('!')).trimEnd() : whole
  if (!forms.some((form) => form.test(value))) return null
  return `${name}:${value}${important ? ' !important' : ''}`
}

/** CSS 2.1 §4.1.9; one that never ends takes the rest with it. */
function withoutComments(style: string): string {
  if (!style.includes('/*')) return style
  let kept = ''
  let at = 0
  while (at < style.length) {
    const start = style.indexOf('/*', at)
    if (start === -1) return kept + style.slice(at)
    kept += `${style.slice(at, start)} `
    const end = style.indexOf('*/', start + 2)
    if (end === -1) return kept
    at = end + 2
  }
  return kept
}
