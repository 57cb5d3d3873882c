/**
 * Copies what is in SQLite's log into the file, on a connection of its own: a writer that does it by
 * itself stands still meanwhile, the longer the larger the file. PASSIVE: nobody is waited for.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'

/** With mail at full speed that is some 3,000 pages of 4 KB. */
const COMMITS_MAX = 16
/** Of a desk that is at rest, so that little is left to copy when it stops. */
const AFTER_MS = 60_000

export class Checkpoints {
  readonly #db: Knex
  #commits = 0
  #holding = 0
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null

  /** @param db of one connection that nobody else uses */
  constructor(db: Knex) {
    this.#db = db
  }

  /** To be called after commits. */
  committed(): void {
    this.#commits += 1
    if (this.#commits >= COMMITS_MAX) this.#begin()
    else this.#timer ??= setTimeout(() => this.#afterAWhile(), AFTER_MS).unref()
  }

  /** One that could not begin now is asked for anew by the next commit. */
  #afterAWhile(): void {
    this.#timer = null
    this.#begin()
  }

  /** None is under way while `work` runs. */
  async heldBack<T>(work: () => Promise<T>): Promise<T> {
    this.#holding += 1
    try {
      await this.#running
      return await work()
    } finally {
      this.#holding -= 1
    }
  }

  async close(): Promise<void> {
    this.#stopTimer()
    await this.#running
    await this.#db.destroy()
  }

  #begin(): void {
    if (this.#running !== null || this.#holding > 0) return
    this.#commits = 0
    this.#stopTimer()
    this.#running = this.#checkpoint().finally(() => {
      this.#running = null
    })
  }

  async #checkpoint(): Promise<void> {
    try {
      await this.#db.raw('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // What it could not copy, the next one does. What is wrong with the file shows where it is used.
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

const TRUNCATIONS_MAX = 20
const BUSY_PAUSE_MS = 50

/** The log is empty then. SQLite says so in its answer when somebody else was in the way. */
export async function truncateLog(writer: Knex): Promise<void> {
  for (let n = 0; n < TRUNCATIONS_MAX; n += 1) {
    const [row] = await writer.raw<{ busy: number }[]>('PRAGMA wal_checkpoint(TRUNCATE)')
    if (row?.busy === 0) return
    await delay(BUSY_PAUSE_MS)
  }
}
