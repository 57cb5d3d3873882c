/** Who takes part in a ticket, and which agents follow it. */
import { followTicket, joinTicket, leaveTicket, unfollowTicket } from '../desk/take-part.ts'
import { type Address, parseAddress } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { lockVisibleTicket } from '../store/reads/visible-tickets.ts'
import { findUser } from '../store/users.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { forbidden, scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { type Caller, idOf, notFound, type Route, route, STAFF } from './route.ts'
import { authorOf } from './ticket-changes.ts'
import { TicketJson } from './ticket-json.ts'
import { oneJson } from './tickets.ts'

export function ticketPeopleRoutes(deps: ApiDeps): readonly Route[] {
  return [joinRoute(deps), leaveRoute(deps), followRoute(deps), unfollowRoute(deps)]
}

type Params = Readonly<Record<string, string | undefined>>

const PARTICIPANT = '/api/v1/tickets/:id/participants/:email'
const WATCHER = '/api/v1/tickets/:id/watchers/:user'

function joinRoute(deps: ApiDeps): Route {
  const { store, context, clock } = deps
  return route({
    method: 'PUT',
    path: PARTICIPANT,
    summary: 'Lets somebody take part: answers are copied to him',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: TicketJson },
    refuses: ['422 is-an-agent', '422 own-address'],
    async handle({ caller, params }) {
      const who = { address: addressOf(params), name: null }
      const body = await store.transaction(async (tx) => {
        const ticket = await ticketOf(tx, caller, params)
        const input = { ticketId: ticket.id, who, author: authorOf(caller) }
        await joinTicket(tx, context, input, clock.now())
        return oneJson(tx, ticket, context.lifecycle, caller.user)
      })
      return { body }
    },
  })
}

function leaveRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: PARTICIPANT,
    summary: 'Answers are no longer copied to him',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const address = addressOf(params)
      await store.transaction(async (tx) => {
        const { id } = await ticketOf(tx, caller, params)
        const input = { ticketId: id, address, author: authorOf(caller) }
        if (!(await leaveTicket(tx, input, clock.now()))) throw notFound()
      })
      return { status: 204 }
    },
  })
}

function followRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PUT',
    path: WATCHER,
    summary: 'The agent gets the notices of this ticket',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      await store.transaction(async (tx) => {
        const { id } = await ticketOf(tx, caller, params)
        const agent = await agentOf(tx, caller, params)
        if (!isStaff(agent)) throw notFound()
        await followTicket(tx, { ticketId: id, agent }, clock.now())
      })
      return { status: 204 }
    },
  })
}

function unfollowRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: WATCHER,
    summary: 'The agent hears no more of this ticket',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      await store.transaction(async (tx) => {
        const { id } = await ticketOf(tx, caller, params)
        const agent = await agentOf(tx, caller, params)
        await unfollowTicket(tx, { ticketId: id, agent }, clock.now())
      })
      return { status: 204 }
    },
  })
}

async function ticketOf(tx: Tx, caller: Caller, params: Params): Promise<Ticket> {
  const ticket = await lockVisibleTicket(tx, scopeOf(caller), idOf(params['id']))
  if (ticket === null) throw notFound()
  return ticket
}

/** What cannot be an address is simply not there. */
function addressOf(params: Params): Address {
  const address = parseAddress(params['email'] ?? '')
  if (address === null) throw notFound()
  return address
}

/** `me`, or the id of a user; an agent decides for himself, an admin for others too. */
async function agentOf(tx: Tx, { user }: Caller, params: Params): Promise<User> {
  const wanted = params['user']
  if (wanted === 'me' || wanted === String(user.id)) return user
  if (user.role !== 'admin') throw forbidden('Agents follow tickets for themselves only.')
  const found = await findUser(tx, idOf(wanted))
  if (found === null) throw notFound()
  return found
}
