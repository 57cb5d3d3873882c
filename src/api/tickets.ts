/** /tickets: the list, one, a new one, and its status. */
import { changeTicket } from '../desk/change-ticket.ts'
import type { TicketIndexer } from '../desk/index-tickets.ts'
import type { Queryable } from '../store/open.ts'
import { viewTickets } from '../store/reads/ticket-views.ts'
import { listTickets } from '../store/reads/ticket-list.ts'
import { findVisibleTicket, lockVisibleTicket } from '../store/reads/visible-tickets.ts'
import { getStatus, type Lifecycle } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { pageSchema } from './answers.ts'
import { forbidden, scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { openRequested } from './open-requested.ts'
import { pageOf, positionAt, unfinishedPage } from './page.ts'
import { etagOf, ifMatch } from './preconditions.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, notFound, type Route, route } from './route.ts'
import { StatusBody, TicketBody } from './schemas.ts'
import { TicketJson, ticketJson } from './ticket-json.ts'
import { filterOf, sortKeyOf, TicketQuery } from './ticket-query.ts'

export function ticketRoutes(deps: ApiDeps, index: TicketIndexer): readonly Route[] {
  return [listRoute(deps, index), openRoute(deps), oneRoute(deps), statusRoute(deps)]
}

function listRoute({ store, context, clock }: ApiDeps, index: TicketIndexer): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tickets',
    summary: 'Tickets, newest first; q finds words in all that was said',
    roles: ALL,
    scopes: ['tickets:read'],
    query: TicketQuery,
    body: null,
    answers: { 200: pageSchema(TicketJson) },
    refuses: ['400 unknown-status', '403 forbidden'],
    async handle({ caller, query, search }) {
      const question = { route: 'tickets', search }
      const { lifecycle } = context
      const filter = filterOf(query, { caller, lifecycle, at: clock.now() })
      if (query.q !== undefined) await index.catchUp()
      const { tickets, lookedDownTo } = await listTickets(store.read, {
        ...filter,
        after: positionAt(query.cursor, question),
        limit: query.limit + 1,
      })
      const shown = tickets.slice(0, query.limit)
      const json = await ticketsJson(store.read, shown, lifecycle, caller.user)
      return {
        body:
          lookedDownTo === null
            ? pageOf(tickets, query.limit, question, json, sortKeyOf(query.sort))
            : unfinishedPage(lookedDownTo, question, json),
      }
    },
  })
}

function openRoute(deps: ApiDeps): Route {
  const { store, context, clock, outgoing } = deps
  return route({
    method: 'POST',
    path: '/api/v1/tickets',
    summary: 'Opens a ticket',
    roles: ALL,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: TicketBody,
    answers: { 201: TicketJson },
    refuses: ['403 forbidden'],
    async handle({ caller, body }) {
      const at = clock.now()
      const json = await store.transaction(async (tx) => {
        const ticket = await openRequested(tx, deps, { caller, body }, at)
        return oneJson(tx, ticket, context.lifecycle, caller.user)
      })
      outgoing.ring()
      const headers = { Location: `/api/v1/tickets/${json.id}`, ETag: etagOf(json) }
      return { status: 201, body: json, headers }
    },
  })
}

function oneRoute({ store, context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tickets/:id',
    summary: 'One ticket',
    roles: ALL,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: TicketJson },
    async handle({ caller, params }) {
      const ticket = await findVisibleTicket(store.read, scopeOf(caller), idOf(params['id']))
      if (ticket === null) throw notFound()
      const json = await oneJson(store.read, ticket, context.lifecycle, caller.user)
      return { body: json, headers: { ETag: etagOf(json) } }
    },
  })
}

function statusRoute({ store, context, clock, outgoing }: ApiDeps): Route {
  return route({
    method: 'PUT',
    path: '/api/v1/tickets/:id/status',
    summary: 'Moves a ticket to another status',
    roles: ALL,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: StatusBody,
    answers: { 200: TicketJson },
    refuses: [
      '403 forbidden',
      '409 status-transition-not-allowed',
      '412 stale-version',
      '422 unknown-status',
    ],
    async handle({ caller, params, body, headers }) {
      const id = idOf(params['id'])
      const at = clock.now()
      const json = await store.transaction(async (tx) => {
        const before = await lockVisibleTicket(tx, scopeOf(caller), id)
        if (before === null) throw notFound()
        mayMove(caller, before, getStatus(context.lifecycle, body.status).category)
        ifMatch(headers, before, await oneJson(tx, before, context.lifecycle, caller.user))
        const author = {
          type: isStaff(caller.user) ? ('agent' as const) : ('customer' as const),
          user: caller.user,
        }
        const input = { ticketId: id, change: { status: body.status }, author }
        const ticket = await changeTicket(tx, context, input, at)
        return oneJson(tx, ticket, context.lifecycle, caller.user)
      })
      outgoing.ring()
      return { body: json, headers: { ETag: etagOf(json) } }
    },
  })
}

/** Customers may close what they asked for, and nothing else. */
export function mayMove({ user }: Caller, ticket: Ticket, category: string): void {
  if (isStaff(user)) return
  if (ticket.requesterId === user.id && category === 'closed') return
  throw forbidden('Customers may close their own tickets, and change no other status.')
}

export async function ticketsJson(
  db: Queryable,
  tickets: readonly Ticket[],
  lifecycle: Lifecycle,
  viewer: User,
): Promise<TicketJson[]> {
  const views = await viewTickets(db, tickets, { publicOnly: !isStaff(viewer) })
  return views.map((view) => ticketJson(view, lifecycle, viewer))
}

export async function oneJson(
  db: Queryable,
  ticket: Ticket,
  lifecycle: Lifecycle,
  viewer: User,
): Promise<TicketJson> {
  const [json] = await ticketsJson(db, [ticket], lifecycle, viewer)
  if (json === undefined) throw notFound()
  return json
}
