/**
 * One of several daemons on one PostgreSQL fetches an inbox: the one that holds its lease. SQLite
 * has one daemon, and needs none.
 *
 * The holder renews it with a heartbeat. Every write of the session is made together with the
 * proof that the lease is still ours, so a daemon that was stopped, or cut off, and goes on later
 * writes nothing.
 */
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import { pause } from '../pause.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import {
  holdsLease,
  type Lease,
  releaseLease,
  renewLease,
  takeLease,
} from '../store/inbox-leases.ts'
import type { Store } from '../store/open.ts'

export interface LeaseTimes {
  /** How long a daemon that died keeps an inbox. */
  readonly holdMs: number
  readonly beatMs: number
  /** How often others look whether it is free. */
  readonly lookMs: number
}

/** Taken over 70 seconds after the last heartbeat at the latest. */
export const LEASE: LeaseTimes = { holdMs: 60_000, beatMs: 20_000, lookMs: 10_000 }

export interface LeaseDeps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
  /** Names this daemon. */
  readonly owner: string
  readonly lease: LeaseTimes
  /** Takes up what a daemon that died had in hand. Should it live, one of the two settles it. */
  readonly died: (owner: string) => Promise<void>
}

/** `lease` is null where none is needed. */
export interface Held {
  readonly inbox: string
  readonly lease: Lease | null
}

/** From here on the claims of daemons differ by so much that they may cross. */
const SKEW_MS = 30_000

/** Takes the lease of an inbox; null: another daemon has it, or nobody knows. */
export async function leaseFor(
  deps: LeaseDeps,
  inbox: { readonly name: string; readonly id: number },
): Promise<Held | null> {
  const { store, owner, events } = deps
  if (store.kind === 'sqlite') return { inbox: inbox.name, lease: null }
  try {
    const wish = { inboxId: inbox.id, owner, ms: deps.lease.holdMs }
    const taken = await store.exclusively((tx) => takeLease(tx, wish))
    if (taken === null) return null
    const isTakeover = taken.deadOwner !== null
    events.leaseTaken({ inbox: inbox.name, epoch: taken.lease.epoch, isTakeover })
    if (taken.deadOwner !== null) await deps.died(taken.deadOwner)
    return { inbox: inbox.name, lease: taken.lease }
  } catch (err) {
    if (!isDatabaseDown(err)) throw err
    events.databaseUnavailable(`fetch ${inbox.name}`, err)
    return null
  }
}

/**
 * Works as long as the lease is held, and gives it back. `work` writes with the store it is given,
 * and stops with the signal it is given.
 */
export async function whileHeld(
  deps: LeaseDeps,
  { inbox, lease }: Held,
  signal: AbortSignal,
  work: (store: Store, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (lease === null) return work(deps.store, signal)
  const holding = new AbortController()
  const end = (): void => holding.abort()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const lose = (): void => {
    if (!holding.signal.aborted) deps.events.leaseLost(inbox)
    end()
  }
  const beating = beat(deps, { inbox, lease }, { signal: holding.signal, lose, end })
  try {
    await work(fenced(deps.store, lease, lose), holding.signal)
  } finally {
    end()
    signal.removeEventListener('abort', end)
    await beating
    await giveBack(deps, inbox, lease)
  }
}

interface Holding {
  readonly signal: AbortSignal
  readonly lose: () => void
  readonly end: () => void
}

/** Heartbeats, until the lease is lost or no longer needed. Never rejects. */
async function beat(
  deps: LeaseDeps,
  { inbox, lease }: { readonly inbox: string; readonly lease: Lease },
  { signal, lose, end }: Holding,
): Promise<void> {
  const { holdMs, beatMs } = deps.lease
  let heldUntil = performance.now() + holdMs
  for (;;) {
    await pause(beatMs, signal)
    if (signal.aborted) return
    const askedAt = performance.now()
    try {
      const renewed = await deps.store.exclusively((tx) => renewLease(tx, lease, holdMs))
      if (renewed === null) return lose()
      heldUntil = askedAt + holdMs
      const aheadMs = deps.clock.now().getTime() - renewed.now.getTime()
      if (Math.abs(aheadMs) > SKEW_MS) deps.events.clockSkewed(aheadMs)
      // Somebody wants a look: the next session begins with one.
      if (renewed.looks !== lease.looks) return end()
    } catch (err) {
      reportTo(deps, inbox, err)
      if (performance.now() > heldUntil) return lose()
    }
  }
}

class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Every transaction begins with the proof that the lease is ours, and keeps it so until its end. */
function fenced(store: Store, lease: Lease, lose: () => void): Store {
  return {
    ...store,
    transaction: (work) =>
      store.transaction(async (tx) => {
        if (await holdsLease(tx, lease)) return work(tx)
        lose()
        throw new LeaseLost('another daemon fetches this inbox')
      }),
  }
}

/** When it does not work, the lease runs out. */
async function giveBack(deps: LeaseDeps, inbox: string, lease: Lease): Promise<void> {
  deps.events.leaseGivenBack(inbox)
  try {
    await deps.store.exclusively((tx) => releaseLease(tx, lease))
  } catch (err) {
    reportTo(deps, inbox, err)
  }
}

function reportTo({ events }: LeaseDeps, inbox: string, err: unknown): void {
  if (isDatabaseDown(err)) events.databaseUnavailable(`fetch ${inbox}`, err)
  else events.loopFailed(`fetch ${inbox}`, err)
}
