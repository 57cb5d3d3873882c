/**
 * Fetching as people want it: an inbox may be paused, and looked at anew. Both end the session; a
 * new one begins by comparing the whole folder with the ledger. Pausing is in the database, so it
 * holds for every daemon and after a restart. Of several daemons the one with the lease fetches.
 */
import type { InboxConfig } from '../config.ts'
import type { InboxOrder } from '../inbox-orders.ts'
import { isDatabaseDown, stopIfCorrupt } from '../store/database-errors.ts'
import { isInboxPaused } from '../store/inboxes.ts'
import { type FetchDeps, runFetch } from './fetch.ts'
import { type LeaseDeps, leaseFor, whileHeld } from './fetch-lease.ts'

/** How soon an order that another daemon was given is followed. */
const LOOK_MS = 10_000

interface Fetched {
  readonly inbox: InboxConfig
  readonly inboxId: number
  readonly order: InboxOrder
}

export async function runFetchAsOrdered(
  deps: FetchDeps & LeaseDeps,
  fetched: Fetched,
  signal: AbortSignal,
): Promise<void> {
  const { inbox, inboxId, order } = fetched
  while (!signal.aborted) {
    if (await isPaused(deps, fetched)) {
      deps.health.paused(inbox.name, 'imap', deps.clock.now())
      await order.bell.wait(LOOK_MS, signal)
      continue
    }
    const held = await leaseFor(deps, { name: inbox.name, id: inboxId })
    if (held === null) {
      deps.health.standby(inbox.name, 'imap', deps.clock.now())
      await order.bell.wait(deps.lease.lookMs, signal)
      continue
    }
    const session = new AbortController()
    const end = (): void => session.abort()
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    const fetching = whileHeld(deps, held, session.signal, (store, holding) =>
      runFetch({ ...deps, store }, inbox, inboxId, holding),
    ).finally(end)
    fetching.catch(() => {
      // Awaited below, after a read of the database that may fail as well.
    })
    try {
      await untilOrdered(deps, fetched, session.signal)
    } finally {
      end()
      signal.removeEventListener('abort', end)
      await fetching
    }
  }
}

/** Until fetching ends by itself, is to begin anew, or the inbox is paused. */
async function untilOrdered(deps: FetchDeps, fetched: Fetched, signal: AbortSignal): Promise<void> {
  const { looks } = fetched.order
  while (!signal.aborted) {
    await fetched.order.bell.wait(LOOK_MS, signal)
    if (fetched.order.looks !== looks || (await isPaused(deps, fetched))) return
  }
}

/** A database that is away changes nothing; the session notices by itself. */
async function isPaused(deps: FetchDeps, { inbox, inboxId }: Fetched): Promise<boolean> {
  try {
    return await isInboxPaused(deps.store.read, inboxId)
  } catch (err) {
    stopIfCorrupt(err)
    if (!isDatabaseDown(err)) throw err
    deps.events.databaseUnavailable(`fetch ${inbox.name}`, err)
    return false
  }
}
