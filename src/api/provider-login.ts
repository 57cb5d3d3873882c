/**
 * Logging in with an OpenID provider: /login/provider sends the browser there, and it comes back to
 * /login/provider/callback. Browsers walk these by themselves, so what goes wrong is told on the
 * page where one signs in, by its code. See openid.ts.
 */
import { z } from 'zod'
import { refuseInactive } from '../desk/log-in.ts'
import { forgetIdentities, userOfIdentity } from '../desk/log-in-by-provider.ts'
import { hasSecondFactor } from '../desk/second-factor.ts'
import { AppError } from '../errors.ts'
import { type Asked, openidProvider, OpenidProblem, type OpenidProvider } from '../openid.ts'
import { hasIdentity } from '../store/identities.ts'
import { findAccount, lockAccount } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import { SecondStepBody } from './account-schemas.ts'
import { loginCookie, refuseForeign, setLoginCookie } from './cookies.ts'
import type { ApiDeps } from './deps.ts'
import { HttpError } from './problem.ts'
import { NO_QUERY } from './query.ts'
import type { RateLimits } from './rate-limit.ts'
import {
  actorOf,
  type Answer,
  idOf,
  notFound,
  publicRoute,
  type RawRequest,
  type Route,
  route,
} from './route.ts'
import { beginSession, checkSecondFactor, LoggedInJson, loggedIn } from './sessions.ts'

const BEGIN = '/login/provider'
const CALLBACK = `${BEGIN}/callback`
const MINUTE_MS = 60_000
/** For so long the provider's word is good without the code of the app. */
const STEP_MINUTES = 5
/** Of the cookie and the query that a browser brings. */
const LENGTH_MAX = 4_096

export function providerLoginRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  const { oidc, publicUrl } = deps.config
  const provider = oidc === null ? null : openidProvider(oidc, `${publicUrl}${CALLBACK}`)
  return [
    methodsRoute(deps),
    walked(BEGIN, 'Sends a browser to the OpenID provider', (request) =>
      begin(deps, provider, request),
    ),
    walked(CALLBACK, 'Where the OpenID provider sends browsers back to', (request) =>
      comeBack(deps, limits, provider, request),
    ),
    secondStepRoute(deps, limits),
    forgetRoute(deps),
  ]
}

function methodsRoute({ config: { registration, oidc } }: ApiDeps): Route {
  return publicRoute({
    method: 'GET',
    path: '/api/v1/auth/methods',
    summary: 'How one gets in here',
    body: null,
    answers: {
      200: z.strictObject({
        registration: z.enum(['open', 'approval', 'closed']),
        /** Null: passwords only. */
        provider: z.strictObject({ name: z.string(), path: z.string() }).nullable(),
      }),
    },
    async handle() {
      const provider = oidc === null ? null : { name: oidc.name, path: BEGIN }
      return { body: { registration, provider } }
    },
  })
}

/** A route that a browser walks by itself, so that it answers with where to go. */
function walked(
  path: string,
  summary: string,
  walk: (request: RawRequest) => Promise<Answer>,
): Route {
  return {
    method: 'GET',
    path,
    summary,
    access: { roles: 'public' },
    query: NO_QUERY,
    body: null,
    answers: { 302: null },
    refuses: ['404 not-found'],
    answer: walk,
  }
}

const goTo = (location: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 302,
  headers: { Location: location, ...headers },
})

async function begin(
  { config, events }: ApiDeps,
  provider: OpenidProvider | null,
  { search }: RawRequest,
): Promise<Answer> {
  if (provider === null) throw notFound()
  const to = search.get('to') ?? ''
  try {
    const { url, asked } = await provider.begin()
    const kept = encode({ ...asked, to: OWN_PATH.test(to) ? to : '/' })
    return goTo(url, setLoginCookie(config.publicUrl, kept))
  } catch (err) {
    return goTo(signIn({ problem: codeOf(err, events) }))
  }
}

async function comeBack(
  deps: ApiDeps,
  limits: RateLimits,
  provider: OpenidProvider | null,
  request: RawRequest,
): Promise<Answer> {
  if (provider === null) throw notFound()
  const { config, clock, outgoing } = deps
  const { message, search } = request
  const kept = decode(loginCookie(message, config.publicUrl))
  try {
    if (kept === null || search.toString().length > LENGTH_MAX) throw begunElsewhere()
    // Everybody who comes back brings another one: counted by network alone.
    await limits.take('login', request, kept.state)
    const user = await proven(deps, await provider.finish(search, kept))
    outgoing.ring()
    refuseInactive(user)
    if (await hasSecondFactor(deps.store, user)) {
      const minute = minuteOf(clock.now())
      const token = deps.context.tokens.make({ kind: 'login', userId: user.id, minute })
      return goTo(signIn({ step: 'code', to: kept.to }), setLoginCookie(config.publicUrl, token))
    }
    const { headers } = await beginSession(deps, limits, { message, user }, clock.now())
    return goTo(kept.to, headers)
  } catch (err) {
    return goTo(signIn({ problem: codeOf(err, deps.events) }))
  }
}

async function proven(
  { config, store, context, clock }: ApiDeps,
  identity: Awaited<ReturnType<OpenidProvider['finish']>>,
): Promise<User> {
  const { registration } = config
  return store.transaction((tx) =>
    userOfIdentity(tx, context, { identity, registration }, clock.now()),
  )
}

function secondStepRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, store, context, clock } = deps
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/second-step',
    summary: 'The code of the authenticator app, after an OpenID provider said who it is',
    body: SecondStepBody,
    answers: { 200: LoggedInJson },
    refuses: [
      '401 invalid-totp',
      '401 login-expired',
      '403 account-disabled',
      '403 approval-pending',
      '429 rate-limited',
    ],
    async handle(request) {
      const { message, body } = request
      refuseForeign(message, config.publicUrl)
      const claims = context.tokens.verify(loginCookie(message, config.publicUrl) ?? '')
      const at = clock.now()
      const isGood = claims?.kind === 'login' && minuteOf(at) - claims.minute <= STEP_MINUTES
      const user = isGood ? await findAccount(store.read, claims.userId) : null
      await limits.take('login', request, user?.email ?? '')
      if (user === null) throw begunElsewhere()
      refuseInactive(user)
      // Forgotten meanwhile: the provider's word no longer counts.
      if (!(await hasIdentity(store.read, user.id))) throw begunElsewhere()
      await checkSecondFactor(deps, limits, { ...request, user, code: body.totp })
      const { headers, session } = await beginSession(deps, limits, { message, user }, at)
      return { headers, body: loggedIn({ ...user, lastLoginAt: at }, session) }
    },
  })
}

function forgetRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/users/:id/identities',
    summary: 'Forgets who the OpenID provider says this is; he proves his address there anew',
    roles: ['admin'],
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const id = idOf(params['id'])
      await store.transaction(async (tx) => {
        const user = await lockAccount(tx, id)
        if (user === null) throw notFound()
        const actor = actorOf(caller)
        if (!(await forgetIdentities(tx, { user, actor }, clock.now()))) throw notFound()
      })
      return { status: 204 }
    },
  })
}

const begunElsewhere = (): AppError =>
  new AppError('unauthenticated', 'login-expired', 'This login took too long. Begin again.')

const minuteOf = (at: Date): number => Math.floor(at.getTime() / MINUTE_MS)

const signIn = (query: Readonly<Record<string, string>>): string =>
  `/sign-in?${new URLSearchParams(query).toString()}`

/** What the page says; what an operator must know besides goes into the log. */
function codeOf(err: unknown, events: ApiDeps['events']): string {
  if (err instanceof OpenidProblem) {
    if (err.problem === 'declined') return 'provider-declined'
    events.providerFailed(err)
    return 'provider-failed'
  }
  if (err instanceof AppError || err instanceof HttpError) return err.code
  throw err
}

/** What was asked of the provider, and the path of ours that its reader wants to see then. */
interface Kept extends Asked {
  readonly to: string
}

/** A path of ours: whoever made the link must not lead people elsewhere. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7e]{0,300}$/
const KeptJson = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string().regex(OWN_PATH),
})

const encode = (kept: Kept): string => Buffer.from(JSON.stringify(kept)).toString('base64url')

/** Null: it is none of ours. */
function decode(text: string | null): Kept | null {
  if (text === null || text.length > LENGTH_MAX) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return KeptJson.safeParse(value).data ?? null
  } catch {
    return null
  }
}
