/** /privacy, /me/export and DELETE /me: what there is of a person, handed out or erased. */
import { z } from 'zod'
import { checkOwnPassword } from '../desk/change-password.ts'
import { deleteUser } from '../desk/delete-user.ts'
import { erasePerson, previewErasure } from '../desk/erase-person.ts'
import type { PersonCounts } from '../store/belongings.ts'
import { findPassword } from '../store/passwords.ts'
import { overwriteDeleted } from '../store/repeated-words.ts'
import { findUserByEmail, lockAccount } from '../store/users.ts'
import { insertEvents } from '../store/events.ts'
import type { User } from '../ticket/user.ts'
import { type AnswerTo, Count, media } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { download } from './download.ts'
import { archiveOf } from './person-archive.ts'
import { invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import type { RateLimits } from './rate-limit.ts'
import { ALL, actorOf, notFound, type Route, route } from './route.ts'
import { email } from './schemas.ts'
import { authorOf } from './ticket-changes.ts'

export function privacyRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  return [exportRoute(deps), eraseRoute(deps), ownExportRoute(deps), leaveRoute(deps, limits)]
}

const ErasureJson = z
  .strictObject({
    dry_run: z.boolean(),
    erased: z.strictObject({
      tickets: Count,
      comments: Count,
      attachments: Count,
      messages: Count,
      deliveries: Count,
    }),
  })
  .meta({ id: 'Erasure' })
const ZIP = { 200: media('application/zip') } as const

const ExportBody = z.strictObject({ email, include_internal: z.boolean().default(false) })

function exportRoute(deps: ApiDeps): Route {
  const { store, clock } = deps
  return route({
    method: 'POST',
    path: '/api/v1/privacy/exports',
    summary: 'Everything we have of a person, as a zip',
    roles: ['admin'],
    scopes: 'unlimited',
    query: NO_QUERY,
    body: ExportBody,
    secret: true,
    answers: ZIP,
    refuses: ['404 not-found'],
    async handle({ caller, body }) {
      const person = await findUserByEmail(store.read, body.email)
      if (person === null) throw notFound()
      const data = { user_id: person.id, exported: true }
      const event = { type: 'user.changed', ticketId: null, commentId: null, data } as const
      const actor = actorOf(caller)
      await store.transaction((tx) => insertEvents(tx, [{ ...event, actor }], clock.now()))
      const internal = body.include_internal
      const viewer = internal ? caller.user : asHimself(person)
      return zipAnswer(deps, { person, viewer, publicOnly: !internal })
    },
  })
}

function ownExportRoute(deps: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/me/export',
    summary: 'Everything we have of you, as a zip',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: null,
    answers: ZIP,
    async handle({ caller: { user } }) {
      return zipAnswer(deps, { person: user, viewer: asHimself(user), publicOnly: true })
    },
  })
}

/** As he sees his tickets as a customer, whatever else he is. */
const asHimself = (user: User): User => ({ ...user, role: 'customer' })

function zipAnswer(deps: ApiDeps, archive: Parameters<typeof archiveOf>[1]): AnswerTo<typeof ZIP> {
  return download(archiveOf(deps, archive), {
    contentType: 'application/zip',
    filename: `person-${archive.person.id}.zip`,
  })
}

const EraseBody = z.strictObject({
  email,
  dry_run: z.boolean().default(false),
  /** The address once more: nothing brings back what is erased. */
  confirm: email.optional(),
})

function eraseRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/privacy/erasures',
    summary: 'Erases a person: texts, files, sources, name and address; `dry_run` only counts',
    roles: ['admin'],
    scopes: 'unlimited',
    query: NO_QUERY,
    body: EraseBody,
    secret: true,
    answers: { 200: ErasureJson },
    refuses: ['404 not-found', '409 is-staff'],
    async handle({ caller, body }) {
      if (body.dry_run) {
        return {
          body: { dry_run: true, erased: countsJson(await previewErasure(store.read, body.email)) },
        }
      }
      if (body.confirm !== body.email) {
        const message = 'is not the address once more'
        throw invalidMembers([{ pointer: '/confirm', code: 'not_confirmed', message }])
      }
      const input = { email: body.email, author: authorOf(caller) }
      const counts = await store.transaction((tx) => erasePerson(tx, input, clock.now()))
      await overwriteDeleted(store)
      return { body: { dry_run: false, erased: countsJson(counts) } }
    },
  })
}

const countsJson = ({ tickets, comments, attachments, messages, deliveries }: PersonCounts) => ({
  tickets,
  comments,
  attachments,
  messages,
  deliveries,
})

const LeaveBody = z.strictObject({ password: z.string().max(1_024).optional() }).optional()

function leaveRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { store, clock } = deps
  return route({
    method: 'DELETE',
    path: '/api/v1/me',
    summary:
      'Deletes your account, with your password if you have one; tickets stay, without your name',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: LeaveBody,
    answers: { 204: null },
    refuses: ['401 invalid-credentials', '409 last-admin'],
    async handle(request) {
      const { caller, body } = request
      if ((await findPassword(store.read, caller.user.id)) !== null) {
        await limits.take('login', request, caller.user.email)
        await checkOwnPassword(deps, { user: caller.user, password: body?.password ?? '' })
      }
      const author = authorOf(caller)
      await store.transaction(async (tx) => {
        const user = await lockAccount(tx, caller.user.id)
        if (user === null) throw notFound()
        await deleteUser(tx, { user, tickets: 'anonymize', author }, clock.now())
      })
      return { status: 204 }
    },
  })
}
