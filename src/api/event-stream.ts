/**
 * One stream of server-sent events (WHATWG HTML §9.2). It reads the events table at the pace of
 * its reader: a slow one costs no memory, and a reconnected one goes on where it was.
 */
import { Readable } from 'node:stream'
import { areForgottenAfter } from '../store/events.ts'
import type { Store } from '../store/open.ts'
import type { EventFeed } from './event-feed.ts'
import { type EventReader, readableEvents } from './event-reader.ts'

export interface StreamDeps {
  readonly store: Store
  readonly feed: EventFeed
  /** A sign of life this often, so that nobody in between takes the stream for dead. */
  readonly heartbeatMs: number
  /** How often the reader's rights are looked at. */
  readonly checkMs: number
  /** The reader as he is now; rejects when he may not read any more. */
  readonly again: () => Promise<EventReader>
}

export const HEARTBEAT_MS = 15_000
/** Whoever is disabled reads on for less than five seconds. */
export const CHECK_MS = 4_000
const BATCH_MAX = 100
/** How long a client waits before it connects again. */
const RETRY = 'retry: 3000\n\n'
const SIGN_OF_LIFE = ': alive\n\n'

/**
 * @param from What the reader has: events up to `afterId`, null: he wants only what happens from
 *   now on; `head` is the newest event now.
 */
export function eventStream(
  deps: StreamDeps,
  reader: EventReader,
  from: { readonly afterId: number | null; readonly head: number },
): Readable {
  const closed = new AbortController()
  const source = frames(deps, reader, from, closed.signal)
  return new Readable({
    read() {
      source.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (err: Error) => this.destroy(err),
      )
    },
    destroy(err, callback) {
      // Whoever waits for events wakes up, and finds that nobody wants them.
      closed.abort()
      callback(err)
    },
  })
}

/** Who has nothing (0) has missed nothing: he gets what there is. */
const isTooOld = async ({ read }: Store, at: number, head: number): Promise<boolean> =>
  at > 0 && at < head && (await areForgottenAfter(read, at))

async function* frames(
  deps: StreamDeps,
  first: EventReader,
  from: { readonly afterId: number | null; readonly head: number },
  closed: AbortSignal,
): AsyncGenerator<string, void> {
  const { feed, heartbeatMs, checkMs } = deps
  yield RETRY
  let { head } = from
  let at = from.afterId ?? head
  if (at > head || (await isTooOld(deps.store, at, head))) {
    // Events that we do not have: the database was restored, or it does not keep them so long. What
    // the client knows may be wrong.
    at = head
    yield `id: ${at}\nevent: reset\ndata: {}\n\n`
  }
  let reader = first
  let checkAt = performance.now() + checkMs
  let signAt = performance.now() + heartbeatMs
  while (!closed.aborted && !feed.ending) {
    const batch = await readableEvents(deps.store.read, reader, {
      afterId: at,
      upToId: head,
      limit: BATCH_MAX,
    })
    for (const { id, type, json } of batch.events) {
      yield `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(json)}\n\n`
    }
    at = batch.lastId ?? head
    const waitMs = Math.min(checkAt, signAt) - performance.now()
    if (batch.lastId === null) head = await feed.after(at, waitMs, closed)
    if (performance.now() >= checkAt) {
      const now = await deps.again().catch(() => null)
      if (now === null) return
      reader = now
      checkAt = performance.now() + checkMs
    }
    if (performance.now() < signAt) continue
    signAt = performance.now() + heartbeatMs
    yield SIGN_OF_LIFE
  }
}
