/** The words of `postroom backup` and `postroom restore`. */
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { runBackup } from './backup.ts'
import type { ExplainIo } from './explain.ts'
import { runRestore } from './restore.ts'

export function registerBackupCommands(
  program: Command,
  { config, io, done }: { config: () => Config; io: ExplainIo; done: (code: number) => void },
): void {
  program
    .command('backup <directory>')
    .description('copy everything into a directory, while the daemon runs; again: what is new')
    .action(async (directory: string) => done(await runBackup(config(), directory, io)))
  program
    .command('restore <directory>')
    .description('check a backup, or copy it into a new data directory')
    .option('--check', 'is it whole? Writes nothing')
    .option('--to <directory>', 'a new or empty data directory')
    .action(async (from: string, { check, to }: { check?: boolean; to?: string }) => {
      if ((check === true) === (to !== undefined)) {
        throw new OperatorError(EXIT.usage, 'Say --check, or --to and a directory.')
      }
      done(await runRestore(config(), { from, to: to ?? null }, io))
    })
}
