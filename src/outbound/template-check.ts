/**
 * Finds what is wrong with templates before a mail does: names nobody gives them, also in branches
 * that are rarely taken, and whatever fails with samples.
 */
import {
  expectedNames,
  type ParsedTemplate,
  renderTemplate,
  TemplateError,
  type TemplateMistake,
} from './template-engine.ts'
import type { NoticeTemplate, NoticeTemplates } from './template-files.ts'
import { SAMPLES } from './template-samples.ts'
import { NOTICES, type NoticeName } from './template-values.ts'

/** Every mistake, each place named once. */
export function templateMistakes(notices: NoticeTemplates): TemplateMistake[] {
  const found = NOTICES.flatMap((notice) =>
    (notices.get(notice) ?? []).flatMap((template) => noticeMistakes(notice, template)),
  )
  const places = new Map(found.map((mistake) => [`${mistake.file}:${mistake.line}`, mistake]))
  return [...places.values()]
}

function noticeMistakes(notice: NoticeName, template: NoticeTemplate): TemplateMistake[] {
  return [template.subject, template.text, template.html].flatMap((part) => {
    const unknown = unknownNames(notice, part)
    // Rendering would stop at the first of them.
    return unknown.length > 0 ? unknown : renderingMistakes(notice, template.locale, part)
  })
}

function unknownNames(notice: NoticeName, part: ParsedTemplate): TemplateMistake[] {
  return expectedNames(part)
    .filter(({ path }) => !SAMPLES[notice].some((sample) => hasPath(sample, path)))
    .map(({ path, line }) => {
      const name = path.map((step) => step ?? '[]').join('.')
      const what = `unknown variable ${name}; ${notice} has ${knownNames(notice).join(', ')}`
      return { file: part.file, line, what }
    })
}

function hasPath(sample: object, path: readonly (string | null)[]): boolean {
  let value: unknown = sample
  for (const step of path) {
    // Of lists, what an entry has shows when samples are rendered.
    if (step === null || Array.isArray(value)) return true
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false
    value = (value as Record<string, unknown>)[step]
  }
  return true
}

/** The names of the samples, two levels deep: `ticket.subject`. */
function knownNames(notice: NoticeName): string[] {
  const names = SAMPLES[notice].flatMap((sample) =>
    Object.entries(sample).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.keys(value).map((inner) => `${name}.${inner}`)
        : [name],
    ),
  )
  const unique = [...new Set(names)]
  // `quoted` is null in one sample and has members in another.
  return unique.filter((name) => !unique.some((other) => other.startsWith(`${name}.`))).toSorted()
}

function renderingMistakes(
  notice: NoticeName,
  locale: string,
  part: ParsedTemplate,
): TemplateMistake[] {
  const settings = { locale, format: locale, timeZone: 'UTC', strict: true }
  return SAMPLES[notice].flatMap((sample) => {
    try {
      renderTemplate(part, sample, settings)
      return []
    } catch (err) {
      if (!(err instanceof TemplateError)) throw err
      return [err.mistake]
    }
  })
}
