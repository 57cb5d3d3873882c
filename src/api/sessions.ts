/** /auth and /me/sessions: logging in with a password, logging out, and what is logged in. */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { checkCredentials, endSession, SESSION_IDLE_MS, startSession } from '../desk/log-in.ts'
import { checkTotp } from '../desk/second-factor.ts'
import { deleteSession, deleteSessions, listSessions, type Session } from '../store/sessions.ts'
import type { User } from '../ticket/user.ts'
import { LoginBody } from './account-schemas.ts'
import { Id, pageSchema, Time } from './answers.ts'
import { refuseForeign, sessionCookie, setCookie } from './cookies.ts'
import type { ApiDeps } from './deps.ts'
import { UserJson, userJson } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import type { RateLimits } from './rate-limit.ts'
import { ALL, idOf, notFound, publicRoute, type RawRequest, type Route, route } from './route.ts'

const SessionJson = z
  .strictObject({
    id: Id,
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    created_at: Time,
    last_used_at: Time,
    expires_at: Time,
    /** Is it the one that asks? */
    current: z.boolean(),
  })
  .meta({ id: 'Session' })

export const LoggedInJson = z
  .strictObject({ user: UserJson, session: SessionJson.nullable() })
  .meta({ id: 'LoggedIn' })

export function sessionRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  return [
    loginRoute(deps, limits),
    logoutRoute(deps),
    sessionRoute(),
    listRoute(deps),
    endAllRoute(deps),
    endRoute(deps),
  ]
}

function loginRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, clock } = deps
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/login',
    summary: 'Begins a session, which a cookie carries',
    body: LoginBody,
    answers: { 200: LoggedInJson },
    refuses: [
      '401 invalid-credentials',
      '401 invalid-totp',
      '401 totp-required',
      '403 account-disabled',
      '403 approval-pending',
      '403 email-not-verified',
      '429 rate-limited',
    ],
    async handle(request) {
      const { message, body } = request
      refuseForeign(message, config.publicUrl)
      await limits.take('login', request, body.email)
      const user = await checkCredentials(deps, body)
      const at = clock.now()
      await checkSecondFactor(deps, limits, { ...request, user, code: body.totp })
      const { headers, session } = await beginSession(deps, limits, { message, user }, at)
      return { headers, body: loggedIn({ ...user, lastLoginAt: at }, session) }
    },
  })
}

/** @throws AppError `totp-required`, `invalid-totp`; HttpError 429 after too many wrong codes. */
export async function checkSecondFactor(
  { store, clock }: ApiDeps,
  limits: RateLimits,
  { tell, user, code }: Pick<RawRequest, 'tell'> & { user: User; code: string | null },
): Promise<void> {
  const check = (): Promise<void> => checkTotp(store, { user, code }, clock.now())
  // Without a code nothing is guessed.
  return code === null ? check() : limits.guess(user.id, tell, check)
}

/** For who has shown who he is; `headers` give the browser its cookie. */
export async function beginSession(
  { config, store }: ApiDeps,
  limits: RateLimits,
  { message, user }: { message: IncomingMessage; user: User },
  at: Date,
): Promise<{ headers: Record<string, string>; session: Session }> {
  const { secret, session } = await store.transaction((tx) =>
    startSession(
      tx,
      {
        userId: user.id,
        replaces: sessionCookie(message, config.publicUrl),
        address: limits.addressOf(message),
        userAgent: message.headers['user-agent'] ?? null,
      },
      at,
    ),
  )
  return { headers: setCookie(config.publicUrl, secret), session }
}

export const loggedIn = (user: User, session: Session | null) => ({
  user: userJson(user),
  session: session === null ? null : sessionJson(session, session),
})

function logoutRoute({ config, store }: ApiDeps): Route {
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/logout',
    summary: 'Ends the session; without one there is nothing to do',
    body: null,
    answers: { 204: null },
    async handle({ message }) {
      refuseForeign(message, config.publicUrl)
      const secret = sessionCookie(message, config.publicUrl)
      if (secret !== null) await store.transaction((tx) => endSession(tx, secret))
      return { status: 204, headers: setCookie(config.publicUrl, null) }
    },
  })
}

const sessionRoute = (): Route =>
  route({
    method: 'GET',
    path: '/api/v1/auth/session',
    summary: 'Who is logged in; a token has no session',
    roles: ALL,
    scopes: [],
    query: NO_QUERY,
    body: null,
    answers: { 200: LoggedInJson },
    handle: async ({ caller: { user, session } }) => ({ body: loggedIn(user, session) }),
  })

function listRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/me/sessions',
    summary: 'Where one is logged in',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(SessionJson) },
    async handle({ caller: { user, session } }) {
      const at = clock.now()
      const usedSince = new Date(at.getTime() - SESSION_IDLE_MS)
      const sessions = await listSessions(store.read, { userId: user.id, usedSince, at })
      const data = sessions.map((one) => sessionJson(one, session))
      return { body: { data, page: { next_cursor: null, has_more: false } } }
    },
  })
}

function endAllRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/me/sessions',
    summary: 'Logs out everywhere else',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller: { user, session } }) {
      await store.transaction((tx) => deleteSessions(tx, user.id, session?.id ?? null))
      return { status: 204 }
    },
  })
}

function endRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/me/sessions/:id',
    summary: 'Logs out there',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller: { user }, params }) {
      const id = idOf(params['id'])
      const ended = await store.transaction((tx) => deleteSession(tx, { id, userId: user.id }))
      if (!ended) throw notFound()
      return { status: 204 }
    },
  })
}

const sessionJson = (session: Session, current: Session | null) => ({
  id: session.id,
  address: session.address,
  user_agent: session.userAgent,
  created_at: session.createdAt.toISOString(),
  last_used_at: session.lastUsedAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  current: session.id === current?.id,
})
