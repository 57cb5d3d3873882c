/**
 * The daemon's handle on one parser process: start, one request at a time, limits, end.
 *
 * A process that breaks a limit is killed with SIGKILL; its request fails with the reason, and the
 * pool starts another process.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { Parsed, ParseRequest, ParseResponse } from './protocol.ts'

export type FailureKind = 'timeout' | 'memory' | 'crash'

/** Reading one message failed as a whole; the message itself is not the reason of any other failure. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure'
  readonly kind: FailureKind

  constructor(kind: FailureKind, sentence: string) {
    super(sentence)
    this.kind = kind
  }
}

export interface ChildLimits {
  readonly entry: string
  readonly timeoutMs: number
  readonly heapMb: number
  readonly rssMb: number
}

/** How often the resident memory of a busy process is looked at. */
const WATCH_INTERVAL_MS = 200
const PAGE_BYTES = 4096
/** Loading the program is not the message's fault; on a busy machine it takes seconds. */
const START_ALLOWANCE_MS = 15_000

interface Pending {
  readonly resolve: (parsed: Parsed) => void
  readonly reject: (failure: ParseFailure) => void
  readonly deadline: NodeJS.Timeout
  readonly watch: NodeJS.Timeout
  readonly id: number
}

export class ParserChild {
  /** Requests answered so far; the pool recycles by it. */
  served = 0
  readonly #limits: ChildLimits
  readonly #process: ChildProcess
  #pending: Pending | null = null
  #gone = false
  #ready = false

  constructor(limits: ChildLimits) {
    this.#limits = limits
    this.#process = fork(limits.entry, [], {
      env: {},
      execArgv: [...inheritedArguments(), `--max-old-space-size=${limits.heapMb}`],
      serialization: 'advanced',
      // Its diagnostics (V8's last words on a full heap) are of no use to anybody's log.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    if (this.#process.pid !== undefined) beModest(this.#process.pid)
    this.#process.on('message', (response: ParseResponse) => this.#answered(response))
    this.#process.on('exit', (code, signal) => this.#ended(code, signal))
    this.#process.on('error', (error) => this.#fail('crash', `parser process: ${error.message}`))
    this.#idle()
  }

  get gone(): boolean {
    return this.#gone
  }

  /** Runs one request; the caller waits for it before the next. */
  run(request: ParseRequest): Promise<Parsed> {
    return new Promise((resolve, reject) => {
      if (this.#gone || this.#pending !== null) {
        reject(new ParseFailure('crash', 'parser process is not available'))
        return
      }
      const { timeoutMs } = this.#limits
      const allowance = this.#ready ? 0 : START_ALLOWANCE_MS
      const deadline = setTimeout(
        () => this.#fail('timeout', `not read within ${timeoutMs} ms`),
        timeoutMs + allowance,
      )
      const watch = setInterval(() => void this.#checkMemory(), WATCH_INTERVAL_MS)
      this.#pending = { resolve, reject, deadline, watch, id: request.id }
      this.#process.ref()
      this.#process.channel?.ref()
      this.#process.send(request, (error) => {
        if (error !== null) this.#fail('crash', `parser process: ${error.message}`)
      })
    })
  }

  kill(): void {
    this.#gone = true
    this.#process.kill('SIGKILL')
  }

  /** An idle process keeps nobody alive: a command that is done may end. */
  #idle(): void {
    this.#process.unref()
    this.#process.channel?.unref()
  }

  #answered(response: ParseResponse): void {
    if (response.kind === 'ready') this.#ready = true
    if (response.kind === 'ready' || response.id !== this.#pending?.id) return
    const pending = this.#settle()
    this.served++
    this.#idle()
    if (response.kind === 'parsed') pending?.resolve(response.parsed)
    else pending?.reject(new ParseFailure('crash', response.reason))
  }

  #ended(code: number | null, signal: string | null): void {
    this.#gone = true
    // V8 aborts (SIGABRT, or 134 by a shell) when its heap is full.
    const memory = signal === 'SIGABRT' || code === 134
    const sentence = memory
      ? 'parser process ran out of memory'
      : `parser process ended (${signal ?? code ?? 'unknown'})`
    this.#settle()?.reject(new ParseFailure(memory ? 'memory' : 'crash', sentence))
  }

  #fail(kind: FailureKind, sentence: string): void {
    const pending = this.#settle()
    this.kill()
    pending?.reject(new ParseFailure(kind, sentence))
  }

  #settle(): Pending | null {
    const pending = this.#pending
    this.#pending = null
    if (pending !== null) {
      clearTimeout(pending.deadline)
      clearInterval(pending.watch)
    }
    return pending
  }

  async #checkMemory(): Promise<void> {
    const rss = await residentBytes(this.#process.pid)
    if (rss > this.#limits.rssMb * 1_048_576) {
      this.#fail('memory', `more than ${this.#limits.rssMb} MB of memory needed`)
    }
  }
}

/** What the daemon does with mail that is read already goes before reading more of it. */
const NICENESS = 5

function beModest(pid: number): void {
  try {
    setPriority(pid, NICENESS)
  } catch {
    // Ended already, or not allowed here; it works as well without.
  }
}

/** Loaders (tsx in development and tests) are inherited; a debugger's port cannot be. */
function inheritedArguments(): string[] {
  return process.execArgv.filter(
    (argument) => !/^--(?:inspect|max-old-space-size|watch)/.test(argument),
  )
}

/** From /proc; where there is none (macOS), the heap limit and the deadline have to do. */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const fields = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
    return Number(fields[1] ?? 0) * PAGE_BYTES
  } catch {
    return 0 // just ended, or no /proc on this system
  }
}
