/**
 * /t/{token}/api: one ticket, for the person whose mail had the link, without signing in. The link opens
 * a part of this API under its own prefix: the same routes, for a customer to whom no other ticket
 * exists. A GET changes nothing, for mail scanners follow every link.
 */
import { z } from 'zod'
import { dayOf, type TokenClaims } from '../reply-token.ts'
import { findTicket } from '../store/tickets.ts'
import { findAccount } from '../store/users.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { Id, type Sent } from './answers.ts'
import { scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { onceFor } from './idempotency.ts'
import { UserJson, userJson } from './people-json.ts'
import type { RateLimits } from './rate-limit.ts'
import type { Refused } from './refusals.ts'
import { type Caller, notFound, type Route } from './route.ts'
import { NO_QUERY, refuseUnknown } from './query.ts'

const BASE = '/api/v1'
/** Beside the page; what is there is described where it stands, below /api/v1. */
const PREFIX = '/t/:token/api'
/** Each mail brings a fresh one. */
const GOOD_FOR_DAYS = 60
/** Merged tickets are followed to the one that goes on. */
const MERGES_MAX = 10

/** What can be done by a link: all of it asks scopeOf() which tickets there are. */
const OPENED = new Set([
  `GET ${BASE}/tickets/:id`,
  `PUT ${BASE}/tickets/:id/status`,
  `GET ${BASE}/tickets/:id/comments`,
  `POST ${BASE}/tickets/:id/comments`,
  `GET ${BASE}/comments/:id/page`,
  `GET ${BASE}/attachments/:id`,
  `POST ${BASE}/attachments`,
  `GET ${BASE}/statuses`,
  `GET ${BASE}/events`,
])

const TicketLinkJson = z.strictObject({ ticket_id: Id, user: UserJson })
export type TicketLinkJson = Sent<z.output<typeof TicketLinkJson>>

/** What a link refuses beside what its route does. */
const REFUSES: readonly Refused[] = ['404 not-found', '429 rate-limited']
const REPEATED: readonly Refused[] = ['400 invalid-parameter', '422 idempotency-key-reused']

/** @param routes All others: some of them are there by a link, too. */
export function ticketLinkRoutes(
  deps: ApiDeps,
  limits: RateLimits,
  routes: readonly Route[],
): readonly Route[] {
  const opened = routes.filter(({ method, path }) => OPENED.has(`${method} ${path}`))
  return [linkRoute(deps, limits), ...opened.map((route) => byLink(deps, limits, route))]
}

function linkRoute(deps: ApiDeps, limits: RateLimits): Route {
  return {
    method: 'GET',
    path: PREFIX,
    summary: 'Which ticket a link of a mail leads to, and whom',
    access: { roles: 'public' },
    query: NO_QUERY,
    body: null,
    answers: { 200: TicketLinkJson },
    refuses: REFUSES,
    async answer({ params, search, tell }) {
      refuseUnknown(NO_QUERY, search)
      const { user, onlyTicketId } = await callerOf(deps, params['token'])
      limits.pass('session', user.id, tell)
      const body: TicketLinkJson = { ticket_id: onlyTicketId, user: userJson(user) }
      return { body }
    },
  }
}

function byLink(deps: ApiDeps, limits: RateLimits, route: Route): Route {
  return {
    ...route,
    path: route.path.replace(BASE, PREFIX),
    summary: `${route.summary} (by a link)`,
    access: { roles: 'public' },
    refuses: [...route.refuses, ...REFUSES, ...(route.method === 'POST' ? REPEATED : [])],
    async answer(request) {
      const { search, params, tell } = request
      refuseUnknown(route.query, search)
      const again = (): Promise<Caller> => callerOf(deps, params['token'])
      const caller = await again()
      limits.pass('session', caller.user.id, tell)
      const isPost = route.method === 'POST'
      const once = isPost ? onceFor(deps, caller, request.message) : request.once
      return route.answer({ ...request, caller, again, once })
    },
  }
}

/** Whoever has the link got the mail; of everything else it looks as if there were nothing. */
async function callerOf(
  deps: ApiDeps,
  token: string | undefined,
): Promise<Caller & { readonly onlyTicketId: number }> {
  const claims = deps.context.tokens.verify(token ?? '')
  if (claims?.kind !== 'view' || isOld(claims, deps.clock.now())) throw notFound()
  const user = await findAccount(deps.store.read, claims.userId)
  if (user === null || user.state === 'disabled' || isStaff(user)) throw notFound()
  const caller = { user, scopes: null, session: null, onlyTicketId: await goesOnIn(deps, claims) }
  if (!(await isThere(deps, caller))) throw notFound()
  return caller
}

type ViewClaims = Extract<TokenClaims, { kind: 'view' }>

const isOld = ({ day }: ViewClaims, now: Date): boolean => dayOf(now) - day > GOOD_FOR_DAYS

async function goesOnIn({ store }: ApiDeps, { ticketId }: ViewClaims): Promise<number> {
  let id = ticketId
  for (let step = 0; step < MERGES_MAX; step += 1) {
    const next = (await findTicket(store.read, id))?.mergedInto ?? null
    if (next === null) break
    id = next
  }
  return id
}

/** Who does not take part any more has no link any more. */
const isThere = async (
  { store }: ApiDeps,
  caller: Caller & { readonly user: User; readonly onlyTicketId: number },
): Promise<boolean> =>
  (await findVisibleTicket(store.read, scopeOf(caller), caller.onlyTicketId)) !== null
