#!/usr/bin/env node
/** argv -> command, signals -> AbortSignal or the end, errors -> exit code. Nothing else. */
import { constants } from 'node:os'
import { wholeOutput } from './cli/file-output.ts'
import { buildProgram } from './cli/program.ts'
import { removeUnfinished } from './cli/unfinished.ts'
import { runServe } from './serve.ts'
import { AppError, EXIT, OperatorError } from './errors.ts'

/** For those that drain at the first signal. A second one means it, but for a terminal that hangs up. */
const stop = new AbortController()
let drains = false
const draining = (): AbortSignal => {
  drains = true
  return stop.signal
}
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (!drains) endBy(name)
    if (stop.signal.aborted) process.exit(EXIT.failure)
    stop.abort(name)
  })
}

/**
 * The other commands end at once: what they change is all or nothing. By the signal itself, because
 * exit() waits for what SQLite, or a file, is at. (Seen from a shell it is 143 or 130 anyway.)
 */
function endBy(name: 'SIGTERM' | 'SIGINT'): never {
  removeUnfinished()
  process.removeAllListeners(name)
  process.kill(process.pid, name)
  // The first process of a container is spared by it.
  process.exit(128 + constants.signals[name])
}

const stdout = wholeOutput(process.stdout)
const io = { stdin: process.stdin, stdout, stderr: process.stderr }
// `postroom explain ... | head`: a reader that leaves is no error. An answer that is not whole is
// one, whatever wrote it. (The daemon's log goes another way.)
stdout.on('error', (err: NodeJS.ErrnoException) => {
  if (err.code === 'EPIPE') process.exit(0)
  io.stderr.write(`postroom: stdout cannot be written: ${err.message}\n`)
  process.exit(EXIT.unavailable)
})

process.on('SIGHUP', () => stop.abort('SIGHUP'))
process.on('exit', removeUnfinished)

try {
  process.exitCode = await buildProgram({
    io,
    serve: (config) => runServe(config, draining(), process.env),
    // Loaded when asked for: the daemon never carries the demo's servers.
    demo: async (...args) => {
      const signal = draining()
      return (await import('./demo-command.ts')).runDemoCommand(...args, signal)
    },
    exportDesk: async function* (...args) {
      yield* (await import('./export-desk.ts')).exportDesk(...args)
    },
  }).run(process.argv.slice(2))
} catch (err) {
  process.exitCode = report(err)
}

function report(thrown: unknown): number {
  const err = operatorErrorIn(thrown) ?? thrown
  if (err instanceof OperatorError) {
    io.stderr.write(`postroom: ${err.message}\n`)
    return err.exitCode
  }
  if (err instanceof AppError) {
    io.stderr.write(`postroom: ${err.message}\n`)
    return EXIT.failure
  }
  // A bug: here the stack is what helps.
  io.stderr.write(`postroom: ${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
  return EXIT.failure
}

/** A loop's failure carries the reason as its cause. */
function operatorErrorIn(err: unknown): OperatorError | null {
  if (err instanceof OperatorError) return err
  return err instanceof Error && err.cause !== undefined ? operatorErrorIn(err.cause) : null
}
