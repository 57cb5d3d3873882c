/** Reads templates/<locale>/<notice>.{txt,html}.liquid: every mistake is found, none is thrown. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../errors.ts'
import {
  type Format,
  type ParsedTemplate,
  parseTemplate,
  TemplateError,
  type TemplateMistake,
} from './template-engine.ts'
import { languageTag } from '../mail/language-tag.ts'
import { NOTICES, type NoticeName } from './template-values.ts'

/** A notice in one language. */
export interface NoticeTemplate {
  /** The directory's name, canonical: `pt-BR`. */
  readonly locale: string
  readonly subject: ParsedTemplate
  readonly text: ParsedTemplate
  readonly html: ParsedTemplate
}

export type NoticeTemplates = ReadonlyMap<NoticeName, readonly NoticeTemplate[]>

export interface LoadedTemplates {
  readonly notices: NoticeTemplates
  readonly mistakes: readonly TemplateMistake[]
}

const SUFFIXES: readonly string[] = ['.txt.liquid', '.html.liquid']
const FILE_NAMES = new Set(NOTICES.flatMap((notice) => SUFFIXES.map((end) => notice + end)))

export function readTemplates(directory: string): LoadedTemplates {
  const mistakes: TemplateMistake[] = []
  const notices = new Map<NoticeName, NoticeTemplate[]>(NOTICES.map((notice) => [notice, []]))
  for (const name of localeDirectories(directory, mistakes)) {
    const folder = path.join(directory, name)
    const locale = languageTag(name)
    if (locale === null) {
      mistakes.push({ file: folder, line: 1, what: 'is not named after a language (BCP 47)' })
      continue
    }
    mistakes.push(...strayFiles(folder))
    for (const notice of NOTICES) {
      const template = attempt(mistakes, () => readNotice(folder, locale, notice))
      if (template !== null) notices.get(notice)?.push(template)
    }
  }
  return { notices, mistakes }
}

function localeDirectories(directory: string, mistakes: TemplateMistake[]): string[] {
  if (!existsSync(directory)) {
    mistakes.push({ file: directory, line: 1, what: 'does not exist' })
    return []
  }
  return readdirSync(directory).filter((name) => statSync(path.join(directory, name)).isDirectory())
}

/** A misspelt name would silently be no template at all. */
const strayFiles = (folder: string): TemplateMistake[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.liquid') && !FILE_NAMES.has(name))
    .map((name) => {
      const what = `belongs to no notice; there are ${NOTICES.join(', ')}`
      return { file: path.join(folder, name), line: 1, what }
    })

function attempt<T>(mistakes: TemplateMistake[], read: () => T | null): T | null {
  try {
    return read()
  } catch (err) {
    if (!(err instanceof TemplateError)) throw err
    mistakes.push(err.mistake)
    return null
  }
}

/** Null: this language does not have the notice. */
function readNotice(folder: string, locale: string, notice: NoticeName): NoticeTemplate | null {
  const [textFile = '', htmlFile = ''] = SUFFIXES.map((end) => path.join(folder, notice + end))
  if (!existsSync(textFile) && !existsSync(htmlFile)) return null
  const { subject, subjectLine, body, bodyLine } = splitHeaders(textFile, readSource(textFile))
  return {
    locale,
    subject: part('text', textFile, subject, subjectLine),
    text: part('text', textFile, body, bodyLine),
    html: part('html', htmlFile, readSource(htmlFile), 1),
  }
}

const part = (format: Format, file: string, source: string, line: number): ParsedTemplate =>
  parseTemplate(format, file, source, line)

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
  } catch (cause) {
    const what = `cannot be read: ${messageOf(cause)}. A notice has two files, .txt.liquid and .html.liquid; make both readable, or remove both.`
    throw new TemplateError({ file, line: 1, what }, { cause })
  }
}

/** `Subject: ...`, an empty line, the body: a template looks like an email. */
function splitHeaders(
  file: string,
  source: string,
): { subject: string; subjectLine: number; body: string; bodyLine: number } {
  const lines = source.split('\n')
  const end = lines.indexOf('')
  const heads = lines.slice(0, end === -1 ? lines.length : end)
  const subjectAt = heads.findIndex((line) => /^Subject: *\S/i.test(line))
  if (subjectAt === -1 || end === -1) {
    const what = 'must begin with a line "Subject: ..." and an empty line'
    throw new TemplateError({ file, line: 1, what })
  }
  const other = heads.findIndex((_line, at) => at !== subjectAt)
  if (other !== -1) {
    const what = `the only header is Subject; what is "${heads[other] ?? ''}"?`
    throw new TemplateError({ file, line: other + 1, what })
  }
  return {
    subject: (heads[subjectAt] ?? '').replace(/^Subject: */i, ''),
    subjectLine: subjectAt + 1,
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 2,
  }
}
