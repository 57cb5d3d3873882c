/** /me/totp: setting up an authenticator app, and an admin's way out when a phone is lost. */
import { z } from 'zod'
import { checkOwnPassword } from '../desk/change-password.ts'
import { confirmTotp, proposeTotp, removeTotp } from '../desk/second-factor.ts'
import { totpSecretText, totpUri } from '../desk/totp.ts'
import { findFactor } from '../store/second-factors.ts'
import { lockAccount } from '../store/users.ts'
import { OwnPasswordBody, TotpBody } from './account-schemas.ts'
import { Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { instant } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import type { RateLimits } from './rate-limit.ts'
import { ALL, actorOf, idOf, notFound, type Route, route } from './route.ts'

export function secondFactorRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  return [
    showRoute(deps),
    proposeRoute(deps, limits),
    confirmRoute(deps, limits),
    removeRoute(deps, limits),
    removeOthersRoute(deps),
  ]
}

const OWN = '/api/v1/me/totp'

function showRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: OWN,
    summary: 'Does the login want a code of an authenticator app?',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 200: z.strictObject({ enabled: z.boolean(), confirmed_at: Time.nullable() }) },
    async handle({ caller }) {
      const factor = await findFactor(store.read, caller.user.id)
      const confirmedAt = factor?.confirmedAt ?? null
      return { body: { enabled: confirmedAt !== null, confirmed_at: instant(confirmedAt) } }
    },
  })
}

function proposeRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, store, clock } = deps
  return route({
    method: 'POST',
    path: OWN,
    summary: 'A secret for an authenticator app; only this answer ever has it',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: OwnPasswordBody,
    answers: { 201: z.strictObject({ secret: z.string(), uri: z.string() }) },
    secret: true,
    refuses: ['401 invalid-credentials', '409 totp-set'],
    async handle(request) {
      const { user } = request.caller
      await limits.take('login', request, user.email)
      await checkOwnPassword(deps, { user, password: request.body.password })
      const secret = await store.transaction((tx) => proposeTotp(tx, user, clock.now()))
      const issuer = new URL(config.publicUrl).hostname
      const uri = totpUri(secret, { issuer, email: user.email })
      return { status: 201, body: { secret: totpSecretText(secret), uri } }
    },
  })
}

function confirmRoute({ store, clock }: ApiDeps, limits: RateLimits): Route {
  return route({
    method: 'POST',
    path: `${OWN}/confirm`,
    summary: 'Proves that the app works; from now on every login wants a code',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: TotpBody,
    secret: true,
    answers: { 204: null },
    refuses: ['401 invalid-totp'],
    async handle(request) {
      const { user, session } = request.caller
      await limits.take('verify', request, user.email)
      const input = { user, code: request.body.code, keepSession: session?.id ?? null }
      await store.transaction((tx) => confirmTotp(tx, input, clock.now()))
      return { status: 204 }
    },
  })
}

function removeRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { store, clock } = deps
  return route({
    method: 'DELETE',
    path: OWN,
    summary: 'Logins want a password only; takes the password',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: OwnPasswordBody,
    answers: { 204: null },
    refuses: ['401 invalid-credentials', '404 not-found'],
    async handle(request) {
      const { user } = request.caller
      await limits.take('login', request, user.email)
      await checkOwnPassword(deps, { user, password: request.body.password })
      const actor = actorOf(request.caller)
      const removed = await store.transaction((tx) => removeTotp(tx, { user, actor }, clock.now()))
      if (!removed) throw notFound()
      return { status: 204 }
    },
  })
}

function removeOthersRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/users/:id/totp',
    summary: 'Removes the second factor of somebody who lost it',
    roles: ['admin'],
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const actor = actorOf(caller)
      await store.transaction(async (tx) => {
        const user = await lockAccount(tx, idOf(params['id']))
        if (user === null || !(await removeTotp(tx, { user, actor }, clock.now()))) {
          throw notFound()
        }
      })
      return { status: 204 }
    },
  })
}
