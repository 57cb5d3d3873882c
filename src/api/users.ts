/** /users: who is there, who may come in, and who may do what. For admins; agents look. */
import { deleteUser } from '../desk/delete-user.ts'
import { inviteUser } from '../desk/invite-user.ts'
import {
  approveUser,
  changeRole,
  changeRoleByOne,
  disableUser,
  enableUser,
  rejectUser,
} from '../desk/manage-users.ts'
import { updateProfile } from '../desk/update-profile.ts'
import type { Tx } from '../store/open.ts'
import { deleteSessions } from '../store/sessions.ts'
import { findAccount, lockAccount, searchUsers } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import {
  checkPassword,
  DeleteUserQuery,
  NewUserBody,
  RoleBody,
  UserPatch,
  UserQuery,
} from './account-schemas.ts'
import { pageSchema } from './answers.ts'
import { requireScope } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { idAt, pageOf } from './page.ts'
import { UserJson, userJson } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import type { Refused } from './refusals.ts'
import {
  actorOf,
  type Caller,
  idOf,
  type Needed,
  notFound,
  type Route,
  route,
  STAFF,
} from './route.ts'
import { authorOf } from './ticket-changes.ts'

export function userRoutes(deps: ApiDeps): readonly Route[] {
  return [
    listRoute(deps),
    createRoute(deps),
    oneRoute(deps),
    patchRoute(deps),
    deleteRoute(deps),
    roleRoute(deps),
    endSessionsRoute(deps),
    ...stepRoutes(deps),
  ]
}

const USERS = '/api/v1/users'
const USER = `${USERS}/:id`

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: USERS,
    summary: 'People, newest first',
    roles: STAFF,
    scopes: ['users:read'],
    query: UserQuery,
    body: null,
    answers: { 200: pageSchema(UserJson) },
    async handle({ query, search }) {
      const question = { route: 'users', search }
      const rows = await searchUsers(store.read, {
        roles: query.role,
        states: query.state,
        text: query.q,
        beforeId: idAt(query.cursor, question),
        limit: query.limit + 1,
      })
      const items = rows.slice(0, query.limit).map(userJson)
      return { body: pageOf(rows, query.limit, question, items) }
    },
  })
}

function createRoute({ store, context, clock, passwords, outgoing }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: USERS,
    summary:
      'Adds somebody, who may come in at once; a mail tells him. Staff, and a password, want a token without limits',
    roles: ['admin'],
    scopes: ['users:write'],
    query: NO_QUERY,
    body: NewUserBody,
    answers: { 201: UserJson },
    refuses: ['409 email-in-use'],
    async handle({ caller, body: { password, ...person } }) {
      if (person.role !== 'customer' || password !== undefined) requireScope(caller, 'unlimited')
      if (password !== undefined) checkPassword(password, person.email)
      const passwordHash = password === undefined ? null : await passwords.hash(password)
      const input = { ...person, passwordHash, actor: actorOf(caller) }
      const user = await store.transaction((tx) => inviteUser(tx, context, input, clock.now()))
      outgoing.ring()
      return {
        status: 201,
        headers: { Location: `${USERS}/${user.id}` },
        body: userJson(user),
      }
    },
  })
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: USER,
    summary: 'One person',
    roles: STAFF,
    scopes: ['users:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: UserJson },
    async handle({ params }) {
      const user = await findAccount(store.read, idOf(params['id']))
      if (user === null) throw notFound()
      return { body: userJson(user) }
    },
  })
}

function patchRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PATCH',
    path: USER,
    summary: 'Changes name and language; disables, and enables again',
    roles: ['admin'],
    scopes: ['users:write'],
    query: NO_QUERY,
    body: UserPatch,
    answers: { 200: UserJson },
    refuses: [
      '409 approval-pending',
      '409 email-not-verified',
      '409 last-admin',
      '409 not-registered',
      '409 own-account',
    ],
    async handle({ caller, params, body: { disabled, ...change } }) {
      const at = clock.now()
      const actor = actorOf(caller)
      const user = await store.transaction(async (tx) => {
        const found = await userOf(tx, params)
        const named = await updateProfile(tx, { user: found, change, actor }, at)
        if (disabled === undefined) return named
        const verb = disabled ? disableUser : enableUser
        return verb(tx, { user: named, actor }, at)
      })
      return { body: userJson(user) }
    },
  })
}

function deleteRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: USER,
    summary: 'Deletes an account; `tickets` says what becomes of what he asked for',
    roles: ['admin'],
    scopes: ['users:write'],
    query: DeleteUserQuery,
    body: null,
    answers: { 204: null },
    refuses: ['409 last-admin'],
    async handle({ caller, params, query: { tickets } }) {
      await store.transaction(async (tx) => {
        const user = await userOf(tx, params)
        await deleteUser(tx, { user, tickets, author: authorOf(caller) }, clock.now())
      })
      return { status: 204 }
    },
  })
}

function roleRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PUT',
    path: `${USER}/role`,
    summary: 'Gives a role; his sessions end',
    roles: ['admin'],
    ...ROLE,
    query: NO_QUERY,
    body: RoleBody,
    answers: { 200: UserJson },
    refuses: ['409 last-admin'],
    async handle({ caller, params, body: { role } }) {
      const user = await store.transaction(async (tx) => {
        const found = await userOf(tx, params)
        return changeRole(tx, { user: found, role, actor: actorOf(caller) }, clock.now())
      })
      return { body: userJson(user) }
    },
  })
}

function endSessionsRoute({ store }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: `${USER}/sessions`,
    summary: 'Logs somebody out everywhere',
    roles: ['admin'],
    scopes: ['users:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ params }) {
      await store.transaction(async (tx) => deleteSessions(tx, (await userOf(tx, params)).id))
      return { status: 204 }
    },
  })
}

type Step = (tx: Tx, input: { user: User; caller: Caller }, at: Date) => Promise<User>

function stepRoutes(deps: ApiDeps): Route[] {
  const { context } = deps
  const by = (caller: Caller) => ({ actor: actorOf(caller) })
  return [
    stepRoute(
      deps,
      { verb: 'approve', summary: 'Lets somebody in who registered', refuses: NOT_WAITING },
      (tx, { user, caller }, at) => approveUser(tx, context, { user, ...by(caller) }, at),
    ),
    stepRoute(
      deps,
      {
        verb: 'reject',
        summary: 'Does not let him in',
        refuses: [...NOT_WAITING, '409 already-approved'],
      },
      (tx, { user, caller }, at) => rejectUser(tx, context, { user, ...by(caller) }, at),
    ),
    stepRoute(
      deps,
      { ...ROLE, verb: 'promote', summary: 'One role up', refuses: ['409 no-such-step'] },
      (tx, { user, caller }, at) => changeRoleByOne(tx, { user, step: 1, ...by(caller) }, at),
    ),
    stepRoute(
      deps,
      { ...ROLE, verb: 'demote', summary: 'One role down', refuses: NOT_DOWN },
      (tx, { user, caller }, at) => changeRoleByOne(tx, { user, step: -1, ...by(caller) }, at),
    ),
  ]
}

/** A token with these rights would give itself, by another user, all the others. */
const ROLE = { scopes: 'unlimited' } as const
const NOT_DOWN: readonly Refused[] = ['409 last-admin', '409 no-such-step']
const NOT_WAITING: readonly Refused[] = [
  '409 account-disabled',
  '409 email-not-verified',
  '409 not-registered',
]

function stepRoute(
  { store, clock, outgoing }: ApiDeps,
  {
    verb,
    ...about
  }: { verb: string; summary: string; scopes?: Needed; refuses: readonly Refused[] },
  step: Step,
) {
  return route({
    scopes: ['users:write'],
    ...about,
    method: 'POST',
    path: `${USER}/${verb}`,
    roles: ['admin'],
    query: NO_QUERY,
    body: null,
    answers: { 200: UserJson },
    async handle({ caller, params }) {
      const user = await store.transaction(async (tx) =>
        step(tx, { user: await userOf(tx, params), caller }, clock.now()),
      )
      outgoing.ring()
      return { body: userJson(user) }
    },
  })
}

async function userOf(tx: Tx, params: Readonly<Record<string, string | undefined>>): Promise<User> {
  const user = await lockAccount(tx, idOf(params['id']))
  if (user === null) throw notFound()
  return user
}
