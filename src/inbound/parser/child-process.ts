/**
 * The daemon's handle on one parser process: start, requests in their order, limits, end.
 *
 * The process reads one message at a time. The next ones may wait in it already, so that it need not
 * wait for the daemon between two messages. A process that breaks a limit is killed with SIGKILL: a
 * request that was alone in it fails with the reason. Of several nobody knows which one it was, for
 * answers that the daemon was too busy to hear have ended with the process: all of them count as
 * not read.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { constants, getPriority, setPriority } from 'node:os'
import { type FailureKind, NotRead, ParseFailure } from './failures.ts'
import type { Leave, Parsed, ParseRequest, ParseResponse } from './protocol.ts'
import { removeFolder } from './scratch.ts'

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

/** Answers after which the resident memory is looked at, also when each was quick. */
const WATCH_ANSWERS = 200
/** What was said before the end is heard first; this long at most. */
const LAST_WORDS_MS = 1_000

interface Pending {
  readonly request: ParseRequest
  readonly resolve: (parsed: Parsed) => void
  readonly reject: (failure: Error) => void
}

/** The limits of the request that is being read. */
interface Watched {
  readonly since: number
  readonly deadline: NodeJS.Timeout
  readonly watch: NodeJS.Timeout
}

export class ParserChild {
  /** Requests taken so far; the pool recycles by it. */
  taken = 0
  /** Resident memory when it was last looked at. */
  rss = 0
  readonly #limits: ChildLimits
  readonly #process: ChildProcess
  /** The first one is being read. */
  readonly #pending: Pending[] = []
  /** Requests that somebody else reads meanwhile: their answers are nobody's. */
  readonly #left = new Map<number, ParseRequest>()
  #watched: Watched | null = null
  #answers = 0
  #gone = false
  #ready = false

  constructor(limits: ChildLimits) {
    this.#limits = limits
    this.#process = fork(limits.entry, [], {
      env: {},
      execArgv: [...inheritedArguments(), `--max-old-space-size=${limits.heapMb}`, ...NURSERY],
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

  /** Requests that were given up; it has not said yet that it passed them over. */
  get left(): number {
    return this.#left.size
  }

  /** Has it been reading one message for longer than `ms`? Loading the program does not count. */
  isSlow(ms: number): boolean {
    return this.#ready && this.#watched !== null && performance.now() - this.#watched.since > ms
  }

  /** Rejects with {@link ParseFailure} when it was alone in here, else with {@link NotRead}. */
  run(request: ParseRequest): Promise<Parsed> {
    return new Promise((resolve, reject) => {
      // A process that could not be started has no channel either.
      if (this.#gone || !this.#process.connected) {
        reject(new NotRead('the parser process is gone'))
        return
      }
      this.taken++
      this.#pending.push({ request, resolve, reject })
      if (this.#pending.length === 1) this.#watchFirst()
      this.#process.ref()
      this.#process.channel?.ref()
      this.#process.send(request, (error) => {
        if (error !== null) this.#neverSent(request, error)
      })
    })
  }

  /** Gives up the requests behind the one that is being read. */
  leaveWaiting(): void {
    const waiting = this.#pending.splice(1)
    if (waiting.length === 0) return
    const leave: Leave = { leave: waiting.map(({ request }) => request.id) }
    // Who cannot be told reads them in vain, or is gone.
    if (this.#process.connected) this.#process.send(leave, () => {})
    for (const { request, reject } of waiting) {
      this.#left.set(request.id, request)
      reject(new NotRead('the one before it takes long'))
    }
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

  #watchFirst(): void {
    if (this.#watched !== null) {
      clearTimeout(this.#watched.deadline)
      clearInterval(this.#watched.watch)
    }
    this.#watched = null
    // What was left is read as well, and could hang as anything else.
    if (this.#pending.length === 0 && this.#left.size === 0) return
    const { timeoutMs } = this.#limits
    const allowance = this.#ready ? 0 : START_ALLOWANCE_MS
    const late = this.#ready
      ? `not read within ${timeoutMs} ms`
      : 'the parser process does not start'
    const deadline = setTimeout(() => this.#late(late), timeoutMs + allowance)
    const watch = setInterval(() => void this.#checkMemory(), WATCH_INTERVAL_MS)
    this.#watched = { since: performance.now(), deadline, watch }
  }

  /** A daemon that stood still has answers to hear: the time of each is up, and none is late. */
  #late(sentence: string): void {
    if (this.#watched === null) return
    const deadline = setTimeout(() => this.#fail('timeout', sentence), LAST_WORDS_MS)
    this.#watched = { ...this.#watched, deadline }
  }

  #answered(response: ParseResponse): void {
    if (response.kind === 'ready') {
      this.#ready = true
      // It begins only now.
      this.#watchFirst()
      return
    }
    const [first] = this.#pending
    if (response.kind === 'left' || response.id !== first?.request.id) {
      void this.#forget(response.id)
      // It begins the next one now.
      this.#watchFirst()
      return
    }
    this.#pending.shift()
    this.#watchFirst()
    if (++this.#answers % WATCH_ANSWERS === 0) void this.#checkMemory()
    if (this.#pending.length === 0) this.#idle()
    if (response.kind === 'parsed') first.resolve(response.parsed)
    else first.reject(new ParseFailure('crash', response.reason))
  }

  /** Whatever an answer that nobody wants left on the disk. */
  async #forget(id: number): Promise<void> {
    const request = this.#left.get(id)
    this.#left.delete(id)
    if (request !== undefined) await removeFolder(request.scratchDir)
  }

  /** The process is ending, and says so itself. */
  #neverSent({ id }: ParseRequest, error: Error): void {
    this.kill()
    const at = this.#pending.findIndex(({ request }) => request.id === id)
    const [unsent] = at === -1 ? [] : this.#pending.splice(at, 1)
    if (at === 0) this.#watchFirst()
    unsent?.reject(new NotRead(`parser process: ${error.message}`))
  }

  #ended(code: number | null, signal: string | null): void {
    this.#gone = true
    // V8 aborts (SIGABRT, or 134 by a shell) when its heap is full.
    const memory = signal === 'SIGABRT' || code === 134
    const sentence = memory
      ? 'parser process ran out of memory'
      : `parser process ended (${signal ?? code ?? 'unknown'})`
    const settle = (): void => this.#fail(memory ? 'memory' : 'crash', sentence)
    // Answers that are still in the channel tell which message it was reading.
    if (!this.#process.connected) return settle()
    const patience = setTimeout(settle, LAST_WORDS_MS)
    this.#process.once('disconnect', () => {
      clearTimeout(patience)
      settle()
    })
  }

  #fail(kind: FailureKind, sentence: string): void {
    this.kill()
    const all = this.#pending.splice(0)
    // What ends while it starts has read nothing yet.
    const isSure = this.#ready && all.length === 1 && this.#left.size === 0
    const failure = isSure ? new ParseFailure(kind, sentence) : new NotRead(sentence)
    for (const id of this.#left.keys()) void this.#forget(id)
    this.#watchFirst()
    for (const { reject } of all) reject(failure)
  }

  async #checkMemory(): Promise<void> {
    this.rss = await residentBytes(this.#process.pid)
    if (this.rss > this.#limits.rssMb * 1_048_576) {
      this.#fail('memory', `more than ${this.#limits.rssMb} MB of memory needed`)
    }
  }
}

/**
 * Most of what reading a mail makes is garbage a millisecond later: a larger nursery is emptied
 * less often, and less of what is in it is still in use then.
 */
const NURSERY = ['--max-semi-space-size=32', '--min-semi-space-size=16']

/** What the daemon does with mail that is read already goes before reading more of it. */
const NICER_BY = 5

function beModest(pid: number): void {
  try {
    setPriority(pid, Math.min(getPriority() + NICER_BY, constants.priority.PRIORITY_LOW))
  } catch {
    // Ended already, or not allowed here; it works as well without.
  }
}

/** Loaders (tsx in development and tests) are inherited; a debugger's port cannot be. */
function inheritedArguments(): string[] {
  return process.execArgv.filter(
    (argument) =>
      !/^--(?:inspect|max-old-space-size|watch|m(?:ax|in)-semi-space-size)/.test(argument),
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
