/**
 * The command line: words in, one function per command. Results go to stdout, what is said to
 * people to stderr. commander's door.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { suggestion } from '../config-problems.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { packageVersion } from '../package-root.ts'
import { ROLES } from '../ticket/user.ts'
import type { Workplace } from '../workplace.ts'
import { registerAccountCommands } from './account-commands.ts'
import { registerBackupCommands } from './backup-commands.ts'
import { runCheck } from './check.ts'
import { explainBatch, explainFiles, type ExplainIo, type ExplainKnowledge } from './explain.ts'
import { explainKnowledge, plainKnowledge } from './explain-knowledge.ts'
import { ARCHIVES } from '../inbound/mail-archives.ts'
import { runImport } from './import.ts'
import { runMigrate } from './migrate.ts'
import {
  runSeed,
  SEED_COMMENTS_MAX,
  SEED_TICKETS,
  SEED_TICKETS_MAX,
  seedSize,
  type SeedWishes,
} from './seed.ts'
import { createTokenFor } from './tokens.ts'
import { runVerify } from './verify.ts'
import { runWhereIs } from './where-is.ts'
import { type ExportWishes, registerExportCommand } from './export.ts'
import { registerRepairCommands } from './repair-commands.ts'
import { withWorkplace } from './with-workplace.ts'
import { addUserCommand, changeRoleCommand, listUsersCommand } from './users.ts'

export interface ProgramDeps {
  readonly io: ExplainIo
  /** This one and the demo drain when they are told to stop; main.ts ends the others. */
  readonly serve: (config: Config) => Promise<number>
  readonly demo: (
    options: { once: boolean; port: number | null },
    print: (line: string) => void,
  ) => Promise<number>
  /** Every ticket that was asked for, piece by piece. */
  readonly exportDesk: (workplace: Workplace, wishes: ExportWishes) => AsyncIterable<Buffer>
}

export interface Program {
  /** Runs one command; returns its exit code. Throws what main.ts turns into a message. */
  run(args: readonly string[]): Promise<number>
}

type Register = (program: Command, deps: ProgramDeps, done: (code: number) => void) => void

export function buildProgram(deps: ProgramDeps): Program {
  return {
    async run(args) {
      let exitCode = 0
      const done = (code: number) => {
        exitCode = code
      }
      const program = baseProgram(deps)
      for (const register of [serving, checking, users, explaining, operating])
        register(program, deps, done)
      const unknown = unknownCommand(program, args)
      if (unknown !== null) {
        deps.io.stderr.write(`postroom: ${unknown}\n`)
        return EXIT.usage
      }
      try {
        await program.parseAsync([...args], { from: 'user' })
      } catch (err) {
        if (err instanceof CommanderError) return err.exitCode === 0 ? 0 : EXIT.usage
        throw err
      }
      return exitCode
    },
  }
}

/** Without a command Postroom serves, so a mistyped one must be told apart from an argument. */
function unknownCommand(program: Command, args: readonly string[]): string | null {
  const first = args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--config')
  const names = [...program.commands.map((command) => command.name()), 'help']
  if (first === undefined || names.includes(first)) return null
  return `there is no command "${first}"${suggestion(first, names)}`
}

function baseProgram({ io }: ProgramDeps): Command {
  return new Command('postroom')
    .description('An email-driven ticketing daemon: IMAP in, tickets, SMTP out.')
    .version(packageVersion)
    .option('--config <file>', 'configuration file (default: config/postroom.yaml)')
    .showHelpAfterError('(try: postroom --help)')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
}

const configOf = (program: Command): Config =>
  loadConfig(program.opts<{ config?: string }>().config ?? null)

const serving: Register = (program, deps, done) => {
  program
    .command('serve', { isDefault: true })
    .description('run the daemon')
    .action(async () => done(await deps.serve(configOf(program))))
  program
    .command('demo')
    .description('a living demo on this machine: mail servers, people, a desk; nothing leaves')
    .option('--once', 'play the story, check the counts, exit')
    .option('--port <number>', 'port of the desk (default: a free one)', portNumber)
    .action(async (options: { once?: boolean; port?: number }) => {
      const print = (line: string) => void deps.io.stdout.write(`${line}\n`)
      const wishes = { once: options.once ?? false, port: options.port ?? null }
      done(await deps.demo(wishes, print))
    })
}

/** A whole number from 1 on. */
const upTo =
  (max: number) =>
  (text: string): number => {
    const number = Number(text)
    if (Number.isInteger(number) && number > 0 && number <= max) return number
    throw new InvalidArgumentError(`It is not a whole number from 1 to ${max}.`)
  }

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw new InvalidArgumentError('It is not a port number (1 to 65535).')
}

const checking: Register = (program, { io }, done) => {
  program
    .command('check')
    .description('check configuration, templates, lifecycle and database, then every login')
    .option('--offline', 'no connections to mail servers')
    .option('--json', 'results as JSON')
    .action(async (options: { offline?: boolean; json?: boolean }) => {
      const wishes = { offline: options.offline ?? false, json: options.json ?? false }
      done(await runCheck(configOf(program), wishes, io))
    })
  const migrating = program.command('migrate').description('bring the database up to date')
  for (const [verb, does] of [
    ['up', 'apply what is pending'],
    ['status', 'show what is applied and what is pending'],
  ] as const) {
    migrating
      .command(verb, { isDefault: verb === 'up' })
      .description(does)
      .option('--json', 'as JSON')
      .action(async (options: { json?: boolean }) =>
        done(await runMigrate(configOf(program), { verb, json: options.json ?? false }, io)),
      )
  }
}

const users: Register = (program, { io }, done) => {
  const user = program.command('user').description('people who can log in or answer by mail')
  user
    .command('add <email>')
    .description('add a user; one who is there already is left as he is')
    .requiredOption('--name <name>', 'as customers see it')
    .addOption(new Option('--role <role>').choices([...ROLES]).makeOptionMandatory())
    .action(async (email: string, options: { name: string; role: string }) =>
      done(await addUserCommand(configOf(program), { email, ...options }, io)),
    )
  user
    .command('list')
    .description('everybody, contacts included')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) =>
      done(await listUsersCommand(configOf(program), { json: options.json ?? false }, io)),
    )
  user
    .command('role <email> <role>')
    .description(`change a role: ${ROLES.join(', ')}`)
    .action(async (email: string, role: string) =>
      done(await changeRoleCommand(configOf(program), { email, role }, io)),
    )
  registerAccountCommands(user, { config: () => configOf(program), io, done })
  program
    .command('token')
    .description('API tokens')
    .command('create')
    .description('make an API token and print it, once')
    .requiredOption('--user <email>', 'whose rights it has')
    .requiredOption('--name <name>', 'what it is for')
    .option('--scope <scope...>', 'only these rights (default: all of the user’s)')
    .action(async (options: { user: string; name: string; scope?: string[] }) =>
      done(await createTokenFor(configOf(program), options, io)),
    )
}

const operating: Register = (program, { io, exportDesk }, done) => {
  registerBackupCommands(program, { config: () => configOf(program), io, done })
  registerRepairCommands(program, { config: () => configOf(program), io, done })
  registerExportCommand(program, { config: () => configOf(program), io, done, exportDesk })
  program
    .command('import <kind> <path>')
    .description(`old mail becomes closed tickets; kinds: ${ARCHIVES.join(', ')}`)
    .requiredOption('--inbox <name>', 'the inbox it belongs to')
    .action(async (kind: string, from: string, { inbox }: { inbox: string }) => {
      const archive = ARCHIVES.find((known) => known === kind)
      if (archive === undefined) {
        throw new OperatorError(EXIT.usage, `"${kind}" is not one of ${ARCHIVES.join(', ')}.`)
      }
      done(await runImport(configOf(program), { archive, from, inbox }, io))
    })
  program
    .command('seed')
    .description('fill an empty desk with invented people and tickets; nothing is mailed')
    .option('--tickets <number>', `how many (default: ${SEED_TICKETS})`, upTo(SEED_TICKETS_MAX))
    .option('--comments <number>', 'all together (default: four for each)', upTo(SEED_COMMENTS_MAX))
    .option('--seed <number>', 'other stories; the same number tells the same', upTo(2 ** 31), 42)
    .option('--force', 'add to a desk that has tickets')
    .option('--json', 'as JSON')
    .action(async (options: Partial<SeedWishes> & { seed: number }) => {
      const { seed, force = false, json = false } = options
      const { tickets, comments } = seedSize(options)
      if (comments < tickets) {
        throw new OperatorError(EXIT.usage, 'Every ticket has a comment: --comments is too small.')
      }
      done(await runSeed(configOf(program), { tickets, comments, seed, force, json }, io))
    })
  program
    .command('verify')
    .description('is everything there, and does it fit together? Mends nothing')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) =>
      done(await runVerify(configOf(program), { json: options.json ?? false }, io)),
    )
  program
    .command('where-is <message-id>')
    .description('what became of a message that came or left')
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) =>
      done(await runWhereIs(configOf(program), { id, json: options.json ?? false }, io)),
    )
}

const explaining: Register = (program, { io }, done) => {
  program
    .command('explain [files...]')
    .description('say what a message is and why')
    .option('--json', 'as JSON')
    .option('--batch', 'NDJSON {"id","source": base64} on stdin, one line each on stdout')
    .action(async (files: string[], options: { json?: boolean; batch?: boolean }) => {
      const wishes = { files, json: options.json ?? false, batch: options.batch ?? false }
      // A configuration adds what only we can know; without one no database is needed.
      if (program.opts<{ config?: string }>().config === undefined) {
        done(await explainAny(wishes, { knowledge: plainKnowledge() }, io))
        return
      }
      const code = await withWorkplace(configOf(program), (workplace) =>
        explainAny(wishes, { knowledge: explainKnowledge(workplace) }, io),
      )
      done(code)
    })
}

async function explainAny(
  { files, json, batch }: { files: readonly string[]; json: boolean; batch: boolean },
  knowledge: { knowledge: ExplainKnowledge },
  io: ExplainIo,
): Promise<number> {
  if (batch) return explainBatch(io, knowledge)
  if (files.length > 0) return explainFiles(files, { json, ...knowledge }, io)
  io.stderr.write('postroom explain: name at least one .eml file, or use --batch\n')
  return EXIT.usage
}
