/** /outbox: mail that we owe, and what became of it. */
import { listOutbox } from '../store/outbox.ts'
import type { ApiDeps } from './deps.ts'
import { outboxJson } from './mail-json.ts'
import { idAt, pageOf } from './page.ts'
import { type Route, route, STAFF } from './route.ts'
import { OutboxQuery } from './schemas.ts'

export function outboxRoutes({ store }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/outbox',
      summary: 'Outgoing messages, newest first',
      roles: STAFF,
      scopes: ['outbox:read'],
      query: OutboxQuery,
      body: null,
      async handle({ query, search }) {
        const question = { route: 'outbox', search }
        const beforeId = idAt(query.cursor, question)
        const messages = await listOutbox(store.read, {
          ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
          ...(query.ticket === undefined ? {} : { ticketId: query.ticket }),
          ...(query.kind === undefined ? {} : { kind: query.kind }),
          ...(beforeId === undefined ? {} : { beforeId }),
          limit: query.limit + 1,
        })
        const shown = messages.slice(0, query.limit).map(outboxJson)
        return { body: pageOf(messages, query.limit, question, shown) }
      },
    }),
  ]
}
