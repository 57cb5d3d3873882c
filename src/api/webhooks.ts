/** /webhooks: who is told of events over HTTP (Standard Webhooks). */
import { z } from 'zod'
import {
  changeWebhook,
  checkWebhookUrl,
  createWebhook,
  recoverWebhook,
  removeWebhook,
  rotateWebhookSecret,
  testWebhook,
} from '../desk/manage-webhooks.ts'
import { findWebhook, listWebhooks } from '../store/webhooks.ts'
import { Count, pageSchema } from './answers.ts'
import { requireScope } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { actorOf, idOf, notFound, type Route, route } from './route.ts'
import {
  WebhookDeliveryJson,
  webhookDeliveryJson,
  WebhookJson,
  webhookJson,
  WebhookWithSecretJson,
} from './webhook-json.ts'
import { RecoverBody, WebhookBody, WebhookPatch } from './webhook-schemas.ts'

export function webhookRoutes(deps: ApiDeps): readonly Route[] {
  return [
    listRoute(deps),
    createRoute(deps),
    oneRoute(deps),
    patchRoute(deps),
    deleteRoute(deps),
    testRoute(deps),
    rotateRoute(deps),
    recoverRoute(deps),
  ]
}

const WEBHOOKS = '/api/v1/webhooks'
const WEBHOOK = `${WEBHOOKS}/:id`
const READ = { roles: ['admin'], scopes: ['webhooks:read'], query: NO_QUERY, body: null } as const
const WRITE = { roles: ['admin'], scopes: ['webhooks:write'], query: NO_QUERY } as const
/** What a webhook sends its maker may read, or he would give himself more than he has. */
const READ_TEXTS = ['tickets:read'] as const

function listRoute({ store }: ApiDeps): Route {
  return route({
    ...READ,
    method: 'GET',
    path: WEBHOOKS,
    summary: 'Webhooks, newest first',
    answers: { 200: pageSchema(WebhookJson) },
    async handle() {
      const data = (await listWebhooks(store.read)).map(webhookJson)
      return { body: { data, page: { next_cursor: null, has_more: false } } }
    },
  })
}

function createRoute({ store, clock, config }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'POST',
    path: WEBHOOKS,
    summary:
      'Makes a webhook; only this answer has its secret. `include_bodies` wants tickets:read, too',
    body: WebhookBody,
    answers: { 201: WebhookWithSecretJson },
    secret: true,
    refuses: ['409 too-many-webhooks'],
    async handle({ caller, body: { include_bodies: includeBodies, ...body } }) {
      if (includeBodies) requireScope(caller, READ_TEXTS)
      await checkWebhookUrl({ url: body.url, ...config.webhooks })
      const input = { settings: { ...body, includeBodies }, actor: actorOf(caller) }
      const made = await store.transaction((tx) => createWebhook(tx, input, clock.now()))
      return {
        status: 201,
        headers: { Location: `${WEBHOOKS}/${made.id}` },
        body: { ...webhookJson(made), secret: made.secret },
      }
    },
  })
}

function oneRoute({ store }: ApiDeps): Route {
  return route({
    ...READ,
    method: 'GET',
    path: WEBHOOK,
    summary: 'One webhook',
    answers: { 200: WebhookJson },
    async handle({ params }) {
      const webhook = await findWebhook(store.read, idOf(params['id']))
      if (webhook === null) throw notFound()
      return { body: webhookJson(webhook) }
    },
  })
}

function patchRoute({ store, clock, config, webhooksDue }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'PATCH',
    path: WEBHOOK,
    summary:
      'Changes a webhook; switched on again, it goes on where it stopped, 3 days at most. One with `include_bodies` wants tickets:read, too',
    body: WebhookPatch,
    answers: { 200: WebhookJson },
    async handle({ caller, params, body }) {
      const id = idOf(params['id'])
      if (body.url !== undefined) await checkWebhookUrl({ url: body.url, ...config.webhooks })
      const input = { id, change: changeOf(body), actor: actorOf(caller) }
      const webhook = await store.transaction(async (tx) => {
        const changed = await changeWebhook(tx, input, clock.now())
        // Not only who switches it on: another address would get the texts as well.
        if (changed.includeBodies) requireScope(caller, READ_TEXTS)
        return changed
      })
      webhooksDue.ring()
      return { body: webhookJson(webhook) }
    },
  })
}

const changeOf = ({ include_bodies: includeBodies, ...rest }: WebhookPatch) => ({
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  ...(includeBodies === undefined ? {} : { includeBodies }),
})

function deleteRoute({ store, clock }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'DELETE',
    path: WEBHOOK,
    summary: 'Deletes a webhook with all its deliveries',
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const input = { id: idOf(params['id']), actor: actorOf(caller) }
      await store.transaction((tx) => removeWebhook(tx, input, clock.now()))
      return { status: 204 }
    },
  })
}

function testRoute({ store, clock, config, webhooksDue }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'POST',
    path: `${WEBHOOK}/test`,
    summary: 'Sends a test; its delivery tells how it went',
    body: null,
    answers: { 202: WebhookDeliveryJson },
    refuses: ['409 webhook-inactive'],
    async handle({ caller: { user }, params }) {
      const input = {
        id: idOf(params['id']),
        userId: user.id,
        userName: user.name,
        publicUrl: config.publicUrl,
      }
      const delivery = await store.transaction((tx) => testWebhook(tx, input, clock.now()))
      webhooksDue.ring()
      return { status: 202, body: webhookDeliveryJson(delivery) }
    },
  })
}

function rotateRoute({ store, clock }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'POST',
    path: `${WEBHOOK}/rotate-secret`,
    summary: 'Makes a new secret; for a day the old one signs too',
    body: null,
    answers: { 200: WebhookWithSecretJson },
    secret: true,
    async handle({ caller, params }) {
      const input = { id: idOf(params['id']), actor: actorOf(caller) }
      const webhook = await store.transaction((tx) => rotateWebhookSecret(tx, input, clock.now()))
      return { body: { ...webhookJson(webhook), secret: webhook.secret } }
    },
  })
}

function recoverRoute({ store, clock, webhooksDue }: ApiDeps): Route {
  return route({
    ...WRITE,
    method: 'POST',
    path: `${WEBHOOK}/recover`,
    summary: 'Sends everything since an instant that did not arrive',
    body: RecoverBody,
    answers: { 202: z.strictObject({ failed_sent_again: Count }) },
    refuses: ['409 webhook-inactive'],
    async handle({ params, body: { since } }) {
      const input = { id: idOf(params['id']), since }
      const failed = await store.transaction((tx) => recoverWebhook(tx, input, clock.now()))
      webhooksDue.ring()
      return { status: 202, body: { failed_sent_again: failed } }
    },
  })
}
