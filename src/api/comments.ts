/** /tickets/{id}/comments: what was said, oldest first, and something new; and what happened. */
import { addComment, ticketClosed } from '../desk/add-comment.ts'
import { saidByApi } from '../desk/context.ts'
import { listComments } from '../store/comments.ts'
import { deleteDraft } from '../store/drafts.ts'
import { listEvents } from '../store/events.ts'
import type { Queryable, Tx } from '../store/open.ts'
import { viewComments } from '../store/reads/comment-views.ts'
import { findVisibleTicket, lockVisibleTicket } from '../store/reads/visible-tickets.ts'
import type { Comment } from '../ticket/comment.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { getStatus, onCustomerMessage, ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { pageSchema } from './answers.ts'
import { forbidden, requireScope, scopeOf } from './auth.ts'
import { CommentJson, commentJson, EventJson, eventJson } from './comment-json.ts'
import { uploadsFor } from './attachments.ts'
import type { ApiDeps } from './deps.ts'
import { contactOf } from './open-requested.ts'
import { idAt, pageOf } from './page.ts'
import { invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, notFound, type Route, route, STAFF } from './route.ts'
import { CommentBody, CommentsQuery, PageQuery } from './schemas.ts'
import { mayMove } from './tickets.ts'

export function commentRoutes(deps: ApiDeps): readonly Route[] {
  return [listRoute(deps), addRoute(deps), eventsRoute(deps)]
}

export async function ticketOf(
  db: Queryable,
  caller: Caller,
  id: string | undefined,
): Promise<Ticket> {
  const ticket = await findVisibleTicket(db, scopeOf(caller), idOf(id))
  if (ticket === null) throw notFound()
  return ticket
}

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tickets/:id/comments',
    summary: 'Comments of a ticket, oldest first',
    roles: ALL,
    scopes: ['tickets:read'],
    query: CommentsQuery,
    body: null,
    answers: { 200: pageSchema(CommentJson) },
    async handle({ caller, params, query, search }) {
      const ticket = await ticketOf(store.read, caller, params['id'])
      const question = { route: `comments ${ticket.id}`, search }
      const comments = await listComments(store.read, {
        ticketId: ticket.id,
        publicOnly: !isStaff(caller.user) || query.visibility === 'public',
        internalOnly: query.visibility === 'internal',
        afterId: idAt(query.cursor, question) ?? 0,
        limit: query.limit + 1,
      })
      const json = await commentsJson(store.read, comments.slice(0, query.limit), caller.user)
      return { body: pageOf(comments, query.limit, question, json) }
    },
  })
}

function eventsRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tickets/:id/events',
    summary: 'What happened to a ticket, oldest first',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: PageQuery,
    body: null,
    answers: { 200: pageSchema(EventJson) },
    async handle({ caller, params, query, search }) {
      const ticket = await ticketOf(store.read, caller, params['id'])
      const question = { route: `ticket events ${ticket.id}`, search }
      const events = await listEvents(store.read, {
        ticketId: ticket.id,
        afterId: idAt(query.cursor, question) ?? 0,
        limit: query.limit + 1,
      })
      const shown = events.slice(0, query.limit).map(eventJson)
      return { body: pageOf(events, query.limit, question, shown) }
    },
  })
}

function addRoute(deps: ApiDeps): Route {
  const { store, clock, outgoing } = deps
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/comments',
    summary: 'Adds a comment; a public one of an agent is mailed',
    roles: ALL,
    scopes: ['comments:write', 'notes:write'],
    query: NO_QUERY,
    body: CommentBody,
    answers: { 201: CommentJson },
    refuses: [
      '403 forbidden',
      '409 status-transition-not-allowed',
      '409 ticket-closed',
      '422 unknown-status',
    ],
    async handle({ caller, params, body }) {
      requireScope(caller, [body.visibility === 'public' ? 'comments:write' : 'notes:write'])
      if (body.status !== undefined) requireScope(caller, ['tickets:write'])
      const id = idOf(params['id'])
      const at = clock.now()
      const json = await store.transaction(async (tx) => {
        const ticket = await lockVisibleTicket(tx, scopeOf(caller), id)
        if (ticket === null) throw notFound()
        const comment = await add(tx, deps, { caller, ticket, body }, at)
        // What was sent is no draft any more.
        await deleteDraft(tx, { ticketId: id, userId: caller.user.id }, body.text)
        return oneCommentJson(tx, comment, caller.user)
      })
      outgoing.ring()
      return { status: 201, body: json }
    },
  })
}

interface Wanted {
  readonly caller: Caller
  readonly ticket: Ticket
  readonly body: CommentBody
}

async function add(tx: Tx, deps: ApiDeps, wanted: Wanted, at: Date): Promise<Comment> {
  const { caller, body } = wanted
  if (!isStaff(caller.user)) {
    if (body.visibility === 'internal') throw forbidden('Internal comments are for agents.')
    if (body.author !== undefined) throw forbidden('Customers speak for themselves only.')
    return customerSays(tx, deps, wanted, caller.user, at)
  }
  if (body.author === undefined) return agentSays(tx, deps, wanted, at)
  if (body.visibility === 'internal') {
    const message = 'must be public when a customer is the author'
    throw invalidMembers([{ pointer: '/visibility', code: 'invalid_value', message }])
  }
  const customer = await contactOf(tx, deps, body.author, '/author/email', at)
  if (customer.role !== 'customer') {
    const message = 'belongs to an agent, who speaks for himself'
    throw invalidMembers([{ pointer: '/author/email', code: 'not_a_customer', message }])
  }
  return customerSays(tx, deps, wanted, customer, at)
}

async function agentSays(
  tx: Tx,
  deps: ApiDeps,
  { caller, ticket, body }: Wanted,
  at: Date,
): Promise<Comment> {
  const files = await uploadsFor(tx, caller.user, body.attachments)
  const isPublic = body.visibility === 'public'
  const { comment } = await addComment(
    tx,
    deps.context,
    {
      ticketId: ticket.id,
      visibility: body.visibility,
      author: { type: 'agent', user: caller.user },
      said: saidByApi(body.text, files),
      moveTo: givenStatus(deps, body) ?? (isPublic ? afterAgentReply(deps, ticket) : null),
      mailOut: isPublic,
      notifyAgents: false,
      reopening: false,
    },
    at,
  )
  return comment
}

const givenStatus = ({ context }: ApiDeps, { status }: CommentBody): string | null =>
  status === undefined ? null : getStatus(context.lifecycle, status).name

const afterAgentReply = ({ context }: ApiDeps, ticket: Ticket): string | null =>
  ruleOf(context.lifecycle, ticket.status).agentReply

/** The same as if the words had come by mail, but a closed ticket refuses them. */
async function customerSays(
  tx: Tx,
  deps: ApiDeps,
  { caller, ticket, body }: Wanted,
  customer: User,
  at: Date,
): Promise<Comment> {
  const { lifecycle } = deps.context
  const given = givenStatus(deps, body)
  if (given !== null) mayMove(caller, ticket, ruleOf(lifecycle, given).category)
  const effect = onCustomerMessage(lifecycle, ticket.status, {
    forMs: ticket.closedAt === null ? null : at.getTime() - ticket.closedAt.getTime(),
    reopenWindowMs: inboxOrFirst(deps.inboxes, ticket.inboxId)?.reopenWindowMs ?? 0,
  })
  if (effect.do === 'follow_up') throw ticketClosed(ticket)
  const files = await uploadsFor(tx, caller.user, body.attachments)
  const { comment } = await addComment(
    tx,
    deps.context,
    {
      ticketId: ticket.id,
      visibility: 'public',
      author: { type: 'customer', user: customer, recordedBy: caller.user },
      said: saidByApi(body.text, files),
      moveTo: given ?? effect.status,
      mailOut: false,
      notifyAgents: true,
      reopening: given === null && !ruleOf(lifecycle, ticket.status).comments,
    },
    at,
  )
  return comment
}

export async function oneCommentJson(
  db: Queryable,
  comment: Comment,
  viewer: User,
): Promise<CommentJson> {
  const [json] = await commentsJson(db, [comment], viewer)
  if (json === undefined) throw notFound()
  return json
}

export async function commentsJson(
  db: Queryable,
  comments: readonly Comment[],
  viewer: User,
): Promise<CommentJson[]> {
  return (await viewComments(db, comments)).map((view) => commentJson(view, viewer))
}
