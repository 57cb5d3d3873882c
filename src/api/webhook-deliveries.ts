/** /webhooks/{id}/deliveries: what each webhook was told, and how that went. */
import { redeliver } from '../desk/manage-webhooks.ts'
import { findWebhookDelivery, listWebhookDeliveries } from '../store/webhook-deliveries.ts'
import { findWebhook } from '../store/webhooks.ts'
import { pageSchema } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { idAt, pageOf } from './page.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route } from './route.ts'
import {
  WebhookDeliveryDetailJson,
  webhookDeliveryDetailJson,
  WebhookDeliveryJson,
  webhookDeliveryJson,
} from './webhook-json.ts'
import { WebhookDeliveryQuery } from './webhook-schemas.ts'

export function webhookDeliveryRoutes(deps: ApiDeps): readonly Route[] {
  return [listRoute(deps), oneRoute(deps), redeliverRoute(deps)]
}

const DELIVERIES = '/api/v1/webhooks/:id/deliveries'
const DELIVERY = `${DELIVERIES}/:delivery`

function listRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: DELIVERIES,
    summary: 'Deliveries of a webhook, newest first; settled ones are kept for 30 days',
    roles: ['admin'],
    scopes: ['webhooks:read'],
    query: WebhookDeliveryQuery,
    body: null,
    answers: { 200: pageSchema(WebhookDeliveryJson) },
    async handle({ params, query, search }) {
      const webhookId = idOf(params['id'])
      if ((await findWebhook(store.read, webhookId)) === null) throw notFound()
      const question = { route: `webhook deliveries ${webhookId}`, search }
      const beforeId = idAt(query.cursor, question)
      const rows = await listWebhookDeliveries(store.read, {
        webhookId,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(beforeId === undefined ? {} : { beforeId }),
        limit: query.limit + 1,
      })
      const shown = rows.slice(0, query.limit).map(webhookDeliveryJson)
      return { body: pageOf(rows, query.limit, question, shown) }
    },
  })
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: DELIVERY,
    summary: 'One delivery: what was sent, and how each attempt went',
    roles: ['admin'],
    scopes: ['webhooks:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: WebhookDeliveryDetailJson },
    async handle({ params }) {
      const delivery = await findWebhookDelivery(store.read, keyOf(params))
      if (delivery === null) throw notFound()
      return { body: webhookDeliveryDetailJson(delivery) }
    },
  })
}

function redeliverRoute({ store, clock, webhooksDue }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${DELIVERY}/redeliver`,
    summary: 'Sends a delivery again, as the same message',
    roles: ['admin'],
    scopes: ['webhooks:write'],
    query: NO_QUERY,
    body: null,
    answers: { 202: WebhookDeliveryJson },
    refuses: ['409 webhook-inactive'],
    async handle({ params }) {
      const delivery = await store.transaction((tx) => redeliver(tx, keyOf(params), clock.now()))
      webhooksDue.ring()
      return { status: 202, body: webhookDeliveryJson(delivery) }
    },
  })
}

const keyOf = (params: Readonly<Record<string, string | undefined>>) => ({
  webhookId: idOf(params['id']),
  id: idOf(params['delivery']),
})
