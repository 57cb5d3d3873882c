/** /outbox: mail that we owe, and what became of it. */
import { DELIVERY_VERBS, type DeliveryVerb, manageDelivery } from '../desk/manage-deliveries.ts'
import { listOutbox } from '../store/outbox.ts'
import { pageSchema } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { OutboxJson, outboxJson } from './mail-json.ts'
import { idAt, pageOf } from './page.ts'
import { NO_QUERY } from './query.ts'
import { idOf, type Route, route, STAFF } from './route.ts'
import { OutboxQuery } from './schemas.ts'

export function outboxRoutes(deps: ApiDeps): readonly Route[] {
  return [listRoute(deps), ...DELIVERY_VERBS.map((verb) => verbRoute(deps, verb))]
}

const SUMMARIES: Readonly<Record<DeliveryVerb, string>> = {
  retry: 'Sends a message again that failed, came back, or may not have arrived',
  release: 'Lets a message go that was held',
  discard: 'Drops a message that is not on its way',
}

const ONLY_FROM = '409 outcome-not-allowed'

function verbRoute({ store, clock, outgoing }: ApiDeps, verb: DeliveryVerb): Route {
  return route({
    method: 'POST',
    path: `/api/v1/outbox/:id/${verb}`,
    summary: SUMMARIES[verb],
    roles: STAFF,
    scopes: ['outbox:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: OutboxJson },
    refuses: verb === 'discard' ? [ONLY_FROM] : [ONLY_FROM, '409 source-missing'],
    async handle({ caller, params }) {
      const order = { id: idOf(params['id']), verb, by: caller.user }
      const at = clock.now()
      const row = await store.transaction((tx) => manageDelivery(tx, order, at))
      outgoing.ring()
      return { body: outboxJson(row) }
    },
  })
}

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/outbox',
    summary: 'Outgoing messages, newest first',
    roles: STAFF,
    scopes: ['outbox:read'],
    query: OutboxQuery,
    body: null,
    answers: { 200: pageSchema(OutboxJson) },
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
  })
}
