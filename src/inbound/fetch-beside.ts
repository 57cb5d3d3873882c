/** What is done beside the fetching of an inbox, over connections of its own. */
import type { DeskContext } from '../desk/context.ts'
import type { Patience } from './fetch-options.ts'
import type { Elapsing, StoreDeps } from './fetch-rows.ts'

/** What such work has to do with. */
export interface BesideDeps
  extends Elapsing,
    Pick<StoreDeps, 'store' | 'blobs' | 'events' | 'inbox' | 'inboxId' | 'now'> {
  readonly context: DeskContext
  /** How long a server is waited for; default: PATIENCE. */
  readonly patience?: Patience
}

/** Work that goes on beside the fetching of an inbox, one piece of it at a time, and ends with it. */
export class OneBeside {
  readonly #stop = new AbortController()
  readonly #end = (): void => this.#stop.abort()
  readonly #outer: AbortSignal
  #running: Promise<void> | null = null

  constructor(outer: AbortSignal) {
    this.#outer = outer
    outer.addEventListener('abort', this.#end)
    if (outer.aborted) this.#end()
  }

  get isFree(): boolean {
    return this.#running === null && !this.#stop.signal.aborted
  }

  /** To be called when it is free. `failed` is not told of what ends because it is stopped. */
  begin(work: (signal: AbortSignal) => Promise<void>, failed: (err: unknown) => void): void {
    const { signal } = this.#stop
    this.#running = work(signal)
      .catch((err: unknown) => {
        if (!signal.aborted) failed(err)
      })
      .finally(() => {
        this.#running = null
      })
  }

  /** Stops what is under way, and waits for it. */
  async close(): Promise<void> {
    this.#outer.removeEventListener('abort', this.#end)
    this.#end()
    await this.#running
  }
}
