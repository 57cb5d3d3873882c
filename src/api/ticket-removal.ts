/** DELETE of a ticket: out of sight, brought back, or purged for good. */
import { deleteTicket, restoreTicket } from '../desk/delete-ticket.ts'
import { purgeTicket } from '../desk/purge-ticket.ts'
import { overwriteDeleted } from '../store/repeated-words.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { AnswerTo } from './answers.ts'
import { forbidden } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { etagOf } from './preconditions.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, type Route, route } from './route.ts'
import { DeleteTicketQuery } from './schemas.ts'
import { authorOf, CHANGED, changing, type Request } from './ticket-changes.ts'
import { oneJson } from './tickets.ts'

const GONE = { 204: null } as const

export function ticketRemovalRoutes(deps: ApiDeps): readonly Route[] {
  return [deleteRoute(deps), restoreRoute(deps)]
}

function deleteRoute(deps: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: '/api/v1/tickets/:id',
    summary: 'Deletes a ticket; an admin can bring it back, or purge it for good',
    roles: ALL,
    scopes: ['tickets:write'],
    query: DeleteTicketQuery,
    body: null,
    answers: GONE,
    refuses: ['403 forbidden', '409 not-deleted', '412 stale-version'],
    async handle(request) {
      if (request.query.purge === 'true') return purge(deps, request)
      await changing(deps, request, (tx, ticket, at) => {
        mayDelete(request.caller, ticket)
        return deleteTicket(tx, { ticket, author: authorOf(request.caller) }, at)
      })
      return { status: 204 }
    },
  })
}

async function purge(
  { store, clock }: ApiDeps,
  { caller, params }: Request,
): Promise<AnswerTo<typeof GONE>> {
  if (caller.user.role !== 'admin') throw forbidden('Tickets are purged by admins.')
  const input = { ticketId: idOf(params['id']), author: authorOf(caller) }
  await store.transaction((tx) => purgeTicket(tx, input, clock.now()))
  await overwriteDeleted(store)
  return { status: 204 }
}

function mayDelete({ user }: Caller, ticket: Ticket): void {
  if (user.role === 'admin' || ticket.requesterId === user.id) return
  throw forbidden('A ticket is deleted by an admin, or by the one who asked.')
}

function restoreRoute({ store, context, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/restore',
    summary: 'Brings a deleted ticket back',
    roles: ['admin'],
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: CHANGED,
    async handle({ caller, params }) {
      const id = idOf(params['id'])
      const json = await store.transaction(async (tx) => {
        const ticket = await restoreTicket(
          tx,
          { ticketId: id, author: authorOf(caller) },
          clock.now(),
        )
        return oneJson(tx, ticket, context.lifecycle, caller.user)
      })
      return { body: json, headers: { ETag: etagOf(json) } }
    },
  })
}
