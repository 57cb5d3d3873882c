/** API tokens: one's own, and those an admin takes away. */
import { z } from 'zod'
import { createToken, hashOfToken } from '../desk/create-token.ts'
import {
  type ApiToken,
  deleteToken,
  deleteTokens,
  findToken,
  listTokens,
} from '../store/api-tokens.ts'
import type { Queryable } from '../store/open.ts'
import { findAccount } from '../store/users.ts'
import { TokenBody } from './account-schemas.ts'
import { Id, pageSchema, Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { instant } from './people-json.ts'
import { invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route, STAFF } from './route.ts'

export function tokenRoutes(deps: ApiDeps): readonly Route[] {
  return [ownRoute(deps), createRoute(deps), deleteRoute(deps), ofUserRoute(deps), endRoute(deps)]
}

const OWN = '/api/v1/me/tokens'

function ownRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: OWN,
    summary: 'One’s own API tokens',
    roles: STAFF,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(TokenJson) },
    handle: async ({ caller }) => ({ body: await tokensOf(store.read, caller.user.id) }),
  })
}

function createRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: OWN,
    summary: 'Makes an API token; only this answer ever has it',
    roles: STAFF,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: TokenBody,
    answers: { 201: NewTokenJson },
    secret: true,
    async handle({ caller, body }) {
      const at = clock.now()
      const expiresAt = body.expires_at
      if (expiresAt !== null && expiresAt <= at) {
        throw invalidMembers([{ pointer: '/expires_at', code: 'past', message: 'is over' }])
      }
      const { name, scopes } = body
      const made = await store.transaction(async (tx) => {
        const token = await createToken(tx, { userId: caller.user.id, name, scopes, expiresAt }, at)
        return { token, row: await findToken(tx, hashOfToken(token) ?? '') }
      })
      if (made.row === null) throw new Error('the token was not made')
      return { status: 201, body: { ...tokenJson(made.row), token: made.token } }
    },
  })
}

function deleteRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: `${OWN}/:id`,
    summary: 'Takes away one of one’s own tokens',
    roles: STAFF,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const id = idOf(params['id'])
      const userId = caller.user.id
      const deleted = await store.transaction((tx) => deleteToken(tx, { id, userId }))
      if (!deleted) throw notFound()
      return { status: 204 }
    },
  })
}

const OF_USER = '/api/v1/users/:id/tokens'

function ofUserRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: OF_USER,
    summary: 'Somebody’s API tokens',
    roles: ['admin'],
    scopes: ['users:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(TokenJson) },
    async handle({ params }) {
      const id = idOf(params['id'])
      if ((await findAccount(store.read, id)) === null) throw notFound()
      return { body: await tokensOf(store.read, id) }
    },
  })
}

function endRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: OF_USER,
    summary: 'Takes away all of somebody’s API tokens',
    roles: ['admin'],
    scopes: ['users:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ params }) {
      const id = idOf(params['id'])
      if ((await findAccount(store.read, id)) === null) throw notFound()
      await store.transaction((tx) => deleteTokens(tx, id))
      return { status: 204 }
    },
  })
}

async function tokensOf(db: Queryable, userId: number) {
  const data = (await listTokens(db, userId)).map(tokenJson)
  return { data, page: { next_cursor: null, has_more: false } }
}

const TokenJson = z
  .strictObject({
    id: Id,
    name: z.string(),
    /** Null: all that its user may do. */
    scopes: z.array(z.string()).nullable(),
    created_at: Time,
    expires_at: Time.nullable(),
    last_used_at: Time.nullable(),
  })
  .meta({ id: 'Token' })

const NewTokenJson = TokenJson.extend({ token: z.string() }).meta({ id: 'NewToken' })

const tokenJson = (token: ApiToken) => ({
  id: token.id,
  name: token.name,
  scopes: token.scopes,
  created_at: token.createdAt.toISOString(),
  expires_at: instant(token.expiresAt),
  last_used_at: instant(token.lastUsedAt),
})
