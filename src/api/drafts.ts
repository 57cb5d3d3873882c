/** /tickets/{id}/draft: what an agent has begun to write, on any of his devices. */
import { z } from 'zod'
import { deleteDraft, type Draft, findDraft, listDrafts, saveDraft } from '../store/drafts.ts'
import { VISIBILITIES } from '../ticket/comment.ts'
import { Id, pageSchema, type Sent, Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { ticketOf } from './comments.ts'
import { etagOf, ifMatch } from './preconditions.ts'
import { NO_QUERY } from './query.ts'
import { notFound, type Route, route, STAFF } from './route.ts'
import { DraftBody, DraftsQuery } from './schemas.ts'

const DRAFT = '/api/v1/tickets/:id/draft'
const DRAFTS_MAX = 200

const DraftJson = z
  .strictObject({
    ticket_id: Id,
    visibility: z.enum(VISIBILITIES),
    text: z.string(),
    updated_at: Time,
    version: Id,
  })
  .meta({ id: 'Draft' })
type DraftJson = Sent<z.output<typeof DraftJson>>

const draftJson = (draft: Draft): DraftJson => ({
  ticket_id: draft.ticketId,
  visibility: draft.visibility,
  text: draft.text,
  updated_at: draft.updatedAt.toISOString(),
  version: draft.version,
})

export function draftRoutes(deps: ApiDeps): readonly Route[] {
  return [saveRoute(deps), oneRoute(deps), listRoute(deps), dropRoute(deps)]
}

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/me/drafts',
    summary: 'One’s own drafts, the newest first',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: DraftsQuery,
    body: null,
    answers: { 200: pageSchema(DraftJson) },
    async handle({ caller, query }) {
      const all = await listDrafts(store.read, caller.user.id, DRAFTS_MAX)
      const drafts = all.filter((one) => (query.ticket ?? one.ticketId) === one.ticketId)
      return { body: { data: drafts.map(draftJson), page: { next_cursor: null, has_more: false } } }
    },
  })
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: DRAFT,
    summary: 'One’s own draft of an answer',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: DraftJson },
    async handle({ caller, params }) {
      const { id } = await ticketOf(store.read, caller, params['id'])
      const draft = await findDraft(store.read, { ticketId: id, userId: caller.user.id })
      if (draft === null) throw notFound()
      return { body: draftJson(draft), headers: { ETag: etagOf(draft) } }
    },
  })
}

function saveRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PUT',
    path: DRAFT,
    summary: 'Keeps what one has begun to write; nobody else sees it',
    roles: STAFF,
    scopes: ['comments:write', 'notes:write'],
    query: NO_QUERY,
    body: DraftBody,
    answers: { 200: DraftJson },
    refuses: ['412 stale-version'],
    async handle({ caller, params, body, headers }) {
      const draft = await store.transaction(async (tx) => {
        const { id } = await ticketOf(tx, caller, params['id'])
        const key = { ticketId: id, userId: caller.user.id }
        const before = await findDraft(tx, key)
        // Another window may have written on.
        if (before !== null) ifMatch(headers, before, draftJson(before))
        return saveDraft(tx, key, body, clock.now())
      })
      return { body: draftJson(draft), headers: { ETag: etagOf(draft) } }
    },
  })
}

function dropRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: DRAFT,
    summary: 'Drops one’s own draft',
    roles: STAFF,
    scopes: ['comments:write', 'notes:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      await store.transaction(async (tx) => {
        const { id } = await ticketOf(tx, caller, params['id'])
        if (!(await deleteDraft(tx, { ticketId: id, userId: caller.user.id }))) throw notFound()
      })
      return { status: 204 }
    },
  })
}
