/** Addresses that get no automatic mail: mail to them came back for good, or they asked for that. */
import type { Address } from '../mail/address.ts'
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

export type SuppressionReason = 'hard_bounce' | 'asked'

export interface Suppression {
  readonly address: Address
  readonly reason: SuppressionReason
  /** What the server said, or where it was asked. */
  readonly detail: string
}

interface SuppressionRow extends Suppression {
  created_at: number
}

/** A person's wish replaces a bounce, and a bounce replaces nothing. */
export async function suppress(tx: Tx, suppression: Suppression, at: Date): Promise<void> {
  const inserting = tx<SuppressionRow>('suppressions')
    .insert({ ...suppression, created_at: toMs(at) })
    .onConflict('address')
  await (suppression.reason === 'asked' ? inserting.merge() : inserting.ignore())
}

export const findSuppression: (db: Queryable, address: Address) => Promise<Suppression | null> =
  gathered(async (db, all: readonly Address[]) => {
    const rows = await db<SuppressionRow>('suppressions')
      .whereIn('address', [...all])
      .select()
    return all.map((address) => rows.find((row) => row.address === address) ?? null)
  })

/** False: there was none for this reason. */
export async function releaseSuppression(
  tx: Tx,
  { address, reason }: Pick<Suppression, 'address' | 'reason'>,
): Promise<boolean> {
  return (await tx<SuppressionRow>('suppressions').where({ address, reason }).del()) > 0
}
