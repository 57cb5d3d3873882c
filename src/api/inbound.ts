/** /inbound: the ledger of every message a server ever showed us, and their exact bytes. */
import { z } from 'zod'
import { ticketClosed } from '../desk/add-comment.ts'
import {
  discardInboundMessage,
  releaseInboundMessage,
  reprocessInbound,
} from '../desk/inbound-orders.ts'
import { wantWhole } from '../desk/whole-messages.ts'
import { findInbound, type InboundMessage, listInbound } from '../store/inbound-messages.ts'
import { listInboxRows } from '../store/inboxes.ts'
import type { Store, Tx } from '../store/open.ts'
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { media, pageSchema } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { download } from './download.ts'
import { intact, missingFile } from './intact.ts'
import { InboundJson, inboundJson } from './mail-json.ts'
import { idAt, pageOf } from './page.ts'
import { invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route, STAFF } from './route.ts'
import { InboundQuery, ReleaseBody } from './schemas.ts'

export function inboundRoutes(deps: ApiDeps): readonly Route[] {
  return [
    listRoute(deps),
    oneRoute(deps),
    sourceRoute(deps),
    reprocessRoute(deps),
    releaseRoute(deps),
    discardRoute(deps),
    fetchRoute(deps),
  ]
}

function listRoute({ store, inboxes }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/inbound',
    summary: 'Messages that came in, newest first, with their fate',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: InboundQuery,
    body: null,
    answers: { 200: pageSchema(InboundJson) },
    async handle({ query, search }) {
      const question = { route: 'inbound', search }
      const beforeId = idAt(query.cursor, question)
      const messages = await listInbound(store.read, {
        ...(query.fate === undefined ? {} : { fate: query.fate }),
        ...(query.message_id === undefined ? {} : { messageId: query.message_id }),
        ...(query.sender === undefined ? {} : { sender: query.sender }),
        ...(query.inbox === undefined ? {} : { inboxId: inboxIdOf(inboxes, query.inbox) }),
        ...(query.verdict === undefined ? {} : { verdict: query.verdict }),
        ...(query.ticket === undefined ? {} : { ticketId: query.ticket }),
        ...(query.received_after === undefined ? {} : { receivedAfter: query.received_after }),
        ...(query.received_before === undefined ? {} : { receivedBefore: query.received_before }),
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

/** By id or name; 0, which no inbox has: there is none like it. */
const inboxIdOf = (inboxes: ApiDeps['inboxes'], asked: string): number =>
  inboxes.find(({ id, name }) => String(id) === asked || name === asked)?.id ?? 0

async function inboxNames(store: Store): Promise<Map<number, string>> {
  return new Map((await listInboxRows(store.read)).map(({ id, name }) => [id, name]))
}

/** With what it was threaded by, and what was decided: each hint with its reason. */
const ExplainedJson = z
  .strictObject({ ...InboundJson.shape, evidence: z.record(z.string(), z.unknown()) })
  .meta({ id: 'InboundExplained' })

function oneRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/inbound/:id',
    summary: 'One message that came in',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: ExplainedJson },
    async handle({ params }) {
      const message = await findInbound(store.read, idOf(params['id']))
      if (message === null) throw notFound()
      return { body: { ...(await named(store, message)), evidence: message.evidence } }
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
    answers: { 200: media('message/rfc822') },
    refuses: ['410 file-missing'],
    async handle({ params }) {
      const message = await findInbound(store.read, idOf(params['id']))
      if (message === null || message.sha256 === null) throw notFound()
      const source = await context.blobs.open(message.sha256)
      if (source === null) throw missingFile()
      return download(intact(source, message.sha256), {
        contentType: 'message/rfc822',
        filename: `message-${message.id}.eml`,
      })
    },
  })
}

function reprocessRoute(deps: ApiDeps): Route {
  const { store, clock, arrived } = deps
  return route({
    method: 'POST',
    path: '/api/v1/inbound/:id/reprocess',
    summary: 'Decides again about a message that nothing came of, by the rules of today',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: InboundJson },
    refuses: ['409 already-done', '409 fate-not-allowed', '409 source-missing'],
    async handle({ caller, params }) {
      const order = { messageId: idOf(params['id']), by: caller.user }
      const at = clock.now()
      const message = await store.transaction((tx) => reprocessInbound(tx, order, at))
      arrived.ring()
      return { body: await named(store, message) }
    },
  })
}

function releaseRoute(deps: ApiDeps): Route {
  const { store, clock, arrived } = deps
  return route({
    method: 'POST',
    path: '/api/v1/inbound/:id/release',
    summary: 'Makes a ticket, or a comment of one, of a message that was held back',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: ReleaseBody,
    answers: { 200: InboundJson },
    refuses: [
      '409 already-done',
      '409 fate-not-allowed',
      '409 source-missing',
      '409 ticket-closed',
    ],
    async handle({ caller, params, body }) {
      const order = { messageId: idOf(params['id']), by: caller.user }
      const at = clock.now()
      const message = await store.transaction(async (tx) => {
        const into = body?.ticket === undefined ? null : await openTicketOf(tx, deps, body.ticket)
        return releaseInboundMessage(tx, { ...order, into }, at)
      })
      arrived.ring()
      return { body: await named(store, message) }
    },
  })
}

/** The ticket that is to have the message: there, and open for comments. */
async function openTicketOf(tx: Tx, { context }: ApiDeps, id: number): Promise<Ticket> {
  const ticket = await findVisibleTicket(tx, { participantId: null }, id)
  if (ticket === null) {
    const message = 'is no ticket'
    throw invalidMembers([{ pointer: '/ticket', code: 'unknown_ticket', message }])
  }
  if (!ruleOf(context.lifecycle, ticket.status).comments) throw ticketClosed(ticket)
  return ticket
}

function discardRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/inbound/:id/discard',
    summary: 'Puts a quarantined message away; its source stays',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: InboundJson },
    refuses: ['409 fate-not-allowed'],
    async handle({ caller, params }) {
      const order = { messageId: idOf(params['id']), by: caller.user }
      const at = clock.now()
      const message = await store.transaction((tx) => discardInboundMessage(tx, order, at))
      return { body: await named(store, message) }
    },
  })
}

function fetchRoute({ store, clock, config, inboxes }: ApiDeps): Route {
  const isFetched = ({ inboxId, folder }: InboundMessage): boolean => {
    const name = inboxes.find(({ id }) => id === inboxId)?.name
    return config.inboxes.some((one) => one.name === name && one.imap.folder === folder)
  }
  return route({
    method: 'POST',
    path: '/api/v1/inbound/:id/fetch',
    summary: 'Fetches the whole of a message of which only the beginning was taken',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: null,
    answers: { 200: InboundJson },
    refuses: ['409 already-whole', '409 no-ticket', '409 source-missing'],
    async handle({ params }) {
      const at = clock.now()
      const message = await store.transaction((tx) =>
        wantWhole(tx, idOf(params['id']), isFetched, at),
      )
      return { body: await named(store, message) }
    },
  })
}

async function named(store: Store, message: InboundMessage): Promise<InboundJson> {
  return inboundJson(message, (await inboxNames(store)).get(message.inboxId) ?? null)
}
