/** /me: who one is to us, and one's own password. */
import { setOwnPassword } from '../desk/change-password.ts'
import { updateProfile } from '../desk/update-profile.ts'
import { lockAccount } from '../store/users.ts'
import { checkPassword, MePatch, PasswordBody } from './account-schemas.ts'
import type { ApiDeps } from './deps.ts'
import { UserJson, userJson } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import type { RateLimits } from './rate-limit.ts'
import { ALL, actorOf, notFound, type Route, route } from './route.ts'

export function meRoutes(deps: ApiDeps, limits: RateLimits): readonly Route[] {
  return [meRoute(), patchRoute(deps), passwordRoute(deps, limits)]
}

const meRoute = (): Route =>
  route({
    method: 'GET',
    path: '/api/v1/me',
    summary: 'The user this token or session belongs to',
    roles: ALL,
    scopes: [],
    query: NO_QUERY,
    body: null,
    answers: { 200: UserJson },
    handle: async ({ caller }) => ({ body: userJson(caller.user) }),
  })

function patchRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'PATCH',
    path: '/api/v1/me',
    summary: 'Changes one’s own name and language',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: MePatch,
    answers: { 200: UserJson },
    async handle({ caller, body }) {
      const user = await store.transaction(async (tx) => {
        const me = await lockAccount(tx, caller.user.id)
        if (me === null) throw notFound()
        const input = { user: me, change: body, actor: actorOf(caller) }
        return updateProfile(tx, input, clock.now())
      })
      return { body: userJson(user) }
    },
  })
}

function passwordRoute(deps: ApiDeps, limits: RateLimits): Route {
  const { clock, outgoing } = deps
  return route({
    method: 'PUT',
    path: '/api/v1/me/password',
    summary: 'Changes one’s own password; every other session ends',
    roles: ALL,
    scopes: 'unlimited',
    query: NO_QUERY,
    body: PasswordBody,
    answers: { 204: null },
    refuses: ['401 invalid-credentials'],
    async handle(request) {
      const { caller, body } = request
      const { user, session } = caller
      // Guessing the old one is no easier here than at the login.
      await limits.take('login', request, user.email)
      checkPassword(body.password, user.email)
      const input = {
        user,
        current: body.current_password,
        password: body.password,
        keepSession: session?.id ?? null,
      }
      await setOwnPassword(deps, input, clock.now())
      outgoing.ring()
      return { status: 204 }
    },
  })
}
