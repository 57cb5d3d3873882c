/** /auth for who is not in yet: registering, proving the address, a forgotten password. */
import { z } from 'zod'
import { register, resendCode, verifyRegistration } from '../desk/register.ts'
import { mailResetCode, resetPassword } from '../desk/change-password.ts'
import { AppError } from '../errors.ts'
import type { Tx } from '../store/open.ts'
import { USER_STATES } from '../ticket/user.ts'
import { checkPassword, EmailBody, RegisterBody, ResetBody, VerifyBody } from './account-schemas.ts'
import { refuseForeign } from './cookies.ts'
import type { ApiDeps } from './deps.ts'
import type { RateLimits } from './rate-limit.ts'
import { publicRoute, type Route } from './route.ts'

export function registrationRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  return [
    registerRoute(deps, limits),
    verifyRoute(deps, limits),
    resendRoute(deps, limits),
    forgotRoute(deps, limits),
    resetRoute(deps, limits),
  ]
}

function registerRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, clock, outgoing } = deps
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/register',
    summary: 'Asks for an account; a code comes by mail',
    body: RegisterBody,
    answers: { 202: z.strictObject({ state: z.literal('unverified') }) },
    refuses: ['403 registration-closed', '429 rate-limited'],
    async handle(request) {
      const {
        message,
        body: { email, name, password },
      } = request
      refuseForeign(message, config.publicUrl)
      await limits.take('register', request, email)
      checkPassword(password, email)
      const { registration } = config
      await register(deps, { email, name, password, registration }, clock.now())
      outgoing.ring()
      return { status: 202, body: { state: 'unverified' as const } }
    },
  })
}

function verifyRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, store, context, clock, outgoing } = deps
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/verify',
    summary: 'Proves the address with the code that was mailed',
    body: VerifyBody,
    answers: { 200: z.strictObject({ state: z.enum(USER_STATES) }) },
    refuses: ['401 invalid-code', '429 rate-limited'],
    async handle(request) {
      const {
        message,
        body: { email, code },
      } = request
      refuseForeign(message, config.publicUrl)
      await limits.take('verify', request, email)
      const { registration } = config
      const state = await store.transaction((tx) =>
        verifyRegistration(tx, context, { email, code, registration }, clock.now()),
      )
      if (state === null) throw wrongCode()
      outgoing.ring()
      return { body: { state } }
    },
  })
}

/** Answers alike and at once whether or not there is such a person: the mail comes beside it. */
function codeRoute(
  deps: ApiDeps,
  limits: RateLimits,
  route: {
    path: string
    summary: string
    what: string
    answer: { readonly state?: 'unverified' }
    mail: typeof resendCode
  },
): Route {
  return publicRoute({
    method: 'POST',
    path: route.path,
    summary: route.summary,
    body: EmailBody,
    answers: { 202: z.strictObject({ state: z.literal('unverified').optional() }) },
    refuses: ['429 rate-limited'],
    async handle(request) {
      const {
        message,
        body: { email },
      } = request
      refuseForeign(message, deps.config.publicUrl)
      await limits.take('forgot', request, email)
      later(deps, route.what, (tx) => route.mail(tx, deps.context, email, deps.clock.now()))
      return { status: 202, body: route.answer }
    },
  })
}

const resendRoute = (deps: ApiDeps, limits: RateLimits): Route =>
  codeRoute(deps, limits, {
    path: '/api/v1/auth/verify/resend',
    summary: 'Mails another code, not sooner than after a minute',
    what: 'resend',
    answer: { state: 'unverified' },
    mail: resendCode,
  })

const forgotRoute = (deps: ApiDeps, limits: RateLimits): Route =>
  codeRoute(deps, limits, {
    path: '/api/v1/auth/forgot',
    summary: 'Mails a code to set a new password with',
    what: 'forgot',
    answer: {},
    mail: mailResetCode,
  })

function resetRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { config, store, context, clock, passwords, outgoing } = deps
  return publicRoute({
    method: 'POST',
    path: '/api/v1/auth/reset',
    summary: 'Sets a new password with the code that was mailed; every session ends',
    body: ResetBody,
    answers: { 200: z.strictObject({}) },
    refuses: ['401 invalid-code', '429 rate-limited'],
    async handle(request) {
      const {
        message,
        body: { email, code, password },
      } = request
      refuseForeign(message, config.publicUrl)
      await limits.take('verify', request, email)
      checkPassword(password, email)
      const passwordHash = await passwords.hash(password)
      const done = await store.transaction((tx) =>
        resetPassword(tx, context, { email, code, passwordHash }, clock.now()),
      )
      if (!done) throw wrongCode()
      outgoing.ring()
      return { body: {} }
    },
  })
}

const wrongCode = (): AppError =>
  new AppError('unauthenticated', 'invalid-code', 'The code is wrong, used, or too old.')

/** After the answer, so that its time does not tell whether there is such an account. */
function later(deps: ApiDeps, route: string, work: (tx: Tx) => Promise<void>): void {
  deps.store
    .transaction(work)
    .then(() => deps.outgoing.ring())
    .catch((err: unknown) => {
      deps.events.requestFailed({ requestId: 'none', method: 'POST', route: `auth/${route}` }, err)
    })
}
