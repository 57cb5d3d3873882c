/**
 * Prepared statements of one SQLite connection, kept for the next time.
 *
 * The driver prepares every statement anew, which costs more than most of our statements take to
 * run. A statement whose run failed is thrown away: after an error it may still hold a lock.
 */

/** A driver's prepared statement; `this` in `done` carries lastID and changes. */
export interface RawStatement {
  all(bindings: readonly unknown[], done: StatementDone): void
  run(bindings: readonly unknown[], done: StatementDone): void
  finalize(done?: () => void): void
}

export type StatementDone = (this: object, err: Error | null, rows?: unknown[]) => void

export interface PreparingConnection {
  prepare(sql: string, done: (err: Error | null) => void): RawStatement
}

/** Our statements are about two hundred; lists of different lengths (IN) add some. */
const KEPT_MAX = 400
/** What the same connection asks again: everything but schema changes, PRAGMAs and the like. */
const WORTH_KEEPING = /^\s*(?:select|insert|update|delete|with|begin|commit|savepoint|release)\b/i
/** Longer ones are made for one occasion: many rows in one INSERT. */
const SQL_LENGTH_MAX = 4_000

export interface Ran {
  readonly rows: unknown[] | undefined
  /** The driver's context of the call: `lastID` and `changes` of a run. */
  readonly context: object
}

export class KeptStatements {
  readonly #connection: PreparingConnection
  /** In the order of last use, so that the first is the one to give up. */
  readonly #kept = new Map<string, RawStatement>()

  constructor(connection: PreparingConnection) {
    this.#connection = connection
  }

  static worthKeeping(sql: string): boolean {
    return sql.length <= SQL_LENGTH_MAX && WORTH_KEEPING.test(sql)
  }

  /** Runs `sql`, which must be one statement. */
  async run(how: 'all' | 'run', sql: string, bindings: readonly unknown[]): Promise<Ran> {
    const statement = this.#take(sql) ?? (await this.#prepare(sql))
    return new Promise((resolve, reject) => {
      const kept = this.#kept
      statement[how](bindings, function (err, rows) {
        if (err === null) {
          // The same one may have run twice at a time: one of the two is enough.
          if (kept.has(sql)) statement.finalize()
          else kept.set(sql, statement)
          resolve({ rows, context: this })
        } else {
          statement.finalize()
          reject(err)
        }
      })
    })
  }

  /** A connection closes only when its statements are gone. */
  finalizeAll(): void {
    for (const statement of this.#kept.values()) statement.finalize()
    this.#kept.clear()
  }

  /** Out of the map while it runs: nobody else may use it then, and a failed one does not return. */
  #take(sql: string): RawStatement | undefined {
    const statement = this.#kept.get(sql)
    this.#kept.delete(sql)
    return statement
  }

  #prepare(sql: string): Promise<RawStatement> {
    this.#makeRoom()
    return new Promise((resolve, reject) => {
      const statement = this.#connection.prepare(sql, (err) => {
        if (err === null) resolve(statement)
        else reject(err)
      })
    })
  }

  #makeRoom(): void {
    if (this.#kept.size < KEPT_MAX) return
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#take(oldest)?.finalize()
  }
}
