/**
 * `postroom check`: the same code that serves, plus a login everywhere. What gets this far has a
 * sound configuration; loadConfig() told everything else before.
 */
import type { Config, InboxConfig } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { pickLocale } from '../outbound/template-locale.ts'
import { NOTICES } from '../outbound/template-values.ts'
import { checkTemplates, mistakesText } from '../outbound/templates.ts'
import { templatesDirectory } from '../package-root.ts'
import { templatesOf } from '../workplace.ts'
import type { ExplainIo } from './explain.ts'
import { checkImap, checkSmtp } from './check-servers.ts'
import { withWorkplace } from './with-workplace.ts'

export interface CheckResult {
  readonly what: string
  readonly ok: boolean
  /** What was found, or what is wrong and how to mend it. */
  readonly detail: string
}

export async function runCheck(
  config: Config,
  wishes: { offline: boolean; json: boolean },
  io: ExplainIo,
): Promise<number> {
  const results: CheckResult[] = [
    { what: 'configuration', ok: true, detail: config.file ?? 'environment' },
    ...config.warnings.map((detail) => ({ what: 'warning', ok: true, detail })),
  ]
  const { templates, locales } = checkOurTemplates(config)
  // Wrong templates must not hide what else is wrong.
  const workplace = await checkWorkplace(templates.ok ? config : withoutTemplates(config))
  results.push(templates, ...languageWarnings(config, locales), workplace.result)
  if (!wishes.offline) {
    for (const inbox of config.inboxes) results.push(...(await checkInbox(inbox)))
  }
  io.stdout.write(wishes.json ? `${JSON.stringify(results, null, 2)}\n` : lines(results))
  if (!templates.ok) return EXIT.config
  if (workplace.exitCode !== 0) return workplace.exitCode
  return results.every(({ ok }) => ok) ? 0 : EXIT.unavailable
}

/** Ours and those of inboxes, each with samples. */
function checkOurTemplates(config: Config): {
  templates: CheckResult
  locales: readonly string[]
} {
  const what = 'templates'
  try {
    const { locales } = templatesOf(config)
    const mistakes = checkTemplates(templatesDirectory)
    if (mistakes.length > 0) {
      return { templates: { what, ok: false, detail: mistakesText(mistakes) }, locales }
    }
    const notices = `${NOTICES.length} notices in ${locales.length} languages`
    const detail = `${notices}: ${locales.toSorted().join(', ')}`
    return { templates: { what, ok: true, detail }, locales }
  } catch (err) {
    if (!(err instanceof OperatorError)) throw err
    return { templates: { what, ok: false, detail: err.message }, locales: [] }
  }
}

const withoutTemplates = (config: Config): Config => ({
  ...config,
  inboxes: config.inboxes.map((inbox) => ({ ...inbox, templates: null })),
})

/** A language that no template has works, in English. */
function languageWarnings(config: Config, locales: readonly string[]): CheckResult[] {
  // What is wrong with the templates was told; which there would be is unknown then.
  if (locales.length === 0) return []
  return config.inboxes
    .filter(({ locale, templates }) => templates === null && pickLocale([locale], locales) === null)
    .map(({ name, locale }) => ({
      what: 'warning',
      ok: true,
      detail: `inbox ${name}: there are no templates in ${locale}, so its mail is in English; known are ${locales.toSorted().join(', ')}`,
    }))
}

/** Lifecycle, data directory, database and migrations. */
async function checkWorkplace(config: Config): Promise<{ result: CheckResult; exitCode: number }> {
  const what = 'workplace'
  try {
    const detail = await withWorkplace(config, ({ store, context }) =>
      Promise.resolve(`${store.kind} database, lifecycle ${context.lifecycle.name}`),
    )
    return { result: { what, ok: true, detail }, exitCode: 0 }
  } catch (err) {
    if (!(err instanceof OperatorError)) throw err
    return { result: { what, ok: false, detail: err.message }, exitCode: err.exitCode }
  }
}

async function checkInbox(inbox: InboxConfig): Promise<CheckResult[]> {
  const { name } = inbox
  return [
    { what: `${name}: IMAP`, ...(await checkImap(inbox)) },
    { what: `${name}: SMTP`, ...(await checkSmtp(inbox)) },
  ]
}

const lines = (results: readonly CheckResult[]): string =>
  results
    .map(({ what, ok, detail }) => {
      const verdict = ok ? 'ok' : 'FAIL'
      const mark = what === 'warning' ? 'warn' : verdict
      return `${mark.padEnd(4)}  ${what}: ${detail}\n`
    })
    .join('')
