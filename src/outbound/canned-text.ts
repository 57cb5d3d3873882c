/** Canned replies: Liquid like the templates of our mail, with a few words about the ticket. */
import { expectedNames, parseTemplate, renderTemplate, TemplateError } from './template-engine.ts'

export interface CannedValues {
  readonly ticket: { readonly id: number; readonly subject: string }
  /** `first_name` is the name up to its first space; both are '' when nobody knows it. */
  readonly requester: {
    readonly name: string
    readonly first_name: string
    readonly email: string
  }
  readonly agent: { readonly name: string }
  readonly inbox: { readonly name: string }
}

const SAMPLE: CannedValues = {
  ticket: { id: 1, subject: 'Subject' },
  requester: { name: 'Ana Ferreira', first_name: 'Ana', email: 'ana@example.org' },
  agent: { name: 'Bruno' },
  inbox: { name: 'Support' },
}

/** What a canned reply may name: `ticket.id`. */
export const CANNED_NAMES: readonly string[] = Object.entries(SAMPLE).flatMap(
  ([name, value]: [string, object]) => Object.keys(value).map((inner) => `${name}.${inner}`),
)

const FILE = 'canned reply'

/** Choices, and nothing that repeats: whoever writes one holds up nobody. */
const TAGS = new Set(
  'if elsif else endif unless endunless case when endcase comment endcomment'.split(' '),
)

/** What is wrong with it, as a sentence; null: nothing. */
export function cannedMistake(text: string): string | null {
  const tags = [...text.matchAll(/\{%-?\s*(\w*)/g)].map(([, tag = '']) => tag)
  const forbidden = tags.find((tag) => !TAGS.has(tag))
  if (forbidden !== undefined) {
    return `{% ${forbidden} %} cannot be used here, only ${[...TAGS].join(', ')}`
  }
  try {
    const template = parseTemplate('text', FILE, text)
    const names = expectedNames(template).map(({ path }) =>
      path.map((step) => step ?? '[]').join('.'),
    )
    const unknown = names.find((name) => !CANNED_NAMES.includes(name))
    if (unknown !== undefined) return `${unknown} is not one of ${CANNED_NAMES.join(', ')}`
    renderCanned(text, SAMPLE, { locale: 'en', timeZone: 'UTC' })
    return null
  } catch (err) {
    if (err instanceof TemplateError) return `line ${err.mistake.line}: ${err.mistake.what}`
    throw err
  }
}

/** @throws TemplateError */
export function renderCanned(
  text: string,
  values: CannedValues,
  { locale, timeZone }: { locale: string; timeZone: string },
): string {
  const settings = { locale, format: locale, timeZone, strict: false }
  return renderTemplate(parseTemplate('text', FILE, text), values, settings)
}
