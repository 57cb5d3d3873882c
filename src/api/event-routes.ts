/** /events: what happens, as it happens; and /events/log, to be fetched piece by piece. */
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { isStaff } from '../ticket/user.ts'
import { media, pageSchema } from './answers.ts'
import { scopeOf } from './auth.ts'
import { EventJson } from './comment-json.ts'
import type { ApiDeps } from './deps.ts'
import { EventFeed } from './event-feed.ts'
import { type EventReader, readableEvents } from './event-reader.ts'
import { CHECK_MS, eventStream, HEARTBEAT_MS } from './event-stream.ts'
import { HttpError, invalidParameter } from './problem.ts'
import { ALL, type Caller, notFound, parseId, type Route, route, STAFF } from './route.ts'
import { EventLogQuery, EventsQuery } from './schemas.ts'

const STREAMS_MAX = 500
/** Browsers open one per window: several windows, and some that are just being replaced. */
const STREAMS_OF_ONE_MAX = 20

export function eventRoutes(deps: ApiDeps): readonly Route[] {
  const feed = new EventFeed(deps)
  return [streamRoute(deps, feed), logRoute(deps, feed)]
}

function streamRoute({ store, metrics }: ApiDeps, feed: EventFeed): Route {
  const open = new OpenStreams(metrics)
  return route({
    method: 'GET',
    path: '/api/v1/events',
    summary: 'What happens, as server-sent events; goes on after Last-Event-ID',
    roles: ALL,
    scopes: ['events:read'],
    query: EventsQuery,
    body: null,
    answers: { 200: media('text/event-stream') },
    refuses: ['404 not-found'],
    async handle({ caller, query, headers, again }) {
      if (feed.ending) throw new HttpError(503, 'not-ready', 'This daemon is stopping.')
      const { ticket: ticketId = caller.onlyTicketId ?? null } = query
      const reader = { user: caller.user, ticketId }
      if (ticketId !== null) await mayFollow(store.read, caller, ticketId)
      const afterId = lastEventId(headers['last-event-id']) ?? query.after ?? null
      const head = await feed.head()
      const leave = open.enter(caller.user.id)
      const now = async (): Promise<EventReader> => ({ ...reader, user: (await again()).user })
      const deps = { store, feed, heartbeatMs: HEARTBEAT_MS, checkMs: CHECK_MS, again: now }
      const body = eventStream(deps, reader, { afterId, head })
      body.once('close', leave)
      return {
        body,
        headers: {
          'Content-Type': 'text/event-stream; charset=utf-8',
          'Cache-Control': 'no-cache, no-transform',
          // nginx would hold the events back until its buffer is full.
          'X-Accel-Buffering': 'no',
        },
      }
    },
  })
}

async function mayFollow(
  db: Parameters<typeof findVisibleTicket>[0],
  caller: Caller,
  ticketId: number,
): Promise<void> {
  if ((await findVisibleTicket(db, scopeOf(caller), ticketId)) === null) throw notFound()
}

/** The header that clients send by themselves when they connect again; null: there is none. */
function lastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null
  const id = header === '0' ? 0 : parseId(String(header))
  if (id === null) throw invalidParameter('Last-Event-ID', 'is not the id of an event')
  return id
}

class OpenStreams {
  readonly #metrics: ApiDeps['metrics']
  readonly #ofUser = new Map<number, number>()
  #all = 0

  constructor(metrics: ApiDeps['metrics']) {
    this.#metrics = metrics
  }

  /** Returns what to call when the stream ends. */
  enter(userId: number): () => void {
    const own = this.#ofUser.get(userId) ?? 0
    if (own >= STREAMS_OF_ONE_MAX || this.#all >= STREAMS_MAX) {
      throw new HttpError(429, 'rate-limited', 'There are too many open streams.', {
        headers: { 'Retry-After': '60' },
      })
    }
    this.#ofUser.set(userId, own + 1)
    this.#all += 1
    this.#metrics.streaming(1)
    return () => this.#leave(userId)
  }

  #leave(userId: number): void {
    const own = (this.#ofUser.get(userId) ?? 1) - 1
    if (own === 0) this.#ofUser.delete(userId)
    else this.#ofUser.set(userId, own)
    this.#all -= 1
    this.#metrics.streaming(-1)
  }
}

function logRoute({ store }: ApiDeps, feed: EventFeed): Route {
  return route({
    method: 'GET',
    path: '/api/v1/events/log',
    summary: 'Events after one, oldest first: ask again after the last one you have',
    roles: STAFF,
    scopes: ['events:read'],
    query: EventLogQuery,
    body: null,
    answers: { 200: pageSchema(EventJson) },
    async handle({ caller, query }) {
      if (!isStaff(caller.user)) throw notFound()
      const upToId = await feed.head()
      const { events } = await readableEvents(
        store.read,
        { user: caller.user, ticketId: query.ticket ?? null },
        { afterId: query.after, upToId, limit: query.limit + 1 },
      )
      const data = events.slice(0, query.limit).map(({ json }) => json)
      const last = data.at(-1)?.id ?? query.after
      return {
        body: { data, page: { next_cursor: `${last}`, has_more: events.length > data.length } },
      }
    },
  })
}
