/** Addresses that get no automatic mail: it came back for good, they asked for that, or an admin did. */
import type { Address } from '../mail/address.ts'
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export const SUPPRESSION_REASONS = ['hard_bounce', 'asked', 'by_hand'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

export interface Suppression {
  readonly address: Address
  readonly reason: SuppressionReason
  /** What the server said, where it was asked, or what the admin noted. */
  readonly detail: string
}

export interface StoredSuppression extends Suppression {
  readonly id: number
  readonly createdAt: Date
}

interface SuppressionRow extends Suppression {
  id: number
  created_at: number
}

const toSuppression = (row: SuppressionRow): StoredSuppression => ({
  id: row.id,
  address: row.address,
  reason: row.reason,
  detail: row.detail,
  createdAt: fromMs(row.created_at),
})

/** A person's wish replaces any other reason, an admin's a bounce, and a bounce none. */
export async function suppress(tx: Tx, suppression: Suppression, at: Date): Promise<void> {
  const { address, reason, detail } = suppression
  const row = { address, reason, detail, created_at: toMs(at) }
  const inserting = tx<SuppressionRow>('suppressions').insert(row).onConflict('address')
  if (reason === 'asked') await inserting.merge(Object.keys(row) as (keyof typeof row)[])
  else await inserting.ignore()
  if (reason === 'by_hand') {
    await tx<SuppressionRow>('suppressions').where({ address, reason: 'hard_bounce' }).update(row)
  }
}

export const findSuppression: (
  db: Queryable,
  address: Address,
) => Promise<StoredSuppression | null> = gathered(async (db, all: readonly Address[]) => {
  const rows = await db<SuppressionRow>('suppressions')
    .whereIn('address', [...all])
    .select()
  return all.map((address) => {
    const row = rows.find((one) => one.address === address)
    return row === undefined ? null : toSuppression(row)
  })
})

/** Newest first. */
export async function listSuppressions(
  db: Queryable,
  filter: { address?: Address; reason?: SuppressionReason; beforeId?: number; limit: number },
): Promise<StoredSuppression[]> {
  const query = db<SuppressionRow>('suppressions').orderBy('id', 'desc').limit(filter.limit)
  if (filter.address !== undefined) void query.where({ address: filter.address })
  if (filter.reason !== undefined) void query.where({ reason: filter.reason })
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query.select()).map(toSuppression)
}

/** False: there was none for this reason. */
export async function releaseSuppression(
  tx: Tx,
  { address, reason }: Pick<Suppression, 'address' | 'reason'>,
): Promise<boolean> {
  return (await tx<SuppressionRow>('suppressions').where({ address, reason }).del()) > 0
}

/** False: there is none. */
export async function deleteSuppression(tx: Tx, id: number): Promise<boolean> {
  return (await tx<SuppressionRow>('suppressions').where({ id }).del()) > 0
}
