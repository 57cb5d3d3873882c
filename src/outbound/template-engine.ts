/**
 * Liquid as our templates use it: every unknown variable and filter is an error, output is escaped
 * for its context, and a rendering has bounds. liquidjs' door.
 */
import { Liquid, type Template } from 'liquidjs'
import { messageOf } from '../errors.ts'
import { escapeHtml } from './plain-html.ts'
import { dateText, pluralCategories, type PluralForms, pluralText } from './template-words.ts'

export type Format = 'text' | 'html'

export interface ParsedTemplate {
  readonly format: Format
  readonly file: string
  readonly nodes: Template[]
}

/** HTML that is already safe and must not be escaped again. */
export class SafeHtml {
  readonly html: string
  constructor(html: string) {
    this.html = html
  }
}

export interface RenderSettings {
  /** The language of the template: its plural forms. */
  readonly locale: string
  /** How dates and numbers are written; of the same language. */
  readonly format: string
  /** IANA name. */
  readonly timeZone: string
  /** Insist on every plural form the language has. */
  readonly strict: boolean
}

export interface TemplateMistake {
  readonly file: string
  readonly line: number
  readonly what: string
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly mistake: TemplateMistake
  constructor(mistake: TemplateMistake, options?: ErrorOptions) {
    super(`${mistake.file}:${mistake.line}: ${mistake.what}`, options)
    this.mistake = mistake
  }
}

/** Bounds of one rendering: a template with a runaway loop stops here. */
const LIMITS = { parseLimit: 200_000, renderLimit: 2_000, memoryLimit: 50_000_000 }
const STRICT = { strictVariables: true, strictFilters: true, ownPropertyOnly: true }

/** Templates print words and numbers; anything else is a mistake that shows as nothing. */
const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** A template is one file: what these tags name would be read from the working directory. */
const TAGS_OF_FILES = ['include', 'render', 'layout', 'block']
/** Look-ups of files end here, whichever tag might make one. */
const NO_FILES = { templates: {} }

const engines: Readonly<Record<Format, Liquid>> = {
  text: new Liquid({ ...LIMITS, ...STRICT, ...NO_FILES, outputEscape: plain }),
  html: new Liquid({
    ...LIMITS,
    ...STRICT,
    ...NO_FILES,
    outputEscape: (value: unknown) =>
      value instanceof SafeHtml ? value.html : escapeHtml(plain(value)),
  }),
}

/** The settings travel under a name that no template can write. */
const SETTINGS = '(settings)'

const settingsIn = (globals: object): RenderSettings =>
  (globals as Record<string, RenderSettings>)[SETTINGS] ?? {
    locale: 'en',
    format: 'en',
    timeZone: 'UTC',
    strict: true,
  }

for (const engine of Object.values(engines)) {
  for (const tag of TAGS_OF_FILES) {
    engine.registerTag(tag, {
      parse() {
        throw new Error(`{% ${tag} %} cannot be used: a template is one file`)
      },
      render: () => '',
    })
  }
  /** `{{ at | datetime }}`: with the zone of the inbox. */
  engine.registerFilter('datetime', function (value: unknown) {
    if (!(value instanceof Date)) throw new Error('datetime needs an instant')
    const { format, timeZone } = settingsIn(this.context.globals)
    return dateText(value, format, timeZone)
  })
  /** `{{ count | plural: one: "# file", other: "# files" }}`. */
  engine.registerFilter('plural', function (count: unknown, ...given: unknown[]) {
    if (typeof count !== 'number') throw new Error('plural needs a number')
    const { locale, strict } = settingsIn(this.context.globals)
    const forms = formsIn(given)
    const missing = pluralCategories(locale).filter((category) => !(category in forms))
    if (strict && missing.length > 0) {
      throw new Error(`plural lacks ${missing.join(', ')} of the language ${locale}`)
    }
    return pluralText(count, forms, locale)
  })
}

/** liquidjs hands `name: value` over as pairs. */
function formsIn(given: readonly unknown[]): PluralForms {
  const pairs = given.filter((one): one is [string, unknown] => Array.isArray(one))
  return Object.fromEntries(pairs.map(([category, form]) => [category, plain(form)]))
}

/**
 * Parses a template that begins at a line of its file.
 * @throws TemplateError
 */
export function parseTemplate(
  format: Format,
  file: string,
  source: string,
  firstLine = 1,
): ParsedTemplate {
  // Empty lines in front keep line numbers true; results are trimmed.
  const placed = '\n'.repeat(firstLine - 1) + source
  try {
    return { format, file, nodes: engines[format].parse(placed, file) }
  } catch (cause) {
    throw errorAt(file, cause)
  }
}

/** @throws TemplateError */
export function renderTemplate(
  template: ParsedTemplate,
  values: object,
  settings: RenderSettings,
): string {
  try {
    const globals = { [SETTINGS]: settings }
    return String(
      engines[template.format].renderSync(template.nodes, { ...values }, { globals }),
    ).trim()
  } catch (cause) {
    throw errorAt(template.file, cause)
  }
}

function errorAt(file: string, cause: unknown): TemplateError {
  // liquidjs' messages end with their place: `..., file:x, line:3, col:7`.
  const [what = '', ...places] = messageOf(cause).split(/, (?=(?:file|line|col):)/)
  const line = places.find((place) => place.startsWith('line:'))?.slice('line:'.length)
  return new TemplateError({ file, line: Number(line ?? 1), what }, { cause })
}

export interface ExpectedName {
  /** `['ticket', 'subject']`; an index or a name known only later is null. */
  readonly path: readonly (string | null)[]
  readonly line: number
}

/** Every variable that a template expects to be given, in branches not taken too. */
export function expectedNames(template: ParsedTemplate): ExpectedName[] {
  const { globals } = engines[template.format].analyzeSync(template.nodes)
  return Object.values(globals)
    .flat()
    .map(({ segments, location }) => ({
      path: segments.map((segment) => (typeof segment === 'string' ? segment : null)),
      line: location.row,
    }))
}
