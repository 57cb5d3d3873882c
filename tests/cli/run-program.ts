/** The command line in this process: words in; exit code, what was printed, what was said out. */
import { Readable, Writable } from 'node:stream'
import { buildProgram, type ProgramDeps } from '../../src/cli/program.ts'
import { exportDesk } from '../../src/export-desk.ts'
import { AppError, EXIT, OperatorError } from '../../src/errors.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** As main.ts does it, but nothing ends this process. */
export async function run(
  args: readonly string[],
  deps: Partial<Pick<ProgramDeps, 'serve' | 'demo'>> & { stdin?: string; terminal?: boolean } = {},
): Promise<Ran> {
  const [stdout, stderr] = [sink(), sink()]
  const io = {
    stdin: Readable.from(deps.stdin === undefined ? [] : [deps.stdin]),
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: deps.terminal === true }),
  }
  const program = buildProgram({
    io,
    serve: () => Promise.resolve(0),
    demo: () => Promise.resolve(0),
    exportDesk,
    ...deps,
  })
  const code = await program.run(args).catch((err: unknown) => {
    if (!(err instanceof OperatorError) && !(err instanceof AppError)) throw err
    stderr.stream.write(err.message)
    return err instanceof OperatorError ? err.exitCode : EXIT.failure
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function sink(): { stream: Writable; text: () => string } {
  const pieces: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      pieces.push(Buffer.from(chunk))
      done()
    },
  })
  return { stream, text: () => Buffer.concat(pieces).toString() }
}
