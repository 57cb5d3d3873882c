/** Makes an API token: 256 random bits, shown once, of which only the SHA-256 is stored. */
import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { randomSecret } from '../ids.ts'
import { insertToken } from '../store/api-tokens.ts'
import type { Tx } from '../store/open.ts'

/** What a token may be limited to. What it may really do is its user's role, too. */
export const SCOPES = [
  'tickets:read',
  'tickets:write',
  'comments:write',
  'notes:write',
  'attachments:read',
  'attachments:write',
  'users:read',
  'users:write',
  'inboxes:read',
  'inboxes:write',
  'inbound:read',
  'inbound:write',
  'outbox:read',
  'outbox:write',
  'webhooks:read',
  'webhooks:write',
  'events:read',
  'stats:read',
  'templates:read',
  'templates:write',
  'system:read',
  'audit:read',
] as const
export type Scope = (typeof SCOPES)[number]

const TOKEN_BYTES = 32
/** What we hand out: `pst_` and 43 characters of base64url. */
const TOKEN = /^pst_[\w-]{43}$/

/**
 * @param input.scopes null: every right of the user.
 * @throws AppError `unknown-scope` with `accepted`.
 */
export async function createToken(
  tx: Tx,
  input: {
    userId: number
    name: string
    scopes: readonly string[] | null
    expiresAt?: Date | null
  },
  at: Date,
): Promise<string> {
  const unknown = input.scopes?.find((scope) => !SCOPES.some((known) => known === scope))
  if (unknown !== undefined) {
    throw new AppError(
      'invalid',
      'unknown-scope',
      `There is no scope "${unknown.slice(0, 100)}". Known are ${SCOPES.join(', ')}.`,
      { accepted: SCOPES },
    )
  }
  const token = `pst_${randomSecret(TOKEN_BYTES).toString('base64url')}`
  await insertToken(tx, { expiresAt: null, ...input, hash: hashOfToken(token) ?? '', at })
  return token
}

/** What is stored of a token; null: no token of ours looks like this. */
export function hashOfToken(token: string): string | null {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest('hex') : null
}
