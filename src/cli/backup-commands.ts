/** The words of `postroom backup` and `postroom restore`. */
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { runBackup } from './backup.ts'
import type { ExplainIo } from './explain.ts'
import { type RestoreTarget, runRestore } from './restore.ts'

export function registerBackupCommands(
  program: Command,
  { config, io, done }: { config: () => Config; io: ExplainIo; done: (code: number) => void },
): void {
  program
    .command('backup <directory>')
    .description('copy everything into a directory, while the daemon runs; again: what is new')
    .option('--check', 'then read it again, as "restore --check" does')
    .action(async (directory: string, { check = false }: { check?: boolean }) =>
      done(await runBackup(config(), directory, { check, io })),
    )
  program
    .command('restore <directory>')
    .description('check a backup, or copy it into a new data directory or database')
    .option('--check', 'is it whole? Writes nothing')
    .option('--to <directory>', 'a new or empty data directory')
    .option('--to-database', 'the unused PostgreSQL that the configuration names')
    .action(async (from: string, wishes: RestoreWishes) =>
      done(await runRestore(config(), { from, to: targetOf(wishes) }, io)),
    )
}

interface RestoreWishes {
  readonly check?: boolean
  readonly to?: string
  readonly toDatabase?: boolean
}

function targetOf({ check, to, toDatabase }: RestoreWishes): RestoreTarget {
  const wanted: RestoreTarget[] = []
  if (check === true) wanted.push({ kind: 'none' })
  if (to !== undefined) wanted.push({ kind: 'directory', directory: to })
  if (toDatabase === true) wanted.push({ kind: 'database' })
  const [target, another] = wanted
  if (target !== undefined && another === undefined) return target
  throw new OperatorError(
    EXIT.usage,
    'Say one of: --check, --to and a directory, or --to-database.',
  )
}
