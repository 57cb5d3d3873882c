/** /comments/{id}: one comment; notes that are corrected, words that are withdrawn or sent again. */
import { correctNote, withdraw } from '../desk/correct-comment.ts'
import { manageDelivery } from '../desk/manage-deliveries.ts'
import { AppError } from '../errors.ts'
import { deliveriesOf } from '../store/outbox.ts'
import type { Queryable, Tx } from '../store/open.ts'
import type { Comment } from '../ticket/comment.ts'
import { visibleComment } from './attachments.ts'
import { CommentJson } from './comment-json.ts'
import { oneCommentJson } from './comments.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, notFound, type Route, route, STAFF } from './route.ts'
import { NoteBody } from './schemas.ts'

export function commentChangeRoutes(deps: ApiDeps): readonly Route[] {
  return [oneRoute(deps), correctRoute(deps), withdrawRoute(deps), resendRoute(deps)]
}

const COMMENT = '/api/v1/comments/:id'

async function commentOf(db: Queryable, caller: Caller, id: string | undefined): Promise<Comment> {
  const comment = await visibleComment(db, caller, idOf(id))
  if (comment === null) throw notFound()
  return comment
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: COMMENT,
    summary: 'One comment',
    roles: ALL,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: CommentJson },
    async handle({ caller, params }) {
      const comment = await commentOf(store.read, caller, params['id'])
      return { body: await oneCommentJson(store.read, comment, caller.user) }
    },
  })
}

function correctRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PATCH',
    path: COMMENT,
    summary: 'Corrects an own internal comment, for 15 minutes',
    roles: STAFF,
    scopes: ['notes:write'],
    query: NO_QUERY,
    body: NoteBody,
    answers: { 200: CommentJson },
    refuses: ['403 not-yours', '409 not-a-note', '409 too-late'],
    async handle({ caller, params, body }) {
      const json = await store.transaction(async (tx) => {
        const comment = await commentOf(tx, caller, params['id'])
        const change = { comment, text: body.text, by: caller.user }
        return oneCommentJson(tx, await correctNote(tx, change, clock.now()), caller.user)
      })
      return { body: json }
    },
  })
}

function withdrawRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: COMMENT,
    summary: 'Withdraws a comment: its words and files go, its place stays',
    roles: ['admin'],
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      await store.transaction(async (tx) => {
        const comment = await commentOf(tx, caller, params['id'])
        if (!(await withdraw(tx, { comment, by: caller.user }, clock.now()))) throw notFound()
      })
      return { status: 204 }
    },
  })
}

function resendRoute({ store, clock, outgoing }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${COMMENT}/resend`,
    summary: 'Sends an answer again to those it did not reach',
    roles: STAFF,
    scopes: ['outbox:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: CommentJson },
    refuses: ['409 nothing-to-resend'],
    async handle({ caller, params }) {
      const json = await store.transaction(async (tx) => {
        const comment = await commentOf(tx, caller, params['id'])
        await resend(tx, comment, caller, clock.now())
        return oneCommentJson(tx, comment, caller.user)
      })
      outgoing.ring()
      return { body: json }
    },
  })
}

async function resend(tx: Tx, { id }: Comment, { user }: Caller, at: Date): Promise<void> {
  const lost = (await deliveriesOf(tx, [id])).filter(({ outcome }) =>
    ['failed', 'bounced', 'uncertain'].includes(outcome),
  )
  if (lost.length === 0) {
    throw new AppError('conflict', 'nothing-to-resend', 'Nothing of this comment came back.')
  }
  for (const row of lost) await manageDelivery(tx, { id: row.id, verb: 'retry', by: user }, at)
}
