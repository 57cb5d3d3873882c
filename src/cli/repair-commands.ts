/** The words of `postroom reconcile` and `postroom replay`. */
import { type Command, Option } from 'commander'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { dateArgument } from './date-argument.ts'
import type { ExplainIo } from './explain.ts'
import { runReconcile } from './reconcile.ts'
import { UNKNOWN_CHOICES, type UnknownChoice } from './reconcile-rebuilt.ts'
import { runReplay } from './replay.ts'

interface ReconcileOptions {
  readonly inbox?: string
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly unknown?: UnknownChoice
}

export function registerRepairCommands(
  program: Command,
  { config, io, done }: { config: () => Config; io: ExplainIo; done: (code: number) => void },
): void {
  program
    .command('reconcile')
    .description('compare each folder, whole, with the ledger, and store what is missing')
    .option('--inbox <name>', 'only this one')
    .option('--dry-run', 'say what is missing, and store nothing')
    .option('--json', 'as JSON')
    .addOption(
      new Option(
        '--unknown <choice>',
        'what is unknown in a folder that the server made anew: new mail, old mail, or none of ours',
      ).choices(UNKNOWN_CHOICES),
    )
    .action(async ({ inbox, dryRun, json, unknown }: ReconcileOptions) => {
      const wishes = {
        inbox: inbox ?? null,
        dryRun: dryRun ?? false,
        json: json ?? false,
        unknown: unknown ?? null,
      }
      done(await runReconcile(config(), wishes, io))
    })
  program
    .command('replay [ids...]')
    .description('read stored mail again by the rules of today, and say what is different')
    .option('--inbox <name>', 'only mail of this inbox')
    .option('--since <date>', 'only what was received since then, e.g. 2026-11-01', dateArgument)
    .option('--apply', 'decide again what nothing came of; read customers’ comments again')
    .option('--json', 'a line of JSON for each difference')
    .action(async (ids: string[], options: ReplayOptions) =>
      done(
        await runReplay(
          config(),
          {
            ids: ids.map(idArgument),
            inbox: options.inbox ?? null,
            since: options.since ?? null,
            apply: options.apply ?? false,
            json: options.json ?? false,
          },
          io,
        ),
      ),
    )
}

interface ReplayOptions {
  readonly inbox?: string
  readonly since?: Date
  readonly apply?: boolean
  readonly json?: boolean
}

function idArgument(text: string): number {
  const id = Number(text)
  if (Number.isSafeInteger(id) && id > 0) return id
  throw new OperatorError(EXIT.usage, `"${text}" is not the number of a message of the ledger.`)
}
