/**
 * Long writes make way for mail that is in doubt: between the final dot and the outcome being durable
 * nobody knows whether the server has it, and after a crash a person's reply is sent twice. Where there
 * is one writer, that outcome would wait for a whole batch of incoming mail.
 */
import { pause } from '../pause.ts'

/** Servers near by have answered by then; those that take their time are not waited for. */
const ANSWER_MS = 20
/** However many there are: longer than this no write waits for all of them together. */
const TOGETHER_MS = 50

/** One delivery's. */
export interface Doubt {
  /** Before its dot is made possible. Waits while somebody waits for all doubts to end. */
  comes(): Promise<void>
  /** The dot may go out now: the server's time begins. */
  begins(): void
}

interface Open {
  /** In milliseconds of `now`; null: its dot cannot go out yet. */
  since: number | null
}

export class InDoubt {
  readonly #now: () => number
  readonly #waitMs: number
  readonly #open = new Set<Open>()
  #wake = new AbortController()
  /** Long writes that wait for doubts to end; none begins meanwhile. */
  #waiting = 0

  /** @param writers how many writes there can be at once; of several none keeps the others waiting */
  constructor(writers: number, now: () => number = () => performance.now()) {
    this.#waitMs = writers === 1 ? TOGETHER_MS : 0
    this.#now = now
  }

  /** A doubt that comes in `attempt` is over with it: then its outcome is durable, or there was no dot. */
  async within<T>(attempt: (doubt: Doubt) => Promise<T>): Promise<T> {
    const open: Open = { since: null }
    try {
      return await attempt({
        comes: async () => {
          while (this.#waiting > 0) await this.#change(TOGETHER_MS)
          this.#open.add(open)
        },
        begins: () => {
          open.since = this.#now()
          this.#changed()
        },
      })
    } finally {
      if (this.#open.delete(open)) this.#changed()
    }
  }

  /** Calls `write` when nothing is in doubt that will be settled soon. */
  async afterwards<T>(write: () => Promise<T>): Promise<T> {
    const until = this.#now() + this.#waitMs
    this.#waiting += 1
    try {
      for (;;) {
        const left = Math.min(until, this.#settledBy()) - this.#now()
        if (left <= 0) break
        await this.#change(left)
      }
    } finally {
      this.#waiting -= 1
      this.#changed()
    }
    return write()
  }

  /** When those that are open now should have ended; -Infinity: none is. */
  #settledBy(): number {
    const ends = [...this.#open].map(({ since }) =>
      since === null ? Number.POSITIVE_INFINITY : since + ANSWER_MS,
    )
    return Math.max(Number.NEGATIVE_INFINITY, ...ends)
  }

  #change(ms: number): Promise<void> {
    return pause(ms, this.#wake.signal)
  }

  #changed(): void {
    this.#wake.abort()
    this.#wake = new AbortController()
  }
}
