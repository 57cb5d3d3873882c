/** API tokens: only their SHA-256 is stored. */
import type { Queryable, Tx } from './open.ts'
import { stringsFrom, toJson } from './json.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export interface ApiToken {
  readonly id: number
  readonly userId: number
  readonly name: string
  /** Null: every right of its user. */
  readonly scopes: readonly string[] | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface NewToken {
  readonly userId: number
  readonly name: string
  readonly hash: string
  readonly scopes: readonly string[] | null
  readonly expiresAt: Date | null
  readonly at: Date
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

const toToken = (row: TokenRow): ApiToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  scopes: row.scopes === null ? null : stringsFrom(row.scopes),
  createdAt: fromMs(row.created_at),
  expiresAt: fromMsOrNull(row.expires_at),
  lastUsedAt: fromMsOrNull(row.last_used_at),
})

export async function insertToken(tx: Tx, token: NewToken): Promise<void> {
  await tx<TokenRow>('api_tokens').insert({
    user_id: token.userId,
    name: token.name,
    token_hash: token.hash,
    scopes: token.scopes === null ? null : toJson(token.scopes),
    created_at: toMs(token.at),
    expires_at: token.expiresAt === null ? null : toMs(token.expiresAt),
  })
}

export async function findToken(db: Queryable, hash: string): Promise<ApiToken | null> {
  const row = await db<TokenRow>('api_tokens').where({ token_hash: hash }).first()
  return row === undefined ? null : toToken(row)
}

/** Newest first. */
export async function listTokens(db: Queryable, userId: number): Promise<ApiToken[]> {
  const rows = await db<TokenRow>('api_tokens')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .select()
  return rows.map(toToken)
}

/** False: this user has no such token. */
export async function deleteToken(
  tx: Tx,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  return (await tx<TokenRow>('api_tokens').where({ id, user_id: userId }).delete()) === 1
}

export async function deleteTokens(tx: Tx, userId: number): Promise<void> {
  await tx<TokenRow>('api_tokens').where({ user_id: userId }).delete()
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
