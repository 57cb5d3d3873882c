/**
 * Too large to be taken as it comes, and wanted all the same: the whole message is fetched over a
 * connection of its own, beside the fetching, because it may take an hour.
 */
import type { DeskContext } from '../desk/context.ts'
import { settleWhole, type Whole } from '../desk/whole-messages.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { missedWanted, nextWanted, type Wanted } from '../store/wanted-messages.ts'
import { failureOf } from './fetch-failure.ts'
import { PATIENCE, type Patience } from './fetch-options.ts'
import { elapsedOf, type Elapsing, type StoreDeps } from './fetch-rows.ts'
import { ImapSession } from './fetch-session.ts'

/** No mail system takes more; a server that sends without end is stopped there. */
export const WHOLE_BYTES_MAX = 500 * 1024 * 1024
/** Then its ticket is told that it cannot be had. */
const ATTEMPTS_MAX = 3

const AGAIN_MS = 60_000

export interface WholeDeps
  extends Elapsing,
    Pick<StoreDeps, 'store' | 'blobs' | 'events' | 'inbox' | 'inboxId' | 'now'> {
  readonly context: DeskContext
  readonly patience?: Patience
}

/** One at a time, for one inbox. */
export class WholeFetches {
  readonly #deps: WholeDeps
  readonly #stop = new AbortController()
  readonly #end = (): void => this.#stop.abort()
  readonly #outer: AbortSignal
  #running: Promise<void> | null = null
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(deps: WholeDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#outer = signal
    signal.addEventListener('abort', this.#end)
    if (signal.aborted) this.#end()
  }

  get #signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Begins with what is wanted, unless it is at it. */
  look(): void {
    if (this.#running !== null || this.#signal.aborted) return
    if (elapsedOf(this.#deps) < this.#notBefore) return
    this.#running = this.#work()
      .catch((err: unknown) => this.#report(err))
      .finally(() => {
        this.#running = null
      })
  }

  /** Ends what is under way; the wish stays. */
  async close(): Promise<void> {
    this.#outer.removeEventListener('abort', this.#end)
    this.#end()
    await this.#running
  }

  async #work(): Promise<void> {
    const { store, inbox, inboxId } = this.#deps
    const { folder } = inbox.imap
    for (;;) {
      const wanted = await nextWanted(store.read, { inboxId, folder })
      if (wanted === null || this.#signal.aborted) return
      if (!(await this.#try(wanted))) return
    }
  }

  /** False: it is to be tried again, later. */
  async #try(wanted: Wanted & { readonly uidValidity: number }): Promise<boolean> {
    const { store, context, inbox } = this.#deps
    let whole: Whole
    try {
      whole = await this.#fetch(wanted)
    } catch (err) {
      if (this.#signal.aborted || isDatabaseDown(err)) throw err
      const { host, port, folder } = inbox.imap
      const { sentence } = failureOf(err, { server: `${host}:${port}`, folder })
      if (wanted.attempts + 1 < ATTEMPTS_MAX) {
        await store.transaction((tx) => missedWanted(tx, wanted.inboundId))
        this.#notBefore = elapsedOf(this.#deps) + AGAIN_MS
        return false
      }
      whole = { why: sentence }
    }
    const settled = { messageId: wanted.inboundId, whole }
    await store.transaction((tx) => settleWhole(tx, context, settled, this.#deps.now()))
    return true
  }

  async #fetch(wanted: Wanted & { readonly uidValidity: number }): Promise<Whole> {
    const { blobs, inbox, patience = PATIENCE } = this.#deps
    const session = await ImapSession.open(inbox.imap, { signal: this.#signal, patience })
    const abort = (): void => session.abort()
    this.#signal.addEventListener('abort', abort, { once: true })
    try {
      if (session.uidValidity !== wanted.uidValidity) return { why: 'its folder was rebuilt' }
      const [meta] = await session.listOnly([wanted.uid])
      if (meta === undefined) return { why: 'the server does not have it any more' }
      const tooLarge = { why: `it has more than ${WHOLE_BYTES_MAX / 1024 / 1024} MB` }
      if (meta.size > WHOLE_BYTES_MAX) return tooLarge
      const stored = await session.download(
        meta,
        (content) =>
          blobs.putStream(content, WHOLE_BYTES_MAX).catch((err: unknown) => {
            if (err instanceof RangeError && err !== content.errored) return 'too large' as const
            throw err
          }),
        WHOLE_BYTES_MAX,
      )
      if (stored === 'too large') return tooLarge
      if (stored === null) throw new Error('the server did not send all of it')
      return { sha256: stored.sha256, size: stored.size }
    } finally {
      this.#signal.removeEventListener('abort', abort)
      await session.close()
    }
  }

  #report(err: unknown): void {
    if (this.#signal.aborted) return
    const { events, inbox } = this.#deps
    if (isDatabaseDown(err)) events.databaseUnavailable(`fetch ${inbox.name}`, err)
    else events.loopFailed(`fetch a whole message of ${inbox.name}`, err)
  }
}
