/**
 * `postroom check`: the same code that serves, plus a login everywhere. What gets this far has a
 * sound configuration; loadConfig() told everything else before.
 */
import type { Config, InboxConfig } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
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
  results.push(await checkWorkplace(config))
  if (!wishes.offline) {
    for (const inbox of config.inboxes) results.push(...(await checkInbox(inbox)))
  }
  io.stdout.write(wishes.json ? `${JSON.stringify(results, null, 2)}\n` : lines(results))
  const failed = results.filter(({ ok }) => !ok)
  if (failed.length === 0) return 0
  return failed.some(({ what }) => what === 'workplace') ? EXIT.config : EXIT.unavailable
}

/** Templates, lifecycle, data directory, database and migrations. */
async function checkWorkplace(config: Config): Promise<CheckResult> {
  const what = 'workplace'
  try {
    return await withWorkplace(config, async ({ store, context }) => ({
      what,
      ok: true,
      detail: `${store.kind} database, lifecycle ${context.lifecycle.name}, templates`,
    }))
  } catch (err) {
    if (!(err instanceof OperatorError)) throw err
    return { what, ok: false, detail: messageOf(err) }
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
