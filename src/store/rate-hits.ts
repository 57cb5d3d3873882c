/** What was tried lately, by key: limits that hold across daemons and restarts. */
import type { Store, Tx } from './open.ts'
import { toMs } from './time.ts'

interface HitRow {
  id: number
  key: string
  created_at: number
}

export interface Taken {
  readonly allowed: boolean
  /** How many more are allowed now. */
  readonly remaining: number
  /** Until the oldest counted one no longer counts. */
  readonly resetMs: number
}

/**
 * Counts one try under each key, unless one of them has had its `count` within `windowMs`: then
 * none is counted. The answer is that of the key with least left.
 */
export async function takeHit(
  store: Pick<Store, 'kind' | 'transaction'>,
  keys: readonly string[],
  { count, windowMs }: { count: number; windowMs: number },
  at: Date,
): Promise<Taken> {
  const ordered = keys.toSorted()
  return store.transaction(async (tx) => {
    const since = toMs(at) - windowMs
    let least: Taken = { allowed: true, remaining: count, resetMs: windowMs }
    for (const key of ordered) {
      if (store.kind === 'postgres') {
        // Without it, tries at the same moment would not see each other.
        await tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [key])
      }
      const { hits, oldest } = await hitsSince(tx, key, since)
      const resetMs = oldest === null ? windowMs : oldest - since
      if (hits >= count) return { allowed: false, remaining: 0, resetMs }
      if (count - hits - 1 < least.remaining) {
        least = { allowed: true, remaining: count - hits - 1, resetMs }
      }
    }
    await tx<HitRow>('rate_hits').insert(ordered.map((key) => ({ key, created_at: toMs(at) })))
    await tx<HitRow>('rate_hits').whereIn('key', ordered).where('created_at', '<=', since).delete()
    return least
  })
}

/** Of a try that was none to be counted: one that was right. */
export async function giveHitBack(tx: Tx, key: string, at: Date): Promise<void> {
  const one = tx<HitRow>('rate_hits')
    .where({ key, created_at: toMs(at) })
    .max('id')
  await tx<HitRow>('rate_hits').where('id', one).delete()
}

async function hitsSince(
  tx: Tx,
  key: string,
  since: number,
): Promise<{ hits: number; oldest: number | null }> {
  const row = await tx('rate_hits')
    .where({ key })
    .where('created_at', '>', since)
    .count({ hits: '*' })
    .min({ oldest: 'created_at' })
    .first<{ hits: number; oldest: number | null }>()
  const oldest = row?.oldest ?? null
  return { hits: Number(row?.hits ?? 0), oldest: oldest === null ? null : Number(oldest) }
}

/** Of keys that are never tried again. */
export async function deleteHitsBefore(tx: Tx, before: Date): Promise<void> {
  await tx<HitRow>('rate_hits').where('created_at', '<', toMs(before)).delete()
}
