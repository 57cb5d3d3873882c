/** Keys made once and kept in the database, so every daemon and every restored backup has them. */
import type { Queryable, Store, Tx } from './open.ts'
import { toMs } from './time.ts'

export interface StoredSecret {
  readonly id: number
  readonly value: Buffer
}

interface SecretRow {
  id: number
  name: string
  value: Buffer
  created_at: number
  retired_at: number | null
}

/** Newest first. Retired ones are no longer used to sign, but still verify. */
export async function listSecrets(db: Queryable, name: string): Promise<StoredSecret[]> {
  const rows = await db<SecretRow>('secrets').where({ name }).orderBy('id', 'desc').select()
  return rows.map(({ id, value }) => ({ id, value }))
}

/** The secrets of a name; makes the first one when there is none. */
export async function ensureSecrets(
  store: Store,
  name: string,
  make: () => Buffer,
  at: Date,
): Promise<StoredSecret[]> {
  return store.exclusively(async (tx) => {
    await serialised(store, tx)
    const existing = await listSecrets(tx, name)
    if (existing.length > 0) return existing
    await tx('secrets').insert({ name, value: make(), created_at: toMs(at) })
    return listSecrets(tx, name)
  })
}

/** Two daemons starting together must agree on one key. */
async function serialised(store: Store, tx: Tx): Promise<void> {
  if (store.kind === 'postgres') await tx.raw('lock table secrets in exclusive mode')
}
