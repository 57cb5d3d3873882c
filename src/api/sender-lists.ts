/** /suppressions and /blocked-senders: to whom we send nothing automatic, and whom we do not hear. */
import { z } from 'zod'
import {
  blockSender,
  blockSenderOf,
  liftSuppression,
  suppressByHand,
  unblockSender,
} from '../desk/suppress.ts'
import { parseAddress } from '../mail/address.ts'
import { type BlockedSender, listBlockedSenders } from '../store/blocked-senders.ts'
import {
  listSuppressions,
  type StoredSuppression,
  SUPPRESSION_REASONS,
} from '../store/suppressions.ts'
import { Id, pageSchema, Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { idAt, pageOf } from './page.ts'
import { NO_QUERY, PAGE } from './query.ts'
import { actorOf, idOf, type Route, route, STAFF } from './route.ts'
import { address, email, line, oneOf, PageQuery } from './schemas.ts'

const NOTE_LENGTH_MAX = 500
const SUPPRESSIONS = '/api/v1/suppressions'
const BLOCKED = '/api/v1/blocked-senders'

const SuppressionQuery = z.strictObject({
  address: address.optional(),
  reason: oneOf(SUPPRESSION_REASONS),
  ...PAGE,
})
const SuppressionBody = z.strictObject({
  address: email,
  detail: line(NOTE_LENGTH_MAX).default(''),
})
const BlockBody = z.strictObject({
  sender: z.string().transform((text, context): string => {
    const isDomain = /^@[^@\s]+\.[^@\s.]+$/.test(text)
    const found = isDomain ? text.toLowerCase() : parseAddress(text)
    if (found !== null) return found
    context.addIssue({ code: 'custom', message: 'is neither an email address nor @ and a domain' })
    return z.NEVER
  }),
  note: line(NOTE_LENGTH_MAX).nullable().default(null),
})

export function senderListRoutes(deps: ApiDeps): readonly Route[] {
  return [
    suppressionsRoute(deps),
    suppressRoute(deps),
    releaseRoute(deps),
    blockedRoute(deps),
    blockRoute(deps),
    unblockRoute(deps),
    blockSenderRoute(deps),
  ]
}

function suppressionsRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: SUPPRESSIONS,
    summary: 'Addresses that get no automatic mail, with the reason, newest first',
    roles: STAFF,
    scopes: ['outbox:read'],
    query: SuppressionQuery,
    body: null,
    answers: { 200: pageSchema(SuppressionJson) },
    async handle({ query, search }) {
      const question = { route: 'suppressions', search }
      const beforeId = idAt(query.cursor, question)
      const rows = await listSuppressions(store.read, {
        ...(query.address === undefined ? {} : { address: query.address }),
        ...(query.reason === undefined ? {} : { reason: query.reason }),
        ...(beforeId === undefined ? {} : { beforeId }),
        limit: query.limit + 1,
      })
      const shown = rows.slice(0, query.limit).map(suppressionJson)
      return { body: pageOf(rows, query.limit, question, shown) }
    },
  })
}

function suppressRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: SUPPRESSIONS,
    summary: 'Sends no more automatic mail to an address; people’s answers still go there',
    roles: STAFF,
    scopes: ['outbox:write'],
    query: NO_QUERY,
    body: SuppressionBody,
    answers: { 201: SuppressionJson },
    async handle({ caller, body }) {
      const input = { ...body, actor: actorOf(caller) }
      const made = await store.transaction((tx) => suppressByHand(tx, input, clock.now()))
      return { status: 201, body: suppressionJson(made) }
    },
  })
}

function releaseRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: `${SUPPRESSIONS}/:id`,
    summary: 'Sends automatic mail there again',
    roles: STAFF,
    scopes: ['outbox:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const input = { id: idOf(params['id']), actor: actorOf(caller) }
      await store.transaction((tx) => liftSuppression(tx, input, clock.now()))
      return { status: 204 }
    },
  })
}

const SuppressionJson = z
  .strictObject({
    id: Id,
    address: z.string(),
    reason: z.enum(SUPPRESSION_REASONS),
    detail: z.string(),
    created_at: Time,
  })
  .meta({ id: 'Suppression' })

const suppressionJson = (suppression: StoredSuppression) => ({
  id: suppression.id,
  address: suppression.address,
  reason: suppression.reason,
  detail: suppression.detail,
  created_at: suppression.createdAt.toISOString(),
})

function blockedRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: BLOCKED,
    summary: 'Senders whose mail is put away, newest first',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: PageQuery,
    body: null,
    answers: { 200: pageSchema(BlockedJson) },
    async handle({ query, search }) {
      const question = { route: 'blocked senders', search }
      const beforeId = idAt(query.cursor, question)
      const rows = await listBlockedSenders(store.read, {
        ...(beforeId === undefined ? {} : { beforeId }),
        limit: query.limit + 1,
      })
      const shown = rows.slice(0, query.limit).map(blockedJson)
      return { body: pageOf(rows, query.limit, question, shown) }
    },
  })
}

function blockRoute({ store, clock, inboxes }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: BLOCKED,
    summary:
      'Puts mail of an address or a domain away from now on; the messages stay in the ledger',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: BlockBody,
    answers: { 201: BlockedJson },
    refuses: ['409 sender-is-ours'],
    async handle({ caller, body }) {
      const order = { ...body, by: caller.user.id }
      const made = await store.transaction((tx) => blockSender(tx, inboxes, order, clock.now()))
      return { status: 201, body: blockedJson(made) }
    },
  })
}

function unblockRoute({ store, clock }: ApiDeps): Route {
  return route({
    method: 'DELETE',
    path: `${BLOCKED}/:id`,
    summary: 'Takes mail of this sender again',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: null,
    answers: { 204: null },
    async handle({ caller, params }) {
      const input = { id: idOf(params['id']), actor: actorOf(caller) }
      await store.transaction((tx) => unblockSender(tx, input, clock.now()))
      return { status: 204 }
    },
  })
}

function blockSenderRoute({ store, clock, inboxes }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/inbound/:id/block-sender',
    summary: 'Puts mail of the sender of a message away from now on',
    roles: STAFF,
    scopes: ['inbound:write'],
    query: NO_QUERY,
    body: null,
    answers: { 201: BlockedJson },
    refuses: ['409 no-sender', '409 sender-is-ours'],
    async handle({ caller, params }) {
      const order = { messageId: idOf(params['id']), by: caller.user.id }
      const made = await store.transaction((tx) => blockSenderOf(tx, inboxes, order, clock.now()))
      return { status: 201, body: blockedJson(made) }
    },
  })
}

const BlockedJson = z
  .strictObject({
    id: Id,
    /** An address, or @ and a domain. */
    sender: z.string(),
    note: z.string().nullable(),
    blocked_by: Id.nullable(),
    created_at: Time,
  })
  .meta({ id: 'BlockedSender' })

const blockedJson = (blocked: BlockedSender) => ({
  id: blocked.id,
  sender: blocked.sender,
  note: blocked.note,
  blocked_by: blocked.blockedBy,
  created_at: blocked.createdAt.toISOString(),
})
