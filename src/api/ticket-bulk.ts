/** Many tickets at once, and one ticket as a whole: bulk changes, splitting, transcripts. */
import { Readable } from 'node:stream'
import type { TicketIndexer } from '../desk/index-tickets.ts'
import { splitTicket } from '../desk/split-ticket.ts'
import { TRANSCRIPT_FORMATS, type TranscriptFormat, transcriptOf } from '../desk/transcript.ts'
import { listTickets } from '../store/reads/ticket-list.ts'
import { lockVisibleTicket } from '../store/reads/visible-tickets.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { isStaff } from '../ticket/user.ts'
import { z } from 'zod'
import { Count, Id, media, type Sent } from './answers.ts'
import { scopeOf } from './auth.ts'
import { commentJson } from './comment-json.ts'
import { ticketOf } from './comments.ts'
import type { ApiDeps } from './deps.ts'
import { download } from './download.ts'
import { etagOf } from './preconditions.ts'
import { problemOf } from './problem.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, notFound, type Route, route, STAFF } from './route.ts'
import { BULK_MAX, SplitBody, TicketPatch } from './schemas.ts'
import { authorOf, patch } from './ticket-changes.ts'
import { filterOf, TicketQuery } from './ticket-query.ts'
import { TicketJson } from './ticket-json.ts'
import { oneJson } from './tickets.ts'

export function ticketBulkRoutes(deps: ApiDeps, index: TicketIndexer): readonly Route[] {
  return [bulkRoute(deps, index), splitRoute(deps), transcriptRoute(deps)]
}

/** Changes that wait for a commit together. */
const AT_ONCE = 25

const BulkResult = z.strictObject({
  id: Id,
  /** As if each had been changed by itself. */
  status: z.int(),
  /** Of the ticket after the change. */
  version: Id.optional(),
  problem: z.record(z.string(), z.unknown()).optional(),
})
type BulkResult = Sent<z.output<typeof BulkResult>>

const BulkJson = z
  .strictObject({
    data: z.array(BulkResult),
    changed: Count,
    failed: Count,
    /** More tickets match the filter than are changed at a time. */
    has_more: z.boolean(),
    /** Sent as `before`, this goes on with the others; null: there are none. */
    next_before: Id.nullable(),
  })
  .meta({ id: 'BulkResult' })

/** The parameters of the list, as members of a body. */
const BulkFilter = TicketQuery.omit({ cursor: true, limit: true, sort: true, deleted: true })

const BulkBody = z
  .strictObject({
    ids: z
      .array(z.int().positive())
      .min(1)
      .max(BULK_MAX)
      .transform((ids) => [...new Set(ids)])
      .optional(),
    filter: BulkFilter.refine(
      (filter) => Object.values(filter).some((value) => value !== undefined),
      'is empty',
    ).optional(),
    /** With a filter: only tickets with a smaller id. */
    before: z.int().positive().optional(),
    patch: TicketPatch.refine((patch) => Object.keys(patch).length > 0, 'is empty'),
  })
  .refine(({ before, filter }) => before === undefined || filter !== undefined, {
    message: 'goes with a filter',
    path: ['before'],
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    message: 'is to be there, or else a filter, and not both',
    path: ['ids'],
  })
type BulkBody = z.output<typeof BulkBody>

/** The tickets that are meant, newest first if a filter says which. */
async function meant(
  { store, context, clock }: ApiDeps,
  index: TicketIndexer,
  { caller, body }: { caller: Caller; body: BulkBody },
): Promise<{ ids: readonly number[]; nextBefore: number | null }> {
  const { ids, filter, before } = body
  if (filter === undefined) return { ids: ids ?? [], nextBefore: null }
  if (filter.q !== undefined) await index.catchUp()
  const query = { ...filter, sort: { by: 'id', descending: true }, limit: BULK_MAX } as const
  const { tickets, lookedDownTo } = await listTickets(store.read, {
    ...filterOf(query, { caller, lifecycle: context.lifecycle, at: clock.now() }),
    after: before === undefined ? undefined : { id: before, key: before },
    limit: BULK_MAX + 1,
  })
  const found = tickets.slice(0, BULK_MAX).map(({ id }) => id)
  const nextBefore = tickets.length > BULK_MAX ? (found.at(-1) ?? null) : lookedDownTo
  return { ids: found, nextBefore }
}

function bulkRoute(deps: ApiDeps, index: TicketIndexer): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tickets/bulk',
    summary: 'Changes many tickets, each by itself: one that is refused holds up no other',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: BulkBody,
    answers: { 200: BulkJson },
    refuses: ['400 unknown-status'],
    async handle({ caller, body }) {
      const { ids: all, nextBefore } = await meant(deps, index, { caller, body })
      const data: BulkResult[] = []
      try {
        for (let start = 0; start < all.length; start += AT_ONCE) {
          const ids = all.slice(start, start + AT_ONCE)
          data.push(...(await Promise.all(ids.map((id) => changed(deps, caller, id, body.patch)))))
        }
      } finally {
        // A failure half-way takes back nothing of what was changed before.
        deps.outgoing.ring()
      }
      const failed = data.filter(({ status }) => status !== 200).length
      const more = { has_more: nextBefore !== null, next_before: nextBefore }
      return { body: { data, changed: data.length - failed, failed, ...more } }
    },
  })
}

async function changed(
  deps: ApiDeps,
  caller: Caller,
  id: number,
  body: TicketPatch,
): Promise<BulkResult> {
  try {
    const { version } = await deps.store.transaction(async (tx) => {
      const ticket = await lockVisibleTicket(tx, scopeOf(caller), id)
      if (ticket === null) throw notFound()
      return patch(tx, deps, { caller, ticket, body, isOneOfMany: true }, deps.clock.now())
    })
    return { id, status: 200, version }
  } catch (err) {
    const { status, body: problem, isFailure } = problemOf(err, `bulk-${id}`)
    // What is wrong with us is wrong with all of them.
    if (isFailure) throw err
    return { id, status, problem }
  }
}

function splitRoute(deps: ApiDeps): Route {
  const { store, context, clock } = deps
  return route({
    method: 'POST',
    path: '/api/v1/tickets/:id/split',
    summary: 'Makes a ticket of its own of some comments',
    roles: STAFF,
    scopes: ['tickets:write'],
    query: NO_QUERY,
    body: SplitBody,
    answers: { 201: TicketJson },
    refuses: ['409 nothing-left', '422 unknown-comment'],
    async handle({ caller, params, body }) {
      const id = idOf(params['id'])
      const json = await store.transaction(async (tx) => {
        const ticket = await lockVisibleTicket(tx, scopeOf(caller), id)
        if (ticket === null) throw notFound()
        const input = {
          ticketId: id,
          commentIds: body.comment_ids,
          subject: body.subject ?? null,
          author: authorOf(caller),
        }
        const made = await splitTicket(tx, context, input, clock.now())
        return oneJson(tx, made, context.lifecycle, caller.user)
      })
      const headers = { Location: `/api/v1/tickets/${json.id}`, ETag: etagOf(json) }
      return { status: 201, body: json, headers }
    },
  })
}

const TYPES: Readonly<Record<TranscriptFormat, string>> = {
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  mbox: 'application/mbox',
  json: 'application/json',
}

const TranscriptQuery = z.strictObject({
  format: z
    .enum(TRANSCRIPT_FORMATS, `is not one of ${TRANSCRIPT_FORMATS.join(', ')}`)
    .default('txt'),
})

function transcriptRoute({ store, context, inboxes }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tickets/:id/transcript',
    summary: 'The whole conversation as a file: text, a page, mails or data',
    roles: ALL,
    scopes: ['tickets:read'],
    query: TranscriptQuery,
    body: null,
    answers: { 200: media('text/plain', 'text/html', 'application/mbox', 'application/json') },
    async handle({ caller, params, query }) {
      const ticket = await ticketOf(store.read, caller, params['id'])
      const viewer = caller.user
      const inbox = inboxOrFirst(inboxes, ticket.inboxId)
      const pieces = transcriptOf(store.read, {
        ticket,
        format: query.format,
        publicOnly: !isStaff(viewer),
        desk: {
          name: inbox?.name ?? 'Support',
          // RFC 2606 §2: an address that is nobody's.
          address: inbox?.address ?? 'desk@desk.invalid',
        },
        json: (view) => commentJson(view, viewer),
        about: await oneJson(store.read, ticket, context.lifecycle, viewer),
      })
      const filename = `ticket-${ticket.id}.${query.format}`
      return download(Readable.from(pieces), { contentType: TYPES[query.format], filename })
    },
  })
}
