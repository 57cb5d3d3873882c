/**
 * How far the events can be read so that none is missed: ids are given before a commit, so on
 * PostgreSQL a smaller one may appear after a larger one. An id is settled when every transaction
 * that could still bring a smaller one has ended. SQLite has one writer: what is there is settled.
 */
import type { Store } from './open.ts'

/**
 * Past this a transaction is stuck for reasons of its own, and nobody may wait for it for ever. Longer
 * than one of ours can wait for a lock: two statements of two minutes each.
 */
const DOUBT_MS_MAX = 5 * 60_000

interface Doubt {
  readonly upTo: number
  /** The first transaction id not yet given when `upTo` was seen. */
  readonly xmax: bigint
  readonly sinceMs: number
}

export class EventHorizon {
  readonly #store: Pick<Store, 'kind' | 'read'>
  readonly #nowMs: () => number
  #settled = 0
  #doubt: Doubt | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(store: Pick<Store, 'kind' | 'read'>, nowMs: () => number = Date.now) {
    this.#store = store
    this.#nowMs = nowMs
  }

  /** Every event up to this id is there, or never will be. */
  get settled(): number {
    return this.#settled
  }

  /** True: there are events that may not be read yet; ask again soon. */
  get inDoubt(): boolean {
    return this.#doubt !== null
  }

  /** Looks again, not before earlier looks are done; resolves with {@link settled}. */
  async advance(): Promise<number> {
    const look = this.#turn.then(() => this.#advance())
    this.#turn = look.catch(() => {
      // Its asker knows.
    })
    return look
  }

  async #advance(): Promise<number> {
    if (this.#doubt !== null) await this.#resolve(this.#doubt)
    if (this.#doubt !== null) return this.#settled
    const last = await this.#last()
    if (last <= this.#settled) return this.#settled
    if (this.#store.kind === 'sqlite' || (await this.#isGapless(last))) this.#settled = last
    else await this.#doubtUpTo(last)
    return this.#settled
  }

  async #last(): Promise<number> {
    const row = await this.#store
      .read('events')
      .max({ last: 'id' })
      .first<{ last: number | null }>()
    return Number(row?.last ?? 0)
  }

  /** At the first look there would be every event to count, and there are gaps anyway. */
  async #isGapless(last: number): Promise<boolean> {
    if (this.#settled === 0) return false
    const row = await this.#store
      .read('events')
      .where('id', '>', this.#settled)
      .where('id', '<=', last)
      .count({ count: '*' })
      .first<{ count: number }>()
    return Number(row?.count ?? 0) === last - this.#settled
  }

  async #doubtUpTo(upTo: number): Promise<void> {
    const { xmin, xmax } = await this.#snapshot()
    if (xmin >= xmax) this.#settled = upTo
    else this.#doubt = { upTo, xmax, sinceMs: this.#nowMs() }
  }

  async #resolve(doubt: Doubt): Promise<void> {
    const { xmin } = await this.#snapshot()
    if (xmin < doubt.xmax && this.#nowMs() - doubt.sinceMs < DOUBT_MS_MAX) return
    this.#settled = doubt.upTo
    this.#doubt = null
  }

  /** The oldest transaction that runs, and the next one there will be. */
  async #snapshot(): Promise<{ xmin: bigint; xmax: bigint }> {
    const { rows } = await this.#store.read.raw<{ rows: { xmin: string; xmax: string }[] }>(
      `select pg_snapshot_xmin(s)::text as xmin, pg_snapshot_xmax(s)::text as xmax
         from pg_current_snapshot() as s`,
    )
    const [row] = rows
    return { xmin: BigInt(row?.xmin ?? 0), xmax: BigInt(row?.xmax ?? 0) }
  }
}
