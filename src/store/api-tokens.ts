/** API tokens: only their SHA-256 is stored. */
import type { Queryable, Tx } from './open.ts'
import { stringsFrom, toJson } from './json.ts'
import { fromMsOrNull, toMs } from './time.ts'

export interface ApiToken {
  readonly id: number
  readonly userId: number
  readonly name: string
  /** Null: every right of its user. */
  readonly scopes: readonly string[] | null
  readonly expiresAt: Date | null
}

interface TokenRow {
  id: number
  user_id: number
  name: string
  token_hash: string
  scopes: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

export async function insertToken(
  tx: Tx,
  token: { userId: number; name: string; hash: string; scopes: readonly string[] | null; at: Date },
): Promise<void> {
  await tx<TokenRow>('api_tokens').insert({
    user_id: token.userId,
    name: token.name,
    token_hash: token.hash,
    scopes: token.scopes === null ? null : toJson(token.scopes),
    created_at: toMs(token.at),
  })
}

export async function findToken(db: Queryable, hash: string): Promise<ApiToken | null> {
  const row = await db<TokenRow>('api_tokens').where({ token_hash: hash }).first()
  if (row === undefined) return null
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    scopes: row.scopes === null ? null : stringsFrom(row.scopes),
    expiresAt: fromMsOrNull(row.expires_at),
  }
}

/** Notes the use of a token, at most once a minute. */
export async function touchToken(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<TokenRow>('api_tokens')
    .where({ id })
    .where((q) => {
      void q.whereNull('last_used_at').orWhere('last_used_at', '<', toMs(at) - 60_000)
    })
    .update({ last_used_at: toMs(at) })
}
