/** Who OpenID providers say that users are. */
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

interface IdentityRow {
  id: number
  user_id: number
  issuer: string
  subject: string
  created_at: number
}

export interface NewIdentity {
  readonly userId: number
  readonly issuer: string
  readonly subject: string
}

/** Null: nobody has logged in as this one. */
export async function userIdOfIdentity(
  db: Queryable,
  { issuer, subject }: Pick<NewIdentity, 'issuer' | 'subject'>,
): Promise<number | null> {
  const row = await db<IdentityRow>('identities').where({ issuer, subject }).first('user_id')
  return row?.user_id ?? null
}

export async function hasIdentity(db: Queryable, userId: number): Promise<boolean> {
  const row = await db<IdentityRow>('identities').where({ user_id: userId }).first('id')
  return row !== undefined
}

/** False: the user is somebody else at this issuer, or this one is another user. */
export async function insertIdentity(tx: Tx, identity: NewIdentity, at: Date): Promise<boolean> {
  const { userId, issuer, subject } = identity
  const rows = await tx<IdentityRow>('identities')
    .insert({ user_id: userId, issuer, subject, created_at: toMs(at) })
    .onConflict()
    .ignore()
    .returning('id')
  return rows.length === 1
}

/** How many there were. */
export async function deleteIdentities(tx: Tx, userId: number): Promise<number> {
  return tx<IdentityRow>('identities').where({ user_id: userId }).delete()
}
