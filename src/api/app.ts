/**
 * From an HTTP request to a route of the table and back: request id, headers, problems, who may
 * come in. Handlers know nothing of Koa.
 */
import { Router, type RouterContext } from '@koa/router'
import Koa, { type Context, type Next } from 'koa'
import type { Config } from '../config.ts'
import type { Events } from '../events.ts'
import type { Metrics } from '../metrics.ts'
import { randomId } from '../ids.ts'
import { Authenticator, authorise } from './auth.ts'
import { compress } from './compress.ts'
import { DashboardFiles } from './dashboard-files.ts'
import type { ApiDeps } from './deps.ts'
import { onceFor } from './idempotency.ts'
import { linkToNext } from './page.ts'
import { unlessKnown } from './preconditions.ts'
import { HttpError, problemOf } from './problem.ts'
import { refuseUnknown } from './query.ts'
import { RateLimits } from './rate-limit.ts'
import { isRepeatable } from './refusals.ts'
import { type Answer, type Caller, isStream, type RawRequest, type Route } from './route.ts'

/** An id of the client's own is kept when it is harmless in a log. */
const REQUEST_ID = /^[\w.:-]{1,64}$/
const REQUEST_ID_BYTES = 10

export function appOf(deps: ApiDeps, routes: readonly Route[]): Koa {
  const app = new Koa()
  // Trouble after the answer began; everything before is a problem document.
  app.on('error', (err: unknown, ctx?: Context) => {
    if (!isClientGone(err)) report(deps.events, ctx, err)
  })
  const router = routerOf(deps, routes)
  const dashboard = new DashboardFiles(deps.dashboard)
  app.use((ctx, next) => withMetrics(deps.metrics, ctx, next))
  app.use((ctx, next) => withHeaders(deps.config, ctx, next))
  app.use((ctx, next) => withProblems(deps.events, ctx, next))
  app.use(router.routes())
  app.use(async (ctx) => {
    if (!sendFile(ctx, dashboard)) throw unmatched(router, dashboard, ctx)
  })
  return app
}

function routerOf(deps: ApiDeps, routes: readonly Route[]): Router {
  const authenticator = new Authenticator(deps)
  const limits = new RateLimits(deps)
  const router = new Router({ sensitive: true, strict: true })
  for (const route of routes) {
    router.register(route.path, [route.method], async (ctx: RouterContext) => {
      const search = new URLSearchParams(ctx.querystring)
      // Before anything else, so that a token in a URL is refused and not used.
      if (route.access.roles !== 'public') refuseUnknown(route.query, search)
      const caller = route.access.roles === 'public' ? null : await authenticator.callerOf(ctx.req)
      if (caller !== null) {
        const { session, user } = caller
        const kind = session === null ? 'token' : 'session'
        limits.pass(kind, user.id, (headers) => ctx.set({ ...headers }))
        authorise(caller, route.access)
      }
      const { params } = ctx
      const tell = (headers: Readonly<Record<string, string>>) => ctx.set({ ...headers })
      const again = async (): Promise<Caller> => {
        const now = await authenticator.callerOf(ctx.req)
        authorise(now, route.access)
        return now
      }
      const once = onceIn(deps, route, caller, ctx)
      const request = { caller, params, search, message: ctx.req, tell, again, once }
      const answer = await route.answer(request)
      const link = 'cursor' in route.query.shape ? linkToNext(ctx.path, search, answer.body) : ''
      if (link !== '') ctx.set('Link', link)
      send(ctx, unlessKnown(ctx.req, answer))
      await compress(ctx)
    })
  }
  return router
}

function onceIn(
  deps: ApiDeps,
  route: Route,
  caller: Caller | null,
  ctx: RouterContext,
): RawRequest['once'] {
  if (caller === null || !isRepeatable(route)) return (_request, work) => work()
  return onceFor(deps, caller, ctx.req)
}

/** By the template of the route: the path itself may carry what nobody should count or see. */
async function withMetrics(metrics: Metrics, ctx: Context, next: Next): Promise<void> {
  const startedAt = performance.now()
  await next()
  const seconds = (performance.now() - startedAt) / 1_000
  const route = String(ctx['_matchedRoute'] ?? 'none')
  metrics.answered({ route, method: ctx.method, status: ctx.status, seconds })
  if (route === LOGIN && ctx.status >= 400) metrics.loginRefused(String(ctx.state['code']))
}

const LOGIN = '/api/v1/auth/login'

/** A year, as browsers want it; of this host only, for others of its domain are not ours. */
const HTTPS_ONLY = { 'Strict-Transport-Security': 'max-age=31536000' }

async function withHeaders({ publicUrl }: Config, ctx: Context, next: Next): Promise<void> {
  const given = ctx.get('X-Request-Id')
  const requestId = REQUEST_ID.test(given) ? given : randomId(REQUEST_ID_BYTES)
  ctx.state['requestId'] = requestId
  ctx.set({
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(publicUrl.startsWith('https:') ? HTTPS_ONLY : {}),
  })
  await next()
}

async function withProblems(events: Events, ctx: Context, next: Next): Promise<void> {
  try {
    await next()
  } catch (err) {
    const problem = problemOf(err, requestIdOf(ctx))
    // A caller's mistake is theirs to read; only ours is worth an operator's attention.
    if (problem.isFailure) report(events, ctx, err)
    const { status, headers, body } = problem
    ctx.state['code'] = body['code']
    send(ctx, { status, headers: { ...headers, 'Content-Type': PROBLEM }, body })
  }
}

const PROBLEM = 'application/problem+json'

function send(ctx: Context, { status = 200, body, headers = {} }: Answer): void {
  if (body === undefined) ctx.body = null
  else if (isStream(body)) ctx.body = body
  else if (typeof body === 'string') ctx.body = body
  else ctx.body = `${JSON.stringify(body)}\n`
  if (body !== undefined && !isStream(body)) {
    ctx.type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  }
  // Koa makes a 204 of what has no body.
  ctx.status = status
  ctx.set({ ...headers })
}

/** True: it was one of the dashboard's. */
function sendFile(ctx: Context, dashboard: DashboardFiles): boolean {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false
  const answer = dashboard.answer(ctx.path, ctx.req.headers)
  if (answer === null) return false
  ctx.status = answer.status
  ctx.body = answer.body
  ctx.set({ ...answer.headers })
  return true
}

/** 405 with the methods that are there, or 404. */
function unmatched(router: Router, dashboard: DashboardFiles, ctx: Context): HttpError {
  const layers = router.match(ctx.path, ctx.method).path
  const ofRoutes = layers.flatMap((layer) => layer.methods)
  const ofPage = dashboard.has(ctx.path) ? ['GET', 'HEAD'] : []
  const methods = [...new Set([...ofRoutes, ...ofPage])].toSorted()
  if (methods.length === 0) {
    return new HttpError(404, 'not-found', 'There is nothing at this address.')
  }
  return new HttpError(405, 'method-not-allowed', `Only ${methods.join(', ')} can be used here.`, {
    headers: { Allow: methods.join(', ') },
    details: { allowed: methods },
  })
}

/** The other side hung up, or sent what is no HTTP: nothing that an operator could mend. */
function isClientGone(err: unknown): boolean {
  const code = err instanceof Error && 'code' in err ? String(err.code) : ''
  return /^(?:ECONNRESET|EPIPE|HPE_|ERR_STREAM_PREMATURE_CLOSE)/.test(code)
}

function report(events: Events, ctx: Context | undefined, err: unknown): void {
  events.requestFailed(
    {
      requestId: ctx === undefined ? 'none' : requestIdOf(ctx),
      method: ctx?.method ?? '',
      // The template of the route: the path itself may carry what nobody should log.
      route: String(ctx?.['_matchedRoute'] ?? ''),
    },
    err,
  )
}

const requestIdOf = (ctx: Context): string => String(ctx.state['requestId'])
