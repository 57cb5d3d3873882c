/**
 * Messages that the server announced but did not deliver, and those whose delivery broke the
 * connection. It outlives a session: the next one has to know what broke the last one, so that
 * one bad message never stops those behind it. Times are milliseconds of a clock that nobody puts back.
 */
import type { MessageMeta } from './fetch-session.ts'

/** An answer without the message is asked again after these pauses. */
const RETRY_MS = [1_000, 2_000, 5_000, 15_000]
/** A message that broke the connection although it was asked for alone is left in peace so long. */
const BROKE_MS = [1_000, 30_000, 120_000, 600_000]

interface Wanted {
  readonly meta: MessageMeta
  /** Answers without the message. */
  readonly attempts: number
  /** Connections that broke while it alone was being fetched. */
  readonly breaks: number
  readonly nextAt: number
}

export class Missing {
  readonly #wanted = new Map<number, Wanted>()
  #generation = 0
  #asked: readonly MessageMeta[] = []
  /** What the store was told of those left out; undefined: nothing yet. */
  #told: number | null | undefined

  /** Another session begins: what fails before it fetches is no message's doing. */
  connecting(): void {
    this.#asked = []
  }

  /** A UID means something only in its own generation of the folder. */
  inGeneration(uidValidity: number): void {
    if (uidValidity !== this.#generation) {
      this.#wanted.clear()
      this.#told = undefined
    }
    this.#generation = uidValidity
  }

  /** These are being fetched, until answered(). */
  asking(metas: readonly MessageMeta[]): void {
    this.#asked = metas
  }

  answered(): void {
    this.#asked = []
  }

  /** The session broke: everything that was being fetched is a suspect. */
  connectionBroke(nowMs: number): void {
    const alone = this.#asked.length === 1
    for (const meta of this.#asked) {
      const { attempts, breaks } = this.#wanted.get(meta.uid) ?? { attempts: 0, breaks: 0 }
      const wait = alone ? (BROKE_MS[breaks] ?? 0) : 0
      const nextAt = nowMs + wait
      const counted = alone ? breaks + 1 : breaks
      this.#wanted.set(meta.uid, { meta, attempts, breaks: counted, nextAt })
    }
    this.#asked = []
  }

  /** Counts an answer without the message. False: it was asked for often enough. */
  notDelivered(meta: MessageMeta, nowMs: number): boolean {
    const { attempts, breaks } = this.#wanted.get(meta.uid) ?? { attempts: 0, breaks: 0 }
    const wait = RETRY_MS[attempts]
    if (wait === undefined) return false
    const nextAt = nowMs + wait
    this.#wanted.set(meta.uid, { meta, attempts: attempts + 1, breaks, nextAt })
    return true
  }

  /** It has its ledger row. */
  settled(uid: number): void {
    this.#wanted.delete(uid)
  }

  isDue(uid: number, nowMs: number): boolean {
    return (this.#wanted.get(uid)?.nextAt ?? 0) <= nowMs
  }

  due(nowMs: number): MessageMeta[] {
    return [...this.#wanted.values()].filter(({ nextAt }) => nextAt <= nowMs).map((w) => w.meta)
  }

  /** Something went wrong with it, or beside it: it is asked for alone. */
  isSuspect(uid: number): boolean {
    return this.#wanted.has(uid)
  }

  /** A connection broke while it alone was being fetched: it is asked for last. */
  breaksConnections(uid: number): boolean {
    return (this.#wanted.get(uid)?.breaks ?? 0) > 0
  }

  /** It broke one connection after the other. */
  isHopeless(uid: number): boolean {
    return (this.#wanted.get(uid)?.breaks ?? 0) > BROKE_MS.length
  }

  /** When the next one is to be asked for again; null: none is missing. */
  nextAt(): number | null {
    const times = [...this.#wanted.values()].map(({ nextAt }) => nextAt)
    return times.length === 0 ? null : Math.min(...times)
  }

  /**
   * The lowest UID that later ones are fetched before; null: none, which only a look at the whole
   * folder can say (`all`): after a start everything is still to be asked for. Told only when it has
   * changed since `tell` last took it.
   */
  async tellLeftOut(tell: (uid: number | null) => Promise<void>, all = false): Promise<void> {
    const uids = [...this.#wanted.values()].filter(isLeftOut).map(({ meta }) => meta.uid)
    const lowest = uids.length === 0 ? null : Math.min(...uids)
    if (lowest === this.#told || (lowest === null && !all)) return
    await tell(lowest)
    this.#told = lowest
  }

  /** The highest UID up to `highest` below which nothing is missing. */
  completeUpTo(highest: number): number {
    return Math.min(highest, ...[...this.#wanted.keys()].map((uid) => uid - 1))
  }
}

/** A mere suspect is asked for in its place. */
const isLeftOut = ({ attempts, breaks }: Wanted): boolean => attempts > 0 || breaks > 0
