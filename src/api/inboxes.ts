/** /inboxes: the configured inboxes and how their connections are right now. */
import { pendingByInbox } from '../store/reads/pending-inbound.ts'
import type { ApiDeps } from './deps.ts'
import { connectionJson } from './mail-json.ts'
import { NO_QUERY } from './query.ts'
import { type Route, route, STAFF } from './route.ts'

export function inboxRoutes({ store, health, inboxes }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/inboxes',
      summary: 'Inboxes with the live state of their connections',
      roles: STAFF,
      scopes: ['inboxes:read'],
      query: NO_QUERY,
      body: null,
      async handle() {
        const pending = await pendingByInbox(store.read)
        const data = inboxes.map(({ id, name, address }) => ({
          id,
          name,
          address,
          imap: connectionJson(health.of(name, 'imap')),
          smtp: connectionJson(health.of(name, 'smtp')),
          pending: pending.get(id) ?? 0,
        }))
        return { body: { data, page: { next_cursor: null, has_more: false } } }
      },
    }),
  ]
}
