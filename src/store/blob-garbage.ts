/**
 * Bytes that nothing refers to any more. They are listed when a reference goes, and removed later:
 * the same bytes may have arrived anew meanwhile and be on their way to a row that will name them.
 */
import type { Blobs } from './blobs.ts'
import type { Queryable, Store, Tx } from './open.ts'
import { toMs } from './time.ts'

/** Far longer than the way from stored bytes to the row that names them. */
const REST_MS = 10 * 60_000
const SWEEP_MAX = 100

interface GarbageRow {
  sha256: string
  since: number
}

/**
 * To be removed once nothing refers to them; null is none. What is listed already rests anew: it may
 * have been stored again since, and then it is the sweep after its own rest that finds it.
 */
export async function discardBlobs(
  tx: Tx,
  shas: readonly (string | null)[],
  at: Date,
): Promise<void> {
  // Everybody in one order: two that list the same do not wait for each other for ever.
  const names = [...new Set(shas.filter((sha) => sha !== null))].toSorted()
  for (let start = 0; start < names.length; start += SWEEP_MAX) {
    const rows = names.slice(start, start + SWEEP_MAX)
    await tx<GarbageRow>('blob_garbage')
      .insert(rows.map((sha256) => ({ sha256, since: toMs(at) })))
      .onConflict('sha256')
      .merge()
  }
}

/** The bytes of a ticket that is about to go: its files, and its mail as it came. */
export async function discardBlobsOfTicket(tx: Tx, ticketId: number, at: Date): Promise<void> {
  const comments = tx('comments').where({ ticket_id: ticketId }).select('id')
  const rows = (await tx('attachments')
    .whereIn('comment_id', comments)
    .select('sha256')
    .union(tx('inbound_messages').where({ ticket_id: ticketId }).select('sha256'))) as {
    sha256: string | null
  }[]
  await discardBlobs(
    tx,
    rows.map(({ sha256 }) => sha256),
    at,
  )
}

/** Stored again: no longer garbage. */
export async function keepBlobs(tx: Tx, shas: readonly string[]): Promise<void> {
  await tx<GarbageRow>('blob_garbage')
    .whereIn('sha256', [...shas])
    .delete()
}

/** Removes what has rested and is not referred to. @returns true: there may be more */
export async function sweepBlobs(
  { store, blobs }: { store: Pick<Store, 'read' | 'transaction' | 'kind'>; blobs: Blobs },
  at: Date,
): Promise<boolean> {
  const restedSince = new Date(at.getTime() - REST_MS)
  const rested = await listRested(store.read, restedSince)
  if (rested.length === 0) return false
  const named = await referred(store.read, rested)
  for (const sha256 of rested.filter((sha) => !named.has(sha))) {
    await blobs.removeFile(sha256, restedSince)
  }
  await store.transaction(async (tx) => {
    // Who stores the same bytes right now waits for this lock, and then stores them anew.
    const locked = tx<GarbageRow>('blob_garbage').whereIn('sha256', rested).select('sha256')
    if (store.kind === 'postgres') void locked.forUpdate()
    const still = (await locked).map(({ sha256 }) => sha256)
    const again = await referred(tx, still)
    const gone = still.filter((sha) => !again.has(sha))
    await tx('blob_chunks').whereIn('sha256', gone).delete()
    await keepBlobs(tx, still)
  })
  return rested.length === SWEEP_MAX
}

async function listRested(db: Queryable, since: Date): Promise<string[]> {
  const rows = await db<GarbageRow>('blob_garbage')
    .where('since', '<=', toMs(since))
    .orderBy('since')
    .limit(SWEEP_MAX)
    .select('sha256')
  return rows.map(({ sha256 }) => sha256)
}

/** Those that something names. */
export async function referredAmong(
  db: Queryable,
  shas: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  for (let start = 0; start < shas.length; start += SWEEP_MAX) {
    for (const sha of await referred(db, shas.slice(start, start + SWEEP_MAX))) named.add(sha)
  }
  return named
}

/** At most {@link SWEEP_MAX}. */
async function referred(db: Queryable, shas: readonly string[]): Promise<Set<string>> {
  const rows = await db('inbound_messages')
    .whereIn('sha256', [...shas])
    .select<{ sha256: string }[]>('sha256')
    .union(
      db('attachments')
        .whereIn('sha256', [...shas])
        .select('sha256'),
    )
  const named = (rows as { sha256: string }[]).map(({ sha256 }) => sha256)
  return new Set([...named, ...(await referredByHeld(db, shas))])
}

/** Files of mail that its author may still send: until he chooses, they are in no row of their own. */
async function referredByHeld(db: Queryable, shas: readonly string[]): Promise<string[]> {
  if (shas.length === 0) return []
  const held = await db('held_replies')
    .whereNull('choice')
    .where((q) => {
      for (const sha of shas) void q.orWhere('said', 'like', `%"${sha}"%`)
    })
    .select<{ said: string }[]>('said')
  return shas.filter((sha) => held.some(({ said }) => said.includes(`"${sha}"`)))
}
