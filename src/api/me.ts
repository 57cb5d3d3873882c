/** /me: who one is to us. */
import { userJson } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Route, route } from './route.ts'

export function meRoutes(): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/me',
      summary: 'The user this token belongs to',
      roles: ALL,
      scopes: [],
      query: NO_QUERY,
      body: null,
      handle: async ({ caller }) => ({ body: userJson(caller.user) }),
    }),
  ]
}
