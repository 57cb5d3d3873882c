/** `postroom user approve|disable|delete|password`: what an operator does to an account. */
import { type Command, Option } from 'commander'
import type { Config } from '../config.ts'
import { TICKET_FATES, type TicketFate } from '../desk/delete-user.ts'
import type { ExplainIo } from './explain.ts'
import { setPasswordCommand } from './password.ts'
import { approveUserCommand, deleteUserCommand, disableUserCommand } from './users.ts'

/** @param user the command they belong to. */
export function registerAccountCommands(
  user: Command,
  { config, io, done }: { config: () => Config; io: ExplainIo; done: (code: number) => void },
): void {
  user
    .command('approve <email>')
    .description('let somebody in who registered')
    .action(async (email: string) => done(await approveUserCommand(config(), { email }, io)))
  user
    .command('disable <email>')
    .description('end every session, and let nobody in')
    .action(async (email: string) => done(await disableUserCommand(config(), { email }, io)))
  user
    .command('delete <email>')
    .description('delete the account')
    .addOption(
      new Option('--tickets <fate>', 'what becomes of what they asked for')
        .choices([...TICKET_FATES])
        .default('anonymize'),
    )
    .action(async (email: string, options: { tickets: TicketFate }) =>
      done(await deleteUserCommand(config(), { email, ...options }, io)),
    )
  user
    .command('password <email>')
    .description('set the password given on stdin; without one, print a link to set it with')
    .action(async (email: string) => done(await setPasswordCommand(config(), { email }, io)))
}
