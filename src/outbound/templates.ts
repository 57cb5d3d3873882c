/**
 * Notices as text: templates/<locale>/<notice>.{txt,html}.liquid. The first lines of the text
 * file are headers, a blank line, then the body: a template looks like an email. liquidjs' door.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Liquid, type Template } from 'liquidjs'
import { EXIT, messageOf, OperatorError } from '../errors.ts'

export const NOTICES = ['acknowledgement', 'reply', 'agent_notice'] as const
export type NoticeName = (typeof NOTICES)[number]

export interface Rendered {
  readonly subject: string
  readonly text: string
  /** A whole HTML document. */
  readonly html: string
}

/** HTML that is already safe and must not be escaped again. */
export class SafeHtml {
  readonly html: string
  constructor(html: string) {
    this.html = html
  }
}

export type TemplateValues = Readonly<Record<string, unknown>>

export interface Templates {
  /** Renders a notice in a locale; falls back from `pt-BR` to `pt` to `en`. */
  render(notice: NoticeName, locale: string, values: TemplateValues): Rendered
}

/** Bounds of one rendering: a template with a runaway loop stops here. */
const LIMITS = { parseLimit: 200_000, renderLimit: 2_000, memoryLimit: 50_000_000 }
const FALLBACK_LOCALE = 'en'

interface Loaded {
  readonly subject: Template[]
  readonly text: Template[]
  readonly html: Template[]
}

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** Templates print words and numbers; anything else is a mistake that shows as nothing. */
const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

const textEngine = new Liquid({ ...LIMITS, strictVariables: true, ownPropertyOnly: true })
const htmlEngine = new Liquid({
  ...LIMITS,
  strictVariables: true,
  ownPropertyOnly: true,
  outputEscape: (value: unknown) =>
    value instanceof SafeHtml ? value.html : escapeHtml(plain(value)),
})

/** Reads every template below `directory`; throws an OperatorError naming file and line. */
export function loadTemplates(directory: string): Templates {
  const locales = new Map<string, Map<NoticeName, Loaded>>()
  for (const locale of existsSync(directory) ? readdirSync(directory) : []) {
    locales.set(locale.toLowerCase(), loadLocale(path.join(directory, locale)))
  }
  for (const notice of NOTICES) {
    if (locales.get(FALLBACK_LOCALE)?.get(notice) === undefined) {
      throw new OperatorError(
        EXIT.config,
        `The template ${path.join(directory, FALLBACK_LOCALE, `${notice}.txt.liquid`)} is missing. Reinstall Postroom, or restore the file.`,
      )
    }
  }
  return {
    render: (notice, locale, values) => renderLoaded(find(locales, notice, locale), locale, values),
  }
}

function find(
  locales: ReadonlyMap<string, ReadonlyMap<NoticeName, Loaded>>,
  notice: NoticeName,
  locale: string,
): Loaded {
  const wanted = locale.toLowerCase()
  for (const candidate of [wanted, wanted.split('-')[0] ?? wanted, FALLBACK_LOCALE]) {
    const loaded = locales.get(candidate)?.get(notice)
    if (loaded !== undefined) return loaded
  }
  throw new Error(`no template ${notice}`)
}

function renderLoaded(loaded: Loaded, locale: string, values: TemplateValues): Rendered {
  const body = String(htmlEngine.renderSync(loaded.html, { ...values }))
  return {
    subject: String(textEngine.renderSync(loaded.subject, { ...values })).trim(),
    text: `${String(textEngine.renderSync(loaded.text, { ...values })).trim()}\n`,
    html: htmlDocument(locale, body),
  }
}

/** One column, no colours of our own but a mid grey: readable in light and dark. */
const htmlDocument = (locale: string, body: string): string => `<!doctype html>
<html lang="${escapeHtml(locale)}"><head><meta charset="utf-8">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>:root{color-scheme:light dark}</style></head>
<body style="max-width:600px">
${body.trim()}
</body></html>
`

function loadLocale(directory: string): Map<NoticeName, Loaded> {
  const loaded = new Map<NoticeName, Loaded>()
  for (const notice of NOTICES) {
    const file = path.join(directory, `${notice}.txt.liquid`)
    if (!existsSync(file)) continue
    const { subject, body } = splitHeaders(file, readTemplate(file))
    const htmlFile = path.join(directory, `${notice}.html.liquid`)
    loaded.set(notice, {
      subject: parsed(textEngine, file, subject),
      text: parsed(textEngine, file, body),
      html: parsed(htmlEngine, htmlFile, readTemplate(htmlFile)),
    })
  }
  return loaded
}

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new OperatorError(
      EXIT.config,
      `The template ${file} cannot be read: ${messageOf(cause)}. A notice has two files, .txt.liquid and .html.liquid; make both readable, or remove both.`,
      { cause },
    )
  }
}

function splitHeaders(file: string, source: string): { subject: string; body: string } {
  const [head = '', ...rest] = source.replaceAll('\r\n', '\n').split('\n\n')
  const subject = /^Subject: (.+)$/m.exec(head)?.[1]
  if (subject === undefined) {
    throw new OperatorError(
      EXIT.config,
      `The template ${file} must begin with a line "Subject: ..." and a blank line.`,
    )
  }
  return { subject, body: rest.join('\n\n') }
}

function parsed(engine: Liquid, file: string, source: string): Template[] {
  try {
    return engine.parse(source, file)
  } catch (cause) {
    throw new OperatorError(EXIT.config, `The template ${file} is wrong: ${messageOf(cause)}`, {
      cause,
    })
  }
}
