/**
 * Copies what is in SQLite's log into the file, on a connection of its own: a writer that does it by
 * itself stands still meanwhile, the longer the larger the file. PASSIVE: nobody is waited for.
 */
import type { Knex } from 'knex'

/** A batch of mail is two transactions and some 2,000 pages: about so many commits fill 16 MB. */
const COMMITS_MAX = 16
/** Of a desk that is at rest, so that little is left to copy when it stops. */
const AFTER_MS = 60_000

export class Checkpoints {
  readonly #db: Knex
  #commits = 0
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null

  /** @param db of one connection that nobody else uses */
  constructor(db: Knex) {
    this.#db = db
  }

  /** To be called after each commit. */
  committed(): void {
    this.#commits += 1
    if (this.#commits >= COMMITS_MAX) this.#begin()
    else this.#timer ??= setTimeout(() => this.#begin(), AFTER_MS).unref()
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    this.#stopTimer()
    await this.#running
    await this.#db.destroy()
  }

  #begin(): void {
    if (this.#running !== null) return
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
