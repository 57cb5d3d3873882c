/** /stats: how much there is to do. */
import { z } from 'zod'
import type { TicketIndexer } from '../desk/index-tickets.ts'
import { countTickets, oldestWaiting } from '../store/reads/stats.ts'
import { listTallies, type TicketCount } from '../store/ticket-counts.ts'
import { isStaff } from '../ticket/user.ts'
import { Count } from './answers.ts'
import { scopeOf } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, type Route, route } from './route.ts'

/** Tickets without a category are counted under this word. */
const NO_CATEGORY = 'none'

const StatsJson = z
  .strictObject({
    total: Count,
    by_status: z.record(z.string(), Count),
    by_category: z.record(z.string(), Count),
    open: Count,
    resolved: Count,
    high_priority: Count,
    unassigned: Count,
    mine: Count,
    open_mine: Count,
    open_unassigned: Count,
    oldest_waiting_s: Count.nullable(),
  })
  .meta({ id: 'Stats' })

export function statsRoutes(
  { store, config, context, clock }: ApiDeps,
  index: TicketIndexer,
): readonly Route[] {
  /** Kept counts are of all tickets; customers have few, and those are counted. */
  const countsFor = async (caller: Caller): Promise<TicketCount[]> => {
    if (!isStaff(caller.user)) return countTickets(store.read, scopeOf(caller))
    await index.catchUp()
    return listTallies(store.read)
  }
  return [
    route({
      method: 'GET',
      path: '/api/v1/stats',
      summary: 'Counts of the tickets one may see',
      roles: ALL,
      scopes: ['stats:read'],
      query: NO_QUERY,
      body: null,
      answers: { 200: StatsJson },
      async handle({ caller }) {
        const counts = await countsFor(caller)
        const since = await oldestWaiting(store.read, scopeOf(caller))
        const sum = (wanted: (count: TicketCount) => boolean): number =>
          counts.filter(wanted).reduce((total, { count }) => total + count, 0)
        const statuses = [...context.lifecycle.statuses.keys()]
        return {
          body: {
            total: sum(() => true),
            by_status: tally(counts, statuses, ({ status }) => status),
            by_category: tally(
              counts,
              config.categories,
              ({ category }) => category ?? NO_CATEGORY,
            ),
            open: sum(({ statusCategory }) => statusCategory !== 'closed'),
            resolved: sum(({ statusCategory }) => statusCategory === 'closed'),
            high_priority: sum(({ priority }) => priority === 'high' || priority === 'urgent'),
            unassigned: sum(({ assigneeId }) => assigneeId === null),
            mine: sum(({ assigneeId }) => assigneeId === caller.user.id),
            open_mine: sum(
              ({ assigneeId, statusCategory }) =>
                statusCategory !== 'closed' && assigneeId === caller.user.id,
            ),
            open_unassigned: sum(
              ({ assigneeId, statusCategory }) =>
                statusCategory !== 'closed' && assigneeId === null,
            ),
            oldest_waiting_s: since === null ? null : secondsSince(since, clock.now()),
          },
        }
      },
    }),
  ]
}

/** Every known key is there, with 0 if need be. */
function tally(
  counts: readonly TicketCount[],
  keys: readonly string[],
  keyOf: (count: TicketCount) => string,
): Record<string, number> {
  const totals = new Map(keys.map((key) => [key, 0]))
  for (const count of counts)
    totals.set(keyOf(count), (totals.get(keyOf(count)) ?? 0) + count.count)
  return Object.fromEntries(totals)
}

const secondsSince = (since: Date, at: Date): number =>
  Math.max(0, Math.floor((at.getTime() - since.getTime()) / 1000))
