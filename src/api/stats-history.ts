/** /stats over time: tickets of each day, and how long answers took. As JSON, or as CSV. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { TicketIndexer } from '../desk/index-tickets.ts'
import {
  type DaySpan,
  type DayTimes,
  listDayCounts,
  listTimes,
  MEASURES,
  type Measure,
} from '../store/ticket-counts.ts'
import { dayOf, percentile } from '../ticket/counting.ts'
import { Count, mediaOr } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { inboxNamed } from './open-requested.ts'
import { invalidParameter } from './problem.ts'
import { one } from './query.ts'
import { type Route, route, STAFF } from './route.ts'

const DAY_MS = 86_400_000
const DAYS_DEFAULT = 30
/** Three years. */
const DAYS_MAX = 1_100

const day = one.refine(
  (value) => !Number.isNaN(Date.parse(value)) && nameOf(Date.parse(value)) === value,
  'is no day like 2026-03-01',
)

const SPAN = { from: day.optional(), to: day.optional(), inbox: one.optional() }
export const SeriesQuery = z.strictObject(SPAN)

const PERCENTILES_MAX = 10
const TimesQuery = z.strictObject({
  ...SPAN,
  interval: z
    .enum(['day', 'week', 'month', 'all'], 'is not one of day, week, month, all')
    .default('week'),
  percentiles: one
    .transform((value) => value.split(',').map(Number))
    .refine(
      (all) =>
        all.length <= PERCENTILES_MAX && all.every((n) => Number.isInteger(n) && n > 0 && n < 100),
      `are not up to ${PERCENTILES_MAX} whole numbers from 1 to 99, separated by commas`,
    )
    .default([50, 90]),
})

export function statsHistoryRoutes(deps: ApiDeps, index: TicketIndexer): readonly Route[] {
  return ['', '.csv'].flatMap((ending) => [
    seriesRoute(deps, index, ending),
    timesRoute(deps, index, ending),
  ])
}

/** A day as the inbox's time zone has it. */
export const Day = z.iso.date()
const span = { from: Day, to: Day }
const SeriesJson = z
  .strictObject({
    ...span,
    data: z.array(z.strictObject({ day: Day, created: Count, resolved: Count, backlog: z.int() })),
  })
  .meta({ id: 'TimeSeries' })
/** Of each interval `from`, `first_response_count`, `first_response_p50_s` and so on, as was asked for. */
const TimesJson = z
  .strictObject({
    ...span,
    data: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  })
  .meta({ id: 'ResponseTimes' })

/** Seldom asked for: CSV at one address only, at the other whatever Accept says. */
export const answersOf = <Data extends z.ZodType>(data: Data) => ({
  200: mediaOr('text/csv', data),
})

type Row = Readonly<Record<string, string | number | null>>

/** One answer in two forms: the address or the Accept header says which. */
export function answer<About extends object, const Item extends Row>(
  rows: readonly Item[],
  ending: string,
  { headers, about }: { headers: IncomingHttpHeaders; about: About },
) {
  if (ending === '' && !/\btext\/csv\b/i.test(headers.accept ?? '')) {
    return { body: { ...about, data: rows }, headers: { Vary: 'Accept' } }
  }
  const columns = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','))
  return {
    body: `${[columns.join(','), ...lines].join('\r\n')}\r\n`,
    headers: {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': 'attachment; filename="stats.csv"',
      Vary: 'Accept',
    },
  }
}

function seriesRoute(deps: ApiDeps, index: TicketIndexer, ending: string): Route {
  return route({
    method: 'GET',
    path: `/api/v1/stats/timeseries${ending}`,
    summary: 'Tickets created and resolved on each day, and how many were left',
    roles: STAFF,
    scopes: ['stats:read'],
    query: SeriesQuery,
    body: null,
    answers: answersOf(SeriesJson),
    async handle({ query, headers }) {
      const span = spanOf(deps, query)
      await index.catchUp()
      const { before, days } = await listDayCounts(deps.store.read, span)
      const counted = new Map(days.map((one) => [one.day, one]))
      let backlog = before
      const rows = daysOf(span).map((name) => {
        const { created = 0, resolved = 0 } = counted.get(name) ?? {}
        backlog += created - resolved
        return { day: name, created, resolved, backlog }
      })
      return answer(rows, ending, { headers, about: { from: span.from, to: span.to } })
    },
  })
}

function timesRoute(deps: ApiDeps, index: TicketIndexer, ending: string): Route {
  return route({
    method: 'GET',
    path: `/api/v1/stats/response-times${ending}`,
    summary: 'How long first answers and resolutions took, as percentiles in seconds',
    roles: STAFF,
    scopes: ['stats:read'],
    query: TimesQuery,
    body: null,
    answers: answersOf(TimesJson),
    async handle({ query, headers }) {
      const span = spanOf(deps, query)
      await index.catchUp()
      const { interval } = query
      const per = interval === 'month' || interval === 'all' ? 'month' : 'day'
      const times = await listTimes(deps.store.read, span, per)
      const begin = (name: string): string => intervalOf(name, query.interval, span)
      const intervals = [...new Set(daysOf(span).map(begin))]
      const rows = intervals.map((from) => {
        const inside = times.filter((one) => begin(one.day) === from)
        return { from, ...measured(inside, query.percentiles) }
      })
      return answer(rows, ending, { headers, about: { from: span.from, to: span.to } })
    },
  })
}

function measured(times: readonly DayTimes[], percents: readonly number[]): Row {
  const members = MEASURES.flatMap((measure): [string, number | null][] => {
    const histogram = histogramOf(times, measure)
    const count = [...histogram.values()].reduce((sum, each) => sum + each, 0)
    return [
      [`${measure}_count`, count],
      ...percents.map((percent): [string, number | null] => [
        `${measure}_p${percent}_s`,
        percentile(histogram, percent),
      ]),
    ]
  })
  return Object.fromEntries(members)
}

function histogramOf(times: readonly DayTimes[], measure: Measure): Map<number, number> {
  const histogram = new Map<number, number>()
  for (const one of times) {
    if (one.measure !== measure) continue
    histogram.set(one.bucket, (histogram.get(one.bucket) ?? 0) + one.count)
  }
  return histogram
}

export type SpanQuery = z.output<typeof SeriesQuery>

/** The last thirty days of the inbox, unless something else is asked for. */
export function spanOf(deps: ApiDeps, query: SpanQuery): DaySpan & { readonly zone: string } {
  const inbox = query.inbox === undefined ? null : inboxNamed(deps, query.inbox)
  if (query.inbox !== undefined && inbox === null) {
    throw invalidParameter('inbox', 'is not the name or id of an inbox')
  }
  const zone = (inbox ?? deps.inboxes[0])?.timeZone ?? 'UTC'
  const to = query.to ?? dayOf(deps.clock.now(), zone)
  const from = query.from ?? nameOf(Date.parse(to) - (DAYS_DEFAULT - 1) * DAY_MS)
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  if (days < 1) throw invalidParameter('from', 'is after to')
  if (days > DAYS_MAX) throw invalidParameter('from', `is more than ${DAYS_MAX} days before to`)
  return { from, to, inboxId: inbox?.id ?? null, zone }
}

/** Names of days are counted in UTC, where each has 24 hours. */
const nameOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function daysOf({ from, to }: DaySpan): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  return Array.from({ length: count }, (_, n) => nameOf(Date.parse(from) + n * DAY_MS))
}

/** The first day of the interval that a day is in; weeks begin on Monday. */
function intervalOf(name: string, interval: string, span: DaySpan): string {
  if (interval === 'all') return span.from
  if (interval === 'month') return `${name.slice(0, 7)}-01`
  if (interval === 'day') return name
  const ms = Date.parse(name)
  const weekday = (new Date(ms).getUTCDay() + 6) % 7
  return nameOf(ms - weekday * DAY_MS)
}
