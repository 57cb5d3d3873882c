/**
 * Too large to be taken as it comes, and wanted all the same: the whole message is fetched over a
 * connection of its own, beside the fetching, because it may take an hour.
 */
import { settleWhole, type Whole } from '../desk/whole-messages.ts'
import { discardBlobs } from '../store/blob-garbage.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { countAttempt, nextWanted, type Wanted } from '../store/wanted-messages.ts'
import { type BesideDeps, OneBeside } from './fetch-beside.ts'
import { failureOf, NotStored, storingFailure } from './fetch-failure.ts'
import { PATIENCE } from './fetch-options.ts'
import { elapsedOf } from './fetch-rows.ts'
import { hasRoomFor } from './fetch-room.ts'
import { ImapSession, type MessageMeta } from './fetch-session.ts'
import { Throttled } from './fetch-throttled.ts'

const MB = 1024 * 1024
/** No mail system takes more. PostgreSQL gets a message in one piece, which is in memory twice. */
const WHOLE_BYTES_MAX = { sqlite: 500 * MB, postgres: 100 * MB }
/** Then its ticket is told that it cannot be had. */
const ATTEMPTS_MAX = 3

const AGAIN_MS = 60_000

const tooLarge = (bytesMax: number): Whole => ({ why: `it has more than ${bytesMax / MB} MB` })

/** One at a time, for one inbox. */
export class WholeFetches {
  readonly #deps: BesideDeps
  readonly #beside: OneBeside
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(deps: BesideDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#beside = new OneBeside(signal)
  }

  /** Begins with what is wanted, unless it is at it. */
  look(): void {
    if (!this.#beside.isFree || elapsedOf(this.#deps) < this.#notBefore) return
    this.#beside.begin(
      (signal) => this.#work(signal),
      (err) => this.#report(err),
    )
  }

  /** Ends what is under way; the wish stays. */
  async close(): Promise<void> {
    await this.#beside.close()
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { store, inbox, inboxId } = this.#deps
    const { folder } = inbox.imap
    for (;;) {
      const wanted = await nextWanted(store.read, { inboxId, folder })
      if (wanted === null || signal.aborted) return
      this.#notBefore = elapsedOf(this.#deps) + AGAIN_MS
      const whole = await this.#attempt(wanted, signal)
      if (whole === null) return
      const settled = { messageId: wanted.inboundId, whole }
      await store.transaction((tx) =>
        settleWhole(tx, this.#deps.context, settled, this.#deps.now()),
      )
      this.#notBefore = Number.NEGATIVE_INFINITY
    }
  }

  /** Null: it is to be tried again, later. Counted beforehand: an attempt may be the end of us. */
  async #attempt(wanted: Wanted, signal: AbortSignal): Promise<Whole | null> {
    const { store } = this.#deps
    const { inboundId, attempts } = wanted
    if (attempts >= ATTEMPTS_MAX) return { why: 'it was tried several times in vain' }
    await store.transaction((tx) => countAttempt(tx, inboundId, 1))
    try {
      return await this.#fetch(wanted, signal)
    } catch (err) {
      if (signal.aborted) {
        await store.transaction((tx) => countAttempt(tx, inboundId, -1))
        throw err
      }
      return attempts + 1 < ATTEMPTS_MAX ? null : { why: this.#whyOf(err) }
    }
  }

  #whyOf(err: unknown): string {
    if (isDatabaseDown(err) || err instanceof NotStored) return 'it could not be stored here'
    const { host, port, folder } = this.#deps.inbox.imap
    if (err instanceof Throttled) return `${host}:${port} is asked too much`
    const { sentence } = failureOf(err, { server: `${host}:${port}`, folder })
    return sentence.endsWith('.') ? sentence.slice(0, -1) : sentence
  }

  async #fetch(wanted: Wanted, signal: AbortSignal): Promise<Whole> {
    const { store, inbox, patience = PATIENCE } = this.#deps
    const session = await ImapSession.open(inbox.imap, { signal, patience })
    const abort = (): void => session.abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      signal.throwIfAborted()
      if (session.uidValidity !== wanted.uidValidity) return { why: 'its folder was rebuilt' }
      const [meta] = await session.listOnly([wanted.uid])
      if (meta === undefined) return { why: 'the server does not have it any more' }
      const bytesMax = WHOLE_BYTES_MAX[store.kind]
      if (meta.size > bytesMax) return tooLarge(bytesMax)
      if (!(await hasRoomFor(store, meta.size)))
        return { why: 'there is no room for it on the disk' }
      return await this.#take(session, meta, bytesMax)
    } finally {
      signal.removeEventListener('abort', abort)
      await session.close()
    }
  }

  async #take(session: ImapSession, meta: MessageMeta, bytesMax: number): Promise<Whole> {
    const { store, blobs } = this.#deps
    const stored = await session.download(
      meta,
      (content) =>
        blobs.putStream(content, bytesMax).catch((err: unknown) => {
          if (err === content.errored) throw err
          if (err instanceof RangeError) return 'too large' as const
          throw storingFailure(err)
        }),
      bytesMax,
    )
    if (stored === 'too large') return tooLarge(bytesMax)
    if (stored === null) throw new Error('the server did not send all of it')
    // Until a note names them: what none names by the next sweep is removed.
    await store.transaction((tx) => discardBlobs(tx, [stored.sha256], this.#deps.now()))
    return { sha256: stored.sha256, size: stored.size }
  }

  #report(err: unknown): void {
    const { events, inbox } = this.#deps
    if (isDatabaseDown(err)) events.databaseUnavailable(`fetch ${inbox.name}`, err)
    else events.loopFailed(`fetch ${inbox.name}`, err)
  }
}
