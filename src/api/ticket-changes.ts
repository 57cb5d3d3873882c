/** What changes a ticket: PATCH and its synonyms, taking and releasing, merging. */
import { releaseTicket, takeTicket } from '../desk/assign.ts'
import { changeRequester } from '../desk/change-requester.ts'
import { changeTicket, type WantedChange } from '../desk/change-ticket.ts'
import type { Author } from '../desk/context.ts'
import { mergeTickets } from '../desk/merge-tickets.ts'
import type { Scope } from '../desk/create-token.ts'
import type { Tx } from '../store/open.ts'
import { lockVisibleTicket } from '../store/reads/visible-tickets.ts'
import { findUser } from '../store/users.ts'
import { getStatus } from '../ticket/lifecycle.ts'
import { SNOOZE_MS_MAX } from '../ticket/snooze.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import type { AnswerTo } from './answers.ts'
import { forbidden, scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { categoryOf, inboxIdOf } from './open-requested.ts'
import { etagOf, ifMatch } from './preconditions.ts'
import { invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import {
  ALL,
  type Caller,
  idOf,
  notFound,
  type Route,
  route,
  type RouteRequest,
  STAFF,
} from './route.ts'
import { AssigneeBody, MergeBody, PriorityBody, TakeBody, TicketPatch } from './schemas.ts'
import { TicketJson } from './ticket-json.ts'
import { mayMove, oneJson } from './tickets.ts'

export const CHANGED = { 200: TicketJson } as const

const WRITE: readonly Scope[] = ['tickets:write']

export function ticketChangeRoutes(deps: ApiDeps): readonly Route[] {
  return [
    patchRoute(deps),
    synonym(deps, 'assignee', 'Puts somebody in charge, or nobody', AssigneeBody),
    synonym(deps, 'priority', 'Sets the priority', PriorityBody),
    takeRoute(deps),
    releaseRoute(deps),
    mergeRoute(deps),
  ]
}

export type Request = Pick<RouteRequest<unknown, unknown>, 'caller' | 'params' | 'headers'>

/** One change of a ticket the caller sees: locked, checked against If-Match, answered whole. */
export async function changing(
  deps: ApiDeps,
  { caller, params, headers }: Request,
  change: (tx: Tx, ticket: Ticket, at: Date) => Promise<Ticket>,
): Promise<AnswerTo<typeof CHANGED>> {
  const { store, context, clock, outgoing } = deps
  const id = idOf(params['id'])
  const at = clock.now()
  const json = await store.transaction(async (tx) => {
    const before = await lockVisibleTicket(tx, scopeOf(caller), id)
    if (before === null) throw notFound()
    ifMatch(headers, before, await oneJson(tx, before, context.lifecycle, caller.user))
    return oneJson(tx, await change(tx, before, at), context.lifecycle, caller.user)
  })
  outgoing.ring()
  return { body: json, headers: { ETag: etagOf(json) } }
}

export const authorOf = ({ user }: Caller): Author => ({
  type: isStaff(user) ? 'agent' : 'customer',
  user,
})

function patchRoute(deps: ApiDeps): Route {
  return route({
    method: 'PATCH',
    path: '/api/v1/tickets/:id',
    summary: 'Changes a ticket; members left out stay as they are',
    roles: ALL,
    scopes: WRITE,
    query: NO_QUERY,
    body: TicketPatch,
    answers: CHANGED,
    refuses: [
      '403 forbidden',
      '409 status-transition-not-allowed',
      '412 stale-version',
      '422 is-an-agent',
      '422 own-address',
      '422 unknown-status',
    ],
    handle: (request) =>
      changing(deps, request, (tx, ticket, at) => patch(tx, deps, { ...request, ticket }, at)),
  })
}

function synonym<Name extends 'assignee' | 'priority'>(
  deps: ApiDeps,
  name: Name,
  summary: string,
  body: Name extends 'assignee' ? typeof AssigneeBody : typeof PriorityBody,
): Route {
  return route({
    method: 'PUT',
    path: `/api/v1/tickets/:id/${name}`,
    summary,
    roles: STAFF,
    scopes: WRITE,
    query: NO_QUERY,
    body: body as typeof AssigneeBody | typeof PriorityBody,
    answers: CHANGED,
    refuses: ['412 stale-version'],
    handle: (request) =>
      changing(deps, request, (tx, ticket, at) => patch(tx, deps, { ...request, ticket }, at)),
  })
}

interface Patching {
  readonly caller: Caller
  readonly ticket: Ticket
  readonly body: TicketPatch
  readonly isOneOfMany?: boolean
}

export async function patch(
  tx: Tx,
  deps: ApiDeps,
  { caller, ticket, body, isOneOfMany = false }: Patching,
  at: Date,
): Promise<Ticket> {
  const { assignee, inbox, category, status, snoozed_until: until, requester, ...plain } = body
  if (!isStaff(caller.user)) refuseCustomers(deps, { caller, ticket, body })
  const change: WantedChange = {
    ...plain,
    ...(status === undefined ? {} : { status }),
    ...(category === undefined ? {} : { category: categoryOf(deps, category) }),
    ...(until === undefined ? {} : { snoozedUntil: laterThan(at, until) }),
    ...(inbox === undefined ? {} : { inboxId: inboxIdOf(deps, inbox) }),
    ...(assignee === undefined ? {} : { assignee: await assigneeOf(tx, caller, assignee) }),
  }
  const author = authorOf(caller)
  if (requester !== undefined) {
    await changeRequester(tx, deps.context, { ticketId: ticket.id, address: requester, author }, at)
  }
  const input = { ticketId: ticket.id, change, author, isOneOfMany }
  return changeTicket(tx, deps.context, input, at)
}

function laterThan(at: Date, until: Date | null): Date | null {
  const ms = until === null ? 1 : until.getTime() - at.getTime()
  if (ms > 0 && ms <= SNOOZE_MS_MAX) return until
  const message = 'is over already, or more than a year away'
  throw invalidMembers([{ pointer: '/snoozed_until', code: 'invalid_value', message }])
}

/** Customers close what they asked for, and change nothing else. */
function refuseCustomers({ context }: ApiDeps, { caller, ticket, body }: Patching): void {
  const { status, ...others } = body
  if (Object.keys(others).length > 0) throw forbidden('Customers change the status only.')
  if (status !== undefined) {
    mayMove(caller, ticket, getStatus(context.lifecycle, status).category)
  }
}

async function assigneeOf(
  tx: Tx,
  { user }: Caller,
  wanted: number | 'me' | null,
): Promise<User | null> {
  if (wanted === null) return null
  if (wanted === 'me') return user
  const found = await findUser(tx, wanted)
  if (found !== null && isStaff(found)) return found
  const message = 'is not the id of an active agent or admin'
  throw invalidMembers([{ pointer: '/assignee', code: 'not_an_agent', message }])
}

function takeRoute(deps: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/take',
    summary: 'Makes the caller the assignee; 409 when somebody else is, unless forced',
    roles: STAFF,
    scopes: WRITE,
    query: NO_QUERY,
    body: TakeBody,
    answers: CHANGED,
    refuses: ['409 already-taken', '412 stale-version'],
    handle: (request) =>
      changing(deps, request, (tx, { id }, at) => {
        const force = request.body?.force ?? false
        const input = { ticketId: id, agent: request.caller.user, force }
        return takeTicket(tx, deps.context, input, at)
      }),
  })
}

function releaseRoute(deps: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/release',
    summary: 'Puts the ticket back: nobody is in charge',
    roles: STAFF,
    scopes: WRITE,
    query: NO_QUERY,
    body: null,
    answers: CHANGED,
    refuses: ['412 stale-version'],
    handle: (request) =>
      changing(deps, request, (tx, { id }, at) =>
        releaseTicket(tx, deps.context, { ticketId: id, agent: request.caller.user }, at),
      ),
  })
}

function mergeRoute(deps: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/merge',
    summary: 'Closes the ticket and lets another one take its place',
    roles: STAFF,
    scopes: WRITE,
    query: NO_QUERY,
    body: MergeBody,
    answers: CHANGED,
    refuses: ['409 already-merged', '409 ticket-closed', '412 stale-version', '422 same-ticket'],
    handle: (request) =>
      changing(deps, request, async (tx, { id }, at) => {
        const author = authorOf(request.caller)
        const input = { ticketId: id, intoId: request.body.into, author }
        return (await mergeTickets(tx, deps.context, input, at)).ticket
      }),
  })
}
