/**
 * Group commit: works that wait at the same time share one transaction and one fsync.
 *
 * Each work has its own savepoint: a failure undoes that work alone. A promise resolves only
 * after the COMMIT, so "resolved" still means "durable". With one work waiting it is a plain
 * transaction.
 */
import type { Knex } from 'knex'
import { isDatabaseDown, mayTryAgain } from './database-errors.ts'
import { sideBySideIn } from './gather.ts'
import { inTransaction } from './transaction.ts'

/** Bounds how long the write lock is held by one group. */
const GROUP_MAX = 64

interface Job {
  work: (tx: Knex.Transaction) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (err: unknown) => void
}

type Result = { job: Job; ok: true; value: unknown } | { job: Job; ok: false; err: unknown }

export class GroupCommit {
  readonly #db: Knex
  readonly #writersMax: number
  readonly #committed: () => void
  #waiting: Job[] = []
  #writers = 0
  #idle: (() => void)[] = []

  /** @param committed called after each group, whatever became of it */
  constructor(db: Knex, writersMax: number, committed: () => void = () => {}) {
    this.#db = db
    this.#writersMax = writersMax
    this.#committed = committed
  }

  run<T>(work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
      if (this.#writers < this.#writersMax) void this.#write()
    })
  }

  /** Resolves when nothing is waiting or running. */
  drained(): Promise<void> {
    if (this.#writers === 0 && this.#waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Never rejects: every job gets its own answer. */
  async #write(): Promise<void> {
    this.#writers += 1
    // Let everybody who is about to ask in this turn of the event loop come along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting.splice(0, GROUP_MAX)
      if (jobs.length === 1) await this.#alone(jobs)
      else await this.#together(jobs)
      this.#committed()
    }
    this.#writers -= 1
    if (this.#writers === 0) {
      for (const wake of this.#idle.splice(0)) wake()
    }
  }

  async #alone(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      await inTransaction(this.#db, job.work).then(job.resolve, job.reject)
    }
  }

  async #together(jobs: readonly Job[]): Promise<void> {
    let results: Result[]
    try {
      results = await inTransaction(this.#db, (tx) => withSavepoints(tx, jobs))
    } catch (err) {
      if (isDatabaseDown(err) && !mayTryAgain(err)) {
        // A connection lost during COMMIT leaves open whether it happened: only the askers know
        // whether their work may be repeated.
        for (const job of jobs) job.reject(err)
        return
      }
      // The group as a whole was refused: nothing of it happened, so each work gets its own
      // chance and its own error.
      await this.#alone(jobs)
      return
    }
    const again: Job[] = []
    for (const result of results) {
      if (result.ok) result.job.resolve(result.value)
      else if (mayTryAgain(result.err)) again.push(result.job)
      else result.job.reject(result.err)
    }
    await this.#alone(again)
  }
}

async function withSavepoints(tx: Knex.Transaction, jobs: readonly Job[]): Promise<Result[]> {
  const results: Result[] = []
  for (const job of jobs) results.push({ job, ...(await inSavepoint(tx, () => job.work(tx))) })
  return results
}

/**
 * Runs one part of a larger transaction so that its failure undoes that part alone.
 *
 * @throws where works run side by side: it would undo what the others wrote meanwhile.
 */
export async function inSavepoint<T>(
  tx: Knex.Transaction,
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; err: unknown }> {
  if (sideBySideIn(tx) !== null) throw new Error('a savepoint where works run side by side')
  await tx.raw('SAVEPOINT part')
  try {
    const value = await work()
    await tx.raw('RELEASE SAVEPOINT part')
    return { ok: true, value }
  } catch (err) {
    // Throws when the whole transaction is gone (disk full, connection lost).
    await tx.raw('ROLLBACK TO SAVEPOINT part')
    await tx.raw('RELEASE SAVEPOINT part')
    return { ok: false, err }
  }
}
