#!/usr/bin/env node
/** argv -> command, signals -> AbortSignal, errors -> exit code. Nothing else. */
import { buildProgram } from './cli/program.ts'
import { runServe } from './serve.ts'
import { AppError, EXIT, OperatorError } from './errors.ts'

/** The first signal drains; a second one means it, but for a terminal that hangs up. */
const stop = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(EXIT.failure)
    stop.abort(name)
  })
}

const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }
// `postroom explain ... | head`: a reader that leaves is no error. An answer that is not whole is
// one, whatever wrote it. (The daemon's log goes another way.)
process.stdout.on('error', (err: NodeJS.ErrnoException) => {
  if (err.code === 'EPIPE') process.exit(0)
  io.stderr.write(`postroom: stdout cannot be written: ${err.message}\n`)
  process.exit(EXIT.unavailable)
})

process.on('SIGHUP', () => stop.abort('SIGHUP'))

try {
  process.exitCode = await buildProgram({
    io,
    signal: stop.signal,
    serve: (config, signal) => runServe(config, signal, process.env),
    // Loaded when asked for: the daemon never carries the demo's servers.
    demo: async (...args) => (await import('./demo-command.ts')).runDemoCommand(...args),
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
