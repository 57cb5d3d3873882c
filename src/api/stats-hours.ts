/** /stats/hours: at which hours of the week tickets come in. As JSON, or as CSV. */
import { z } from 'zod'
import { listCreatedQuarters } from '../store/reads/created-quarters.ts'
import { weekHours } from '../ticket/counting.ts'
import { Count } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { invalidParameter } from './problem.ts'
import { type Route, route, STAFF } from './route.ts'
import { answer, answersOf, Day, SeriesQuery, spanOf } from './stats-history.ts'

const DAY_MS = 86_400_000
/** These are counted when they are asked for. */
const DAYS_MAX = 92

const HoursJson = z
  .strictObject({
    from: Day,
    to: Day,
    time_zone: z.string(),
    data: z.array(
      z.strictObject({
        /** 1 is Monday. */
        weekday: z.int().min(1).max(7),
        hour: z.int().min(0).max(23),
        created: Count,
      }),
    ),
  })
  .meta({ id: 'WeekHours' })

export const statsHoursRoutes = (deps: ApiDeps): readonly Route[] =>
  ['', '.csv'].map((ending) => hoursRoute(deps, ending))

function hoursRoute(deps: ApiDeps, ending: string): Route {
  return route({
    method: 'GET',
    path: `/api/v1/stats/hours${ending}`,
    summary: 'Tickets created in each hour of the week, in the time zone of the inbox',
    roles: STAFF,
    scopes: ['stats:read'],
    query: SeriesQuery,
    body: null,
    answers: answersOf(HoursJson),
    async handle({ query, headers }) {
      const { from, to, inboxId, zone } = spanOf(deps, query)
      const [begin, end] = [Date.parse(from), Date.parse(to) + DAY_MS]
      if (end - begin > DAYS_MAX * DAY_MS) {
        throw invalidParameter('from', `is more than ${DAYS_MAX} days before to`)
      }
      // Days begin up to a day earlier or later elsewhere than in UTC.
      const quarters = await listCreatedQuarters(deps.store.read, {
        since: new Date(begin - DAY_MS),
        until: new Date(end + DAY_MS),
        inboxId,
      })
      const rows = weekHours(quarters, { from, to, zone }).map(({ weekday, hour, count }) => ({
        weekday,
        hour,
        created: count,
      }))
      return answer(rows, ending, { headers, about: { from, to, time_zone: zone } })
    },
  })
}
