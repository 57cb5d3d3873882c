/** What the daemon does by itself, and how that went last time: in memory, for /jobs. */
import type { Clock } from './clock.ts'
import { pause } from './pause.ts'

export interface JobReport {
  readonly name: string
  /** A loop runs as long as the daemon; a job every now and then. */
  readonly kind: 'loop' | 'job'
  readonly lastRunAt: Date | null
  readonly lastSuccessAt: Date | null
  readonly lastErrorAt: Date | null
  readonly lastError: string | null
  readonly runs: number
  readonly failures: number
}

const NEVER = {
  lastRunAt: null,
  lastSuccessAt: null,
  lastErrorAt: null,
  lastError: null,
  runs: 0,
  failures: 0,
} as const
const ERROR_LENGTH_MAX = 500

export class Jobs {
  readonly #reports = new Map<string, JobReport>()
  readonly #ran: (name: string) => void

  /** @param ran told of every run that went well */
  constructor(ran: (name: string) => void = () => {}) {
    this.#ran = ran
  }

  /** A loop that the daemon started. */
  looping(name: string, at: Date): void {
    this.#reports.set(name, { ...NEVER, name, kind: 'loop', lastRunAt: at, runs: 1 })
  }

  /** A job that will run, and has not yet. */
  scheduled(name: string): void {
    this.#reports.set(name, { ...NEVER, name, kind: 'job' })
  }

  /** A job, or a turn of a loop, went well. */
  succeeded(name: string, at: Date): void {
    this.#ran(name)
    const before = this.#of(name)
    const runs = before.runs + 1
    this.#reports.set(name, { ...before, lastRunAt: at, lastSuccessAt: at, runs })
  }

  /** A job, or a turn of a loop, failed; it is tried again. */
  failed(name: string, error: string, at: Date): void {
    const before = this.#of(name)
    this.#reports.set(name, {
      ...before,
      lastRunAt: at,
      lastErrorAt: at,
      lastError: error.slice(0, ERROR_LENGTH_MAX),
      runs: before.runs + 1,
      failures: before.failures + 1,
    })
  }

  /** Null: not yet, or there is no such job. */
  lastRunOf(name: string): Date | null {
    return this.#of(name).lastRunAt
  }

  /** By name. */
  list(): JobReport[] {
    return [...this.#reports.values()].toSorted((a, b) => a.name.localeCompare(b.name))
  }

  #of(name: string): JobReport {
    return this.#reports.get(name) ?? { ...NEVER, name, kind: 'job' }
  }
}

/** Does `work` every `everyMs`, the first time after `everyMs`, until the signal stops it. */
export async function runJob(
  job: {
    name: string
    everyMs: number
    jobs: Jobs
    clock: Clock
    /** Told of a failure; throws when the daemon must not go on. */
    failed: (name: string, err: unknown) => void
  },
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { name, everyMs, jobs, clock, failed } = job
  while (!signal.aborted) {
    await pause(everyMs, signal)
    if (signal.aborted) return
    try {
      await work()
      jobs.succeeded(name, clock.now())
    } catch (err) {
      failed(name, err)
    }
  }
}
