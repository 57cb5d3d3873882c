/** /inboxes: the configured inboxes, how their connections are right now, and orders about them. */
import { z } from 'zod'
import { setInboxPaused } from '../desk/pause-inbox.ts'
import { orderLook } from '../store/inbox-leases.ts'
import { listPausedInboxes } from '../store/inboxes.ts'
import { pendingByInbox } from '../store/reads/pending-inbound.ts'
import type { Inbox } from '../ticket/inbox.ts'
import { Count, Id, pageSchema, Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { ConnectionJson, connectionJson } from './mail-json.ts'
import { instant } from './people-json.ts'
import { NO_QUERY } from './query.ts'
import { actorOf, idOf, notFound, type Route, route, STAFF } from './route.ts'

export function inboxRoutes(deps: ApiDeps): readonly Route[] {
  return [
    listRoute(deps),
    oneRoute(deps),
    pauseRoute(deps, { verb: 'pause', summary: 'Fetches no mail until it goes on' }),
    pauseRoute(deps, { verb: 'resume', summary: 'Fetches mail again' }),
    syncRoute(deps),
    testRoute(deps),
  ]
}

const INBOXES = '/api/v1/inboxes'
const INBOX = `${INBOXES}/:id`

const InboxJson = z
  .strictObject({
    id: Id,
    name: z.string(),
    address: z.string(),
    /** Null: it is not paused. */
    paused_at: Time.nullable(),
    imap: ConnectionJson,
    smtp: ConnectionJson,
    /** Messages that were fetched and wait to be taken in. */
    pending: Count,
  })
  .meta({ id: 'Inbox' })

const LoginJson = z.strictObject({ ok: z.boolean(), detail: z.string() })
const ServerTestJson = z
  .strictObject({ imap: LoginJson, smtp: LoginJson })
  .meta({ id: 'ServerTest' })

function listRoute(deps: ApiDeps): Route {
  return route({
    method: 'GET',
    path: INBOXES,
    summary: 'Inboxes with the live state of their connections',
    roles: STAFF,
    scopes: ['inboxes:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(InboxJson) },
    handle: async () => ({
      body: { data: await shown(deps), page: { next_cursor: null, has_more: false } },
    }),
  })
}

function oneRoute(deps: ApiDeps): Route {
  return route({
    method: 'GET',
    path: INBOX,
    summary: 'One inbox with the live state of its connections',
    roles: STAFF,
    scopes: ['inboxes:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: InboxJson },
    handle: async ({ params }) => ({ body: await shownOne(deps, inboxOf(deps, params)) }),
  })
}

function pauseRoute(
  deps: ApiDeps,
  { verb, summary }: { verb: 'pause' | 'resume'; summary: string },
): Route {
  const { store, clock, inboxOrders } = deps
  return route({
    method: 'POST',
    path: `${INBOX}/${verb}`,
    summary,
    roles: ['admin'],
    scopes: ['inboxes:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: InboxJson },
    async handle({ caller, params }) {
      const inbox = inboxOf(deps, params)
      const input = { inboxId: inbox.id, paused: verb === 'pause', actor: actorOf(caller) }
      await store.transaction((tx) => setInboxPaused(tx, input, clock.now()))
      inboxOrders.of(inbox.id).bell.ring()
      return { body: await shownOne(deps, inbox) }
    },
  })
}

function syncRoute(deps: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${INBOX}/sync`,
    summary: 'Connects anew and compares the whole folder with the ledger',
    roles: STAFF,
    scopes: ['inboxes:write'],
    query: NO_QUERY,
    body: null,
    answers: { 202: InboxJson },
    async handle({ params }) {
      const inbox = inboxOf(deps, params)
      // First for a daemon elsewhere that may hold the inbox, then for ours.
      await deps.store.transaction((tx) => orderLook(tx, inbox.id))
      deps.inboxOrders.of(inbox.id).lookNow()
      return { status: 202, body: await shownOne(deps, inbox) }
    },
  })
}

function testRoute(deps: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${INBOX}/test`,
    summary: 'Logs in at both servers of an inbox, and tells how that went',
    roles: ['admin'],
    scopes: ['inboxes:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: ServerTestJson },
    handle: async ({ params }) => ({ body: await deps.testServers(inboxOf(deps, params).name) }),
  })
}

function inboxOf({ inboxes }: ApiDeps, params: Readonly<Record<string, string | undefined>>) {
  const id = idOf(params['id'])
  const inbox = inboxes.find((one) => one.id === id)
  if (inbox === undefined) throw notFound()
  return inbox
}

async function shownOne(deps: ApiDeps, { id }: Inbox) {
  const found = (await shown(deps)).find((one) => one.id === id)
  if (found === undefined) throw notFound()
  return found
}

async function shown({ store, health, inboxes }: ApiDeps) {
  const pending = await pendingByInbox(store.read)
  const paused = await listPausedInboxes(store.read)
  return inboxes.map(({ id, name, address }) => ({
    id,
    name,
    address,
    paused_at: instant(paused.get(id) ?? null),
    imap: connectionJson(health.of(name, 'imap')),
    smtp: connectionJson(health.of(name, 'smtp')),
    pending: pending.get(id) ?? 0,
  }))
}
