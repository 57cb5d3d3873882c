/**
 * /tickets/{id}/presence: which agents have a ticket open right now, so that two of them do not
 * answer at once. Kept in memory and gone with the process: it is a hint, never a lock.
 */
import { z } from 'zod'
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { Id, type Sent } from './answers.ts'
import { scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { idOf, notFound, type Route, route, STAFF } from './route.ts'

const PresentJson = z.strictObject({
  id: Id,
  name: z.string().nullable(),
  state: z.enum(['viewing', 'replying']),
})
type PresentJson = Sent<z.output<typeof PresentJson>>

const PresenceBody = z.strictObject({ state: z.enum(['viewing', 'replying', 'gone']) })
/** Who has not been heard of for so long is not there any more. */
const PRESENT_MS = 12_000
/** Beyond it nobody could read the hint; bounds what is held. */
const TICKETS_MAX = 10_000

type Present = PresentJson & { readonly until: number }

export function presenceRoutes({ store, clock }: ApiDeps): readonly Route[] {
  const tickets = new Map<number, Map<number, Present>>()
  return [
    route({
      method: 'POST',
      path: '/api/v1/tickets/:id/presence',
      summary: 'Says that one has the ticket open, and hears who else has',
      roles: STAFF,
      scopes: ['tickets:read'],
      query: NO_QUERY,
      body: PresenceBody,
      answers: { 200: z.strictObject({ others: z.array(PresentJson) }) },
      async handle({ caller: { user, ...caller }, params, body: { state } }) {
        const id = idOf(params['id'])
        const scope = scopeOf({ user, ...caller })
        if ((await findVisibleTicket(store.read, scope, id)) === null) throw notFound()
        const now = clock.now().getTime()
        const present = presentAt(tickets, id, now)
        if (state === 'gone') present.delete(user.id)
        else present.set(user.id, { id: user.id, name: user.name, state, until: now + PRESENT_MS })
        if (present.size === 0) tickets.delete(id)
        const others = [...present.values()].filter((one) => one.id !== user.id)
        return { body: { others: others.map(({ until: _until, ...other }) => other) } }
      },
    }),
  ]
}

/** Those who are there now; who is gone is forgotten by the way. */
function presentAt(
  tickets: Map<number, Map<number, Present>>,
  id: number,
  now: number,
): Map<number, Present> {
  const known = tickets.get(id) ?? new Map<number, Present>()
  for (const [user, { until }] of known) if (until <= now) known.delete(user)
  // Moved to the end: the front is what nobody has asked about for longest.
  tickets.delete(id)
  tickets.set(id, known)
  const [oldest] = tickets.keys()
  if (tickets.size > TICKETS_MAX && oldest !== undefined) tickets.delete(oldest)
  return known
}
