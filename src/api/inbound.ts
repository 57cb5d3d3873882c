/** /inbound: the ledger of every message a server ever showed us, and their exact bytes. */
import { findInbound, listInbound } from '../store/inbound-messages.ts'
import { listInboxRows } from '../store/inboxes.ts'
import type { Store } from '../store/open.ts'
import type { ApiDeps } from './deps.ts'
import { inboundJson } from './mail-json.ts'
import { idAt, pageOf } from './page.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route, STAFF } from './route.ts'
import { InboundQuery } from './schemas.ts'

export function inboundRoutes(deps: ApiDeps): readonly Route[] {
  return [listRoute(deps), oneRoute(deps), sourceRoute(deps)]
}

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/inbound',
    summary: 'Messages that came in, newest first, with their fate',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: InboundQuery,
    body: null,
    async handle({ query, search }) {
      const question = { route: 'inbound', search }
      const beforeId = idAt(query.cursor, question)
      const messages = await listInbound(store.read, {
        ...(query.fate === undefined ? {} : { fate: query.fate }),
        ...(query.message_id === undefined ? {} : { messageId: query.message_id }),
        ...(beforeId === undefined ? {} : { beforeId }),
        limit: query.limit + 1,
      })
      const names = await inboxNames(store)
      const shown = messages
        .slice(0, query.limit)
        .map((message) => inboundJson(message, names.get(message.inboxId) ?? null))
      return { body: pageOf(messages, query.limit, question, shown) }
    },
  })
}

async function inboxNames(store: Store): Promise<Map<number, string>> {
  return new Map((await listInboxRows(store.read)).map(({ id, name }) => [id, name]))
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/inbound/:id',
    summary: 'One message that came in',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: NO_QUERY,
    body: null,
    async handle({ params }) {
      const message = await findInbound(store.read, idOf(params['id']))
      if (message === null) throw notFound()
      const names = await inboxNames(store)
      return { body: inboundJson(message, names.get(message.inboxId) ?? null) }
    },
  })
}

function sourceRoute({ store, context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/inbound/:id/source',
    summary: 'The exact bytes of a message that came in',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: NO_QUERY,
    body: null,
    async handle({ params }) {
      const message = await findInbound(store.read, idOf(params['id']))
      if (message === null || message.sha256 === null) throw notFound()
      const source = await context.blobs.open(message.sha256)
      if (source === null) throw notFound()
      return {
        body: source,
        headers: {
          'Content-Type': 'message/rfc822',
          'Content-Disposition': `attachment; filename="message-${message.id}.eml"`,
          // A mail is somebody else's HTML: should a browser open it all the same, it can do nothing.
          'Content-Security-Policy': `default-src 'none'; sandbox`,
        },
      }
    },
  })
}
