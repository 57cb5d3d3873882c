/**
 * Notices as text: templates/<locale>/<notice>.{txt,html}.liquid, ours and an inbox's own. Parsed
 * once; rendering picks the language (template-locale.ts) and makes subject, text and HTML.
 */
import path from 'node:path'
import { EXIT, OperatorError } from '../errors.ts'
import { escapeHtml } from './plain-html.ts'
import { templateMistakes } from './template-check.ts'
import { renderTemplate, TemplateError, type TemplateMistake } from './template-engine.ts'
import { type NoticeTemplate, type NoticeTemplates, readTemplates } from './template-files.ts'
import { directionOf, type PickedLocale, pickLocale } from './template-locale.ts'
import { NOTICES, type NoticeName, type NoticeValues } from './template-values.ts'

export interface Rendered {
  /** BCP 47, of the templates used. */
  readonly locale: string
  readonly subject: string
  readonly text: string
  /** A whole HTML document. */
  readonly html: string
}

/** For whom, and on whose behalf. */
export interface Audience {
  /** The recipient's languages, best first; null and nonsense are passed over. */
  readonly locales: readonly (string | null)[]
  readonly inbox: { readonly name: string; readonly locale: string; readonly timeZone: string }
}

/** One template there is: ours, or an inbox's own. */
export interface TemplateListing {
  readonly notice: NoticeName
  readonly locale: string
  /** The inbox's name; null: ours. */
  readonly inbox: string | null
  readonly files: { readonly text: string; readonly html: string }
}

export interface Templates {
  /** The languages that every notice comes in. */
  readonly locales: readonly string[]
  /** Does some template speak this language? */
  speaks(tag: string): boolean
  /** Every template there is. */
  list(): TemplateListing[]
  /** In the first of the recipient's languages there is, else the inbox's, else English. */
  render<N extends NoticeName>(notice: N, audience: Audience, values: NoticeValues[N]): Rendered
}

export const FALLBACK_LOCALE = 'en'

/**
 * Reads every template and tries those of inboxes with samples.
 * @param directory ours, complete in English.
 * @param inboxes by the name of an inbox: a directory of its own, which goes before ours.
 * @param failed told when one of an inbox's own fails on a mail all the same; ours is taken then.
 * @throws OperatorError naming file and line of every mistake.
 */
export function loadTemplates(
  directory: string,
  inboxes: ReadonlyMap<string, string> = new Map(),
  failed: (mistake: TemplateMistake) => void = () => {},
): Templates {
  const ours = readTemplates(directory)
  const mistakes = [...ours.mistakes, ...missing(directory, ours.notices)]
  const own = new Map<string, NoticeTemplates>()
  const listed = listingsOf(ours.notices, null)
  for (const [inbox, ownDirectory] of inboxes) {
    const read = readTemplates(ownDirectory)
    mistakes.push(...read.mistakes, ...templateMistakes(read.notices))
    own.set(inbox, merged(read.notices, ours.notices))
    listed.push(...listingsOf(read.notices, inbox))
  }
  if (mistakes.length > 0) throw new OperatorError(EXIT.config, mistakesText(mistakes))
  return new LoadedSets(ours.notices, own, listed, failed)
}

const listingsOf = (notices: NoticeTemplates, inbox: string | null): TemplateListing[] =>
  NOTICES.flatMap((notice) =>
    (notices.get(notice) ?? []).map(({ locale, text, html }) => ({
      notice,
      locale,
      inbox,
      files: { text: text.file, html: html.file },
    })),
  )

/** The mistakes of our own templates: they are known to be good unless somebody changed them. */
export const checkTemplates = (directory: string): readonly TemplateMistake[] =>
  templateMistakes(readTemplates(directory).notices)

export function mistakesText(mistakes: readonly TemplateMistake[]): string {
  const list = mistakes.map(({ file, line, what }) => `\n  ${file}:${line}: ${what}`).join('')
  return `The templates have ${mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`}:${list}`
}

function missing(directory: string, notices: NoticeTemplates): TemplateMistake[] {
  return NOTICES.filter(
    (notice) => notices.get(notice)?.every(({ locale }) => locale !== FALLBACK_LOCALE) !== false,
  ).map((notice) => ({
    file: path.join(directory, FALLBACK_LOCALE, `${notice}.txt.liquid`),
    line: 1,
    what: 'is missing or wrong; reinstall Postroom, or restore the file',
  }))
}

/** Language by language: an inbox's own template where there is one, else ours. */
function merged(own: NoticeTemplates, ours: NoticeTemplates): NoticeTemplates {
  return new Map(
    NOTICES.map((notice) => {
      const first = own.get(notice) ?? []
      const replaced = new Set(first.map(({ locale }) => locale))
      const rest = (ours.get(notice) ?? []).filter(({ locale }) => !replaced.has(locale))
      return [notice, [...first, ...rest]]
    }),
  )
}

/** Tags come from strangers' headers: there is no end of them. */
const PICKS_MAX = 1_000

interface Pick {
  readonly template: NoticeTemplate
  readonly format: string
}

class LoadedSets implements Templates {
  readonly locales: readonly string[]
  readonly #ours: NoticeTemplates
  readonly #own: ReadonlyMap<string, NoticeTemplates>
  readonly #listed: readonly TemplateListing[]
  readonly #failed: (mistake: TemplateMistake) => void
  readonly #picks = new Map<string, Pick>()

  constructor(
    ours: NoticeTemplates,
    own: ReadonlyMap<string, NoticeTemplates>,
    listed: readonly TemplateListing[],
    failed: (mistake: TemplateMistake) => void,
  ) {
    this.#failed = failed
    this.#listed = listed
    this.#ours = ours
    this.#own = own
    const [first = [], ...rest] = NOTICES.map((notice) => localesOf(ours.get(notice)))
    this.locales = first.filter((locale) => rest.every((others) => others.includes(locale)))
  }

  speaks(tag: string): boolean {
    return pickLocale([tag], this.locales) !== null
  }

  list(): TemplateListing[] {
    return [...this.#listed]
  }

  render<N extends NoticeName>(notice: N, audience: Audience, values: NoticeValues[N]): Rendered {
    const { timeZone } = audience.inbox
    const own = this.#own.get(audience.inbox.name)
    if (own === undefined)
      return rendered(this.#pick(notice, audience, this.#ours), values, timeZone)
    try {
      return rendered(this.#pick(notice, audience, own), values, timeZone)
    } catch (err) {
      // Samples are not every mail; a mail that nobody gets is worse than one in our words.
      if (!(err instanceof TemplateError)) throw err
      this.#failed(err.mistake)
      return rendered(this.#pick(notice, audience, this.#ours), values, timeZone)
    }
  }

  #pick(notice: NoticeName, { locales, inbox }: Audience, set: NoticeTemplates): Pick {
    const wishes = [...locales, inbox.locale]
    const whose = set === this.#ours ? '' : inbox.name
    const key = `${notice} ${whose}\n${wishes.join(' ')}`
    const known = this.#picks.get(key)
    if (known !== undefined) return known
    const templates = set.get(notice) ?? []
    const picked: PickedLocale = pickLocale(wishes, localesOf(templates)) ?? {
      locale: FALLBACK_LOCALE,
      format: FALLBACK_LOCALE,
    }
    const template = templates.find(({ locale }) => locale === picked.locale)
    if (template === undefined) throw new Error(`no template ${notice}`)
    if (this.#picks.size >= PICKS_MAX) this.#picks.clear()
    const pick = { template, format: picked.format }
    this.#picks.set(key, pick)
    return pick
  }
}

/** @throws TemplateError */
function rendered({ template, format }: Pick, values: object, timeZone: string): Rendered {
  const { locale } = template
  const settings = { locale, format, timeZone, strict: false }
  return {
    locale,
    subject: renderTemplate(template.subject, values, settings),
    text: `${renderTemplate(template.text, values, settings)}\n`,
    html: htmlDocument(locale, renderTemplate(template.html, values, settings)),
  }
}

const localesOf = (templates: readonly NoticeTemplate[] = []): string[] =>
  templates.map(({ locale }) => locale)

/**
 * One column, no background, no colours but a middle grey: readable in light and dark, however a
 * client inverts them. Several clients drop `body`, so language and direction stand on a `div` too.
 */
function htmlDocument(locale: string, body: string): string {
  const language = `lang="${escapeHtml(locale)}" dir="${directionOf(locale)}"`
  return `<!doctype html>
<html ${language}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>:root{color-scheme:light dark}</style></head>
<body>
<div ${language} style="max-width:600px">
${body}
</div>
</body></html>
`
}
