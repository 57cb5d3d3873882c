/**
 * Copies what is in SQLite's log into the file, on a connection of its own: a writer that does it by
 * itself stands still meanwhile, the longer the larger the file. PASSIVE: nobody is waited for.
 * After erasing the log is emptied, too, and who writes waits for a moment at most.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'

/** With mail at full speed that is some 3,000 pages of 4 KB. */
const COMMITS_MAX = 16
/** Of a desk that is at rest, so that little is left to copy when it stops. */
const AFTER_MS = 60_000
/** Together about a second: statements end sooner, a backup does not. */
const TRUNCATIONS_MAX = 10
const BUSY_PAUSE_MS = 50
/** Writers are held up for a twentieth of that while a reader is in the way. */
const OWED_EVERY_MS = 1_000

export class Checkpoints {
  readonly #db: Knex
  readonly #writer: Knex
  #commits = 0
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null
  #owedTimer: NodeJS.Timeout | null = null
  #isOwed = false
  #isClosing = false

  /**
   * @param db of one connection that nobody else uses, and that waits for others only briefly
   * @param writer of one connection
   */
  constructor(db: Knex, writer: Knex) {
    this.#db = db
    this.#writer = writer
  }

  /** To be called after commits. */
  committed(): void {
    this.#commits += 1
    if (this.#commits >= COMMITS_MAX) this.#begin()
    else this.#timer ??= setTimeout(() => this.#afterAWhile(), AFTER_MS).unref()
  }

  /**
   * Empties the log. Where somebody reads an older state for longer, that is owed when this resolves,
   * and done as soon as they have ended.
   */
  truncateLog(): Promise<void> {
    // Who comes while it is owed already does not wait: that is not over yet.
    return this.#next(() => this.#truncate(this.#isOwed ? 1 : TRUNCATIONS_MAX))
  }

  /** What is owed is tried once more: the log stays when another process has the file open, too. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#stopTimer()
    await this.#next(() => this.#truncateOwed())
    this.#stopOwedTimer()
    await this.#db.destroy()
  }

  /** One that could not begin now is asked for anew by the next commit. */
  #afterAWhile(): void {
    this.#timer = null
    this.#begin()
  }

  #begin(): void {
    if (this.#running !== null || this.#isClosing) return
    this.#commits = 0
    this.#stopTimer()
    void this.#run(() => this.#copy())
  }

  /** One at a time. @param work that never rejects */
  #run(work: () => Promise<void>): Promise<void> {
    this.#running = work().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #next(work: () => Promise<void>): Promise<void> {
    // Whoever of several is woken first goes first, and the others wait for that one.
    while (this.#running !== null) await this.#running
    await this.#run(work)
  }

  async #copy(): Promise<void> {
    try {
      await this.#db.raw('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // What it could not copy, the next one does. What is wrong with the file shows where it is used.
    }
  }

  async #truncate(tries: number): Promise<void> {
    this.#isOwed = true
    for (let n = 0; n < tries && this.#isOwed; n += 1) {
      if (n > 0) await delay(BUSY_PAUSE_MS)
      // Most is copied while others write: they wait only for what came since.
      await this.#copy()
      this.#isOwed = !(await this.#isTruncated())
    }
    if (this.#isOwed) this.#tryLater()
    else this.#stopOwedTimer()
  }

  /** SQLite says in its answer, and not as an error, that somebody was in the way. */
  async #isTruncated(): Promise<boolean> {
    try {
      return await besideNoWriter(this.#writer, async () => {
        const [row] = await this.#db.raw<{ busy: number }[]>('PRAGMA wal_checkpoint(TRUNCATE)')
        return row?.busy === 0
      })
    } catch {
      // It is owed, then.
      return false
    }
  }

  async #truncateOwed(): Promise<void> {
    if (this.#isOwed) await this.#truncate(1)
  }

  #tryLater(): void {
    if (this.#isClosing) return
    this.#owedTimer ??= setTimeout(() => {
      this.#owedTimer = null
      void this.#next(() => this.#truncateOwed())
    }, OWED_EVERY_MS).unref()
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #stopOwedTimer(): void {
    if (this.#owedTimer !== null) clearTimeout(this.#owedTimer)
    this.#owedTimer = null
  }
}

interface Connections {
  acquireConnection(): Promise<unknown>
  releaseConnection(connection: unknown): Promise<void>
}

/** Takes the writer's only connection meanwhile: who writes without a pause is always in the way. */
async function besideNoWriter<T>(writer: Knex, work: () => Promise<T>): Promise<T> {
  const connections = writer.client as Connections
  const connection = await connections.acquireConnection()
  try {
    return await work()
  } finally {
    await connections.releaseConnection(connection)
  }
}
