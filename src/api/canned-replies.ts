/** /canned-replies: answers that are given often, and their words for one ticket. */
import { z } from 'zod'
import { CANNED_MAX, changeCanned, makeCanned, readOut } from '../desk/canned-replies.ts'
import { type CannedReply, deleteCanned, findCanned, listCanned } from '../store/canned-replies.ts'
import type { Queryable } from '../store/open.ts'
import { Id, pageSchema, type Sent, Time } from './answers.ts'
import { ticketOf } from './comments.ts'
import type { ApiDeps } from './deps.ts'
import { etagOf, ifMatch } from './preconditions.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route, STAFF } from './route.ts'
import { CannedBody, CannedPatch, RenderBody } from './schemas.ts'

const ALL_OF_THEM = '/api/v1/canned-replies'
const ONE = `${ALL_OF_THEM}/:id`

const CannedJson = z
  .strictObject({
    id: Id,
    name: z.string(),
    text: z.string(),
    created_by: Id.nullable(),
    created_at: Time,
    updated_at: Time,
    version: Id,
  })
  .meta({ id: 'CannedReply' })
type CannedJson = Sent<z.output<typeof CannedJson>>

const cannedJson = (reply: CannedReply): CannedJson => ({
  id: reply.id,
  name: reply.name,
  text: reply.text,
  created_by: reply.createdBy,
  created_at: reply.createdAt.toISOString(),
  updated_at: reply.updatedAt.toISOString(),
  version: reply.version,
})

export function cannedReplyRoutes(deps: ApiDeps): readonly Route[] {
  return [
    listRoute(deps),
    makeRoute(deps),
    oneRoute(deps),
    changeRoute(deps),
    renderRoute(deps),
    dropRoute(deps),
  ]
}

async function replyOf(db: Queryable, id: string | undefined): Promise<CannedReply> {
  const reply = await findCanned(db, idOf(id))
  if (reply === null) throw notFound()
  return reply
}

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: ALL_OF_THEM,
    summary: 'Canned replies, in the order of their names',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(CannedJson) },
    async handle() {
      const data = (await listCanned(store.read, CANNED_MAX)).map(cannedJson)
      return { body: { data, page: { next_cursor: null, has_more: false } } }
    },
  })
}

function makeRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: ALL_OF_THEM,
    summary: 'Makes a canned reply; {{ requester.name }} and the like are filled in',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: CannedBody,
    answers: { 201: CannedJson },
    refuses: ['409 name-taken', '409 too-many', '422 invalid-template'],
    async handle({ caller, body }) {
      const made = await store.transaction((tx) =>
        makeCanned(tx, { ...body, by: caller.user }, clock.now()),
      )
      const headers = { Location: `${ALL_OF_THEM}/${made.id}`, ETag: etagOf(made) }
      return { status: 201, body: cannedJson(made), headers }
    },
  })
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: ONE,
    summary: 'One canned reply',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: CannedJson },
    async handle({ params }) {
      const reply = await replyOf(store.read, params['id'])
      return { body: cannedJson(reply), headers: { ETag: etagOf(reply) } }
    },
  })
}

function changeRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PATCH',
    path: ONE,
    summary: 'Changes a canned reply',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: CannedPatch,
    answers: { 200: CannedJson },
    refuses: ['409 name-taken', '412 stale-version', '422 invalid-template'],
    async handle({ params, body, headers }) {
      const changed = await store.transaction(async (tx) => {
        const before = await replyOf(tx, params['id'])
        ifMatch(headers, before, cannedJson(before))
        return changeCanned(tx, before, body, clock.now())
      })
      return { body: cannedJson(changed), headers: { ETag: etagOf(changed) } }
    },
  })
}

function dropRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: ONE,
    summary: 'Drops a canned reply',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ params }) {
      const gone = await store.transaction((tx) => deleteCanned(tx, idOf(params['id'])))
      if (!gone) throw notFound()
      return { status: 204 }
    },
  })
}

function renderRoute({ store, inboxes }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${ONE}/render`,
    summary: 'The words of a canned reply for one ticket; nothing is sent',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: RenderBody,
    answers: { 200: z.strictObject({ text: z.string() }) },
    async handle({ caller, params, body }) {
      const reply = await replyOf(store.read, params['id'])
      const ticket = await ticketOf(store.read, caller, String(body.ticket))
      const text = await readOut(store.read, inboxes, { reply, ticket, agent: caller.user })
      return { status: 200, body: { text } }
    },
  })
}
