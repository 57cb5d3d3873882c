/** `postroom export`: every ticket into a file or a pipe, to be kept or taken elsewhere. */
import { existsSync } from 'node:fs'
import { link, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import type { Config } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { findUserByEmail } from '../store/users.ts'
import type { Workplace } from '../workplace.ts'
import { dateArgument } from './date-argument.ts'
import { isFileError } from './disk-errors.ts'
import type { ExplainIo } from './explain.ts'
import { type Progress, withProgress } from './progress.ts'
import { removedUnlessDone } from './unfinished.ts'
import { addressArgument, withWorkplace } from './with-workplace.ts'
import { writePiece } from './write-piece.ts'

const EXPORT_FORMATS = ['json', 'mbox'] as const

export interface ExportWishes {
  /** `json`: a line for each ticket, with its comments. `mbox`: each comment as a message. */
  readonly format: (typeof EXPORT_FORMATS)[number]
  /** Only tickets that he takes part in; null: all. */
  readonly userId: number | null
  /** Only those that changed since then; null: all. */
  readonly since: Date | null
}

interface Options {
  readonly format: ExportWishes['format']
  readonly person?: string
  readonly since?: Date
  readonly out?: string
}

interface Deps {
  readonly config: () => Config
  readonly io: ExplainIo
  readonly done: (code: number) => void
  readonly exportDesk: (workplace: Workplace, wishes: ExportWishes) => AsyncIterable<Buffer>
}

export function registerExportCommand(program: Command, deps: Deps): void {
  program
    .command('export')
    .description('write every ticket to stdout or a file; deleted ones stay away')
    .addOption(
      new Option('--format <format>', 'a line of JSON for each ticket, or each comment as a mail')
        .choices([...EXPORT_FORMATS])
        .default('json'),
    )
    .option('--person <email>', 'only tickets that this person takes part in')
    .option('--since <date>', 'only tickets that changed since then, e.g. 2026-11-01', dateArgument)
    .option('--out <file>', 'a new file, for its owner alone')
    .action(async (options: Options) => deps.done(await runExport(deps, options)))
}

async function runExport({ config, io, exportDesk }: Deps, options: Options): Promise<number> {
  return withWorkplace(config(), async (workplace) => {
    const userId = options.person === undefined ? null : await idOf(workplace, options.person)
    const wishes = { format: options.format, userId, since: options.since ?? null }
    const pieces = exportDesk(workplace, wishes)
    if (options.out === undefined) {
      for await (const piece of pieces) await writePiece(io.stdout, piece)
      return 0
    }
    const target = path.resolve(options.out)
    await withProgress(io.stderr, (progress) => toFile(counted(pieces, progress), target))
    return 0
  })
}

async function idOf({ store }: Workplace, person: string): Promise<number> {
  const user = await findUserByEmail(store.read, addressArgument(person))
  if (user !== null) return user.id
  throw new OperatorError(EXIT.failure, `Nobody with the address ${person} is known here.`)
}

/** (Where they go to stdout, that may be the same terminal.) */
async function* counted(pieces: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer> {
  let kilobytes = 0
  for await (const piece of pieces) {
    yield piece
    kilobytes += piece.length / 1_000
    progress.show('kilobytes', Math.ceil(kilobytes))
  }
}

/** Whole or not at all; what is there is never overwritten. */
async function toFile(pieces: AsyncIterable<Buffer>, target: string): Promise<void> {
  // Nothing is written for an hour and then refused.
  if (existsSync(target)) throw isThere(target)
  const temporary = `${target}.${process.pid}.new`
  try {
    await removedUnlessDone([temporary], async () => {
      const file = await open(temporary, 'wx', 0o600)
      try {
        for await (const piece of pieces) await file.writeFile(piece)
        await file.sync()
      } finally {
        await file.close()
      }
      await link(temporary, target)
      await rm(temporary)
    })
  } catch (cause) {
    if (!isFileError(cause)) throw cause
    if (cause.code === 'EEXIST') throw isThere(target, cause)
    throw new OperatorError(
      EXIT.unavailable,
      `${target} cannot be written: ${messageOf(cause)}. Check that the directory exists and that this user may write there.`,
      { cause },
    )
  }
}

const isThere = (target: string, cause?: unknown): OperatorError =>
  new OperatorError(EXIT.usage, `${target} is there already. Name a new file.`, { cause })
