/**
 * What each route may refuse, and how: what follows from its method, its access and its schemas
 * for all alike, and what it adds itself. Written out in OpenAPI; every one is provoked in a test.
 */
import { z } from 'zod'
import type { Route } from './route.ts'

/** Status and `code` of the problem documents that we send. */
export const REFUSALS = [
  '400 cursor-mismatch',
  '400 invalid-cursor',
  '400 invalid-parameter',
  '400 malformed-json',
  '400 unknown-parameter',
  '400 unknown-status',
  '401 invalid-code',
  '401 invalid-credentials',
  '401 invalid-totp',
  '401 login-expired',
  '401 totp-required',
  '401 unauthenticated',
  '403 account-disabled',
  '403 approval-pending',
  '403 csrf',
  '403 email-not-verified',
  '403 forbidden',
  '403 insufficient-scope',
  '403 not-yours',
  '403 registration-closed',
  '404 not-found',
  '409 account-disabled',
  '409 already-approved',
  '409 already-done',
  '409 already-merged',
  '409 already-taken',
  '409 already-whole',
  '409 approval-pending',
  '409 email-in-use',
  '409 email-not-verified',
  '409 fate-not-allowed',
  '409 is-staff',
  '409 last-admin',
  '409 name-taken',
  '409 no-sender',
  '409 no-such-step',
  '409 no-ticket',
  '409 not-a-note',
  '409 not-deleted',
  '409 not-registered',
  '409 nothing-left',
  '409 nothing-to-resend',
  '409 outcome-not-allowed',
  '409 own-account',
  '409 sender-is-ours',
  '409 source-missing',
  '409 status-transition-not-allowed',
  '409 ticket-closed',
  '409 too-late',
  '409 too-many',
  '409 too-many-webhooks',
  '409 totp-set',
  '409 webhook-inactive',
  '410 file-missing',
  '412 stale-version',
  '413 too-large',
  '413 too-many-uploads',
  '415 unsupported-media-type',
  '416 range-not-satisfiable',
  '422 idempotency-key-reused',
  '422 invalid-template',
  '422 is-an-agent',
  '422 own-address',
  '422 same-ticket',
  '422 unknown-comment',
  '422 unknown-status',
  '422 validation-failed',
  '429 rate-limited',
] as const
export type Refused = (typeof REFUSALS)[number]

/**
 * What may come of any request through nobody's fault but ours, or by a race: in OpenAPI these are
 * the `default`.
 */
export const ANYWHERE = [
  '400 incomplete',
  '409 overtaken',
  '409 request-in-progress',
  '500 internal',
  '503 database-unavailable',
  '503 not-ready',
] as const

/** All that a route may refuse, in order. */
export function refusalsOf(route: Route): readonly Refused[] {
  const found: Refused[] = [
    ...route.refuses,
    ...ofAccess(route),
    ...ofQuery(route),
    ...ofBody(route),
    ...(/:(?:id|delivery)\b/.test(route.path) ? (['404 not-found'] as const) : []),
  ]
  return [...new Set(found)].toSorted()
}

function ofAccess({ access, method }: Route): Refused[] {
  const unknown: Refused[] = ['400 unknown-parameter']
  // An origin is asked of who comes with a cookie, or is about to get one.
  const foreign: Refused[] = method === 'GET' ? [] : ['403 csrf']
  if (access.roles === 'public') return [...unknown, ...foreign]
  return [
    ...unknown,
    ...foreign,
    '401 unauthenticated',
    '429 rate-limited',
    ...(access.roles.includes('customer') ? [] : (['403 forbidden'] as const)),
    ...(access.scopes.length === 0 ? [] : (['403 insufficient-scope'] as const)),
  ]
}

function ofQuery({ query }: Route): Refused[] {
  const names = Object.keys(query.shape)
  return [
    ...(names.length === 0 ? [] : (['400 invalid-parameter'] as const)),
    ...(names.includes('cursor') ? (['400 invalid-cursor', '400 cursor-mismatch'] as const) : []),
  ]
}

function ofBody(route: Route): Refused[] {
  const { body, method } = route
  const json: Refused[] = [
    '400 malformed-json',
    '413 too-large',
    '415 unsupported-media-type',
    '422 validation-failed',
  ]
  const bytes: Refused[] = ['413 too-large', '415 unsupported-media-type']
  return [
    ...(body === 'bytes' ? bytes : []),
    // Where no body is known, any member is one too many.
    ...(body instanceof z.ZodType || (body === null && method !== 'GET') ? json : []),
    ...(isRepeatable(route) ? (['400 invalid-parameter'] as const) : []),
    // Without a body every request to an address is the same one.
    ...(isRepeatable(route) && body !== null ? (['422 idempotency-key-reused'] as const) : []),
  ]
}

/** Only what makes something can be made twice; answers with secrets in them are never kept. */
export const isRepeatable = ({ method, access, secret = false }: Route): boolean =>
  method === 'POST' && access.roles !== 'public' && !secret
