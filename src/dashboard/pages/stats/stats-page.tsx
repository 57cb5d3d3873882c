/** How the desk is doing: what there is to do now, and how the last weeks went. */
import { useSignal } from '@preact/signals'
import { get } from '../../api/client.ts'
import { queryOf } from '../../api/query.ts'
import type { Inbox, Page } from '../../api/types.ts'
import { Select } from '../../parts/field.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { counted, duration } from '../../parts/time.tsx'
import { labelOf, stats } from '../../state/desk.ts'
import { useLoad } from '../../state/load.ts'
import { Bars } from './bars.tsx'
import { dayBefore } from './days.ts'
import { Hours } from './hours.tsx'
import { type Series, SeriesPanel } from './series-panel.tsx'

interface Day {
  readonly day: string
  readonly created: number
  readonly resolved: number
  readonly backlog: number
}
type Times = Readonly<Record<string, string | number | null>>

const SPANS = [
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '365', label: 'Last year' },
]

const CREATED: readonly Series[] = [
  { key: 'created', label: 'Created', colour: '--color-primary' },
  { key: 'resolved', label: 'Resolved', colour: '--color-accent' },
]
const BACKLOG: readonly Series[] = [
  { key: 'backlog', label: 'Left to do', colour: '--color-primary' },
]
const ANSWERS: readonly Series[] = [
  { key: 'first_response_p50_s', label: 'Half within', colour: '--color-accent', isTime: true },
  {
    key: 'first_response_p90_s',
    label: 'Nine of ten within',
    colour: '--color-primary',
    isTime: true,
  },
]

/** The API counts no more of them by the hour. */
const HOURS_DAYS_MAX = 90

export function StatsPage() {
  const span = useSignal('30')
  const inbox = useSignal('')
  const inboxes = useLoad('inboxes', () => get<Page<Inbox>>('/inboxes'))
  const query = queryOf({ from: dayBefore(Number(span.value)), inbox: inbox.value })
  const interval = Number(span.value) > 30 ? '&interval=week' : '&interval=day'
  const days = useLoad(query, () => get<{ data: readonly Day[] }>(`/stats/timeseries${query}`))
  const times = useLoad(`t${query}`, () =>
    get<{ data: readonly Times[] }>(`/stats/response-times${query}${interval}`),
  )
  const names = inboxes.data.value?.data.map(({ name }) => ({ value: name, label: name })) ?? []
  const byDay = (row: Day) => ({ ...row, at: row.day })
  return (
    <DeskPage
      title="Statistics"
      actions={
        <>
          <Select
            label="Span"
            hideLabel
            class="w-36"
            value={span.value}
            choices={SPANS}
            onChoose={(value) => (span.value = value)}
          />
          {names.length > 1 && (
            <Select
              label="Inbox"
              hideLabel
              class="w-40"
              value={inbox.value}
              choices={[{ value: '', label: 'All inboxes' }, ...names]}
              onChoose={(value) => (inbox.value = value)}
            />
          )}
        </>
      }
    >
      <Cards />
      <div class="grid gap-5 xl:grid-cols-2">
        <SeriesPanel
          title="Created and resolved"
          rows={days.data.value?.data.map(byDay) ?? null}
          problem={days.problem.value}
          series={CREATED}
          csv={`/api/v1/stats/timeseries.csv${query}`}
        />
        <SeriesPanel
          title="Left to do"
          rows={days.data.value?.data.map(byDay) ?? null}
          problem={days.problem.value}
          series={BACKLOG}
          csv={`/api/v1/stats/timeseries.csv${query}`}
        />
        <SeriesPanel
          title="First answer"
          rows={times.data.value?.data.map((row) => ({ ...row, at: String(row['from']) })) ?? null}
          problem={times.problem.value}
          series={ANSWERS}
          csv={`/api/v1/stats/response-times.csv${query}${interval}`}
        />
        <Hours inbox={inbox.value} days={Math.min(Number(span.value), HOURS_DAYS_MAX)} />
        <ByWord />
      </div>
    </DeskPage>
  )
}

function Cards() {
  const now = stats.value
  if (now === null) return null
  const { open, open_unassigned: unassigned, open_mine: mine, resolved, total } = now
  const cards: readonly [string, string | number][] = [
    ['Not resolved', open],
    ['Unassigned', unassigned],
    ['Mine', mine],
    ['High priority', now.high_priority],
    ['Resolved', resolved],
    ['All tickets', total],
    ['Longest wait', now.oldest_waiting_s === null ? 'nobody' : duration(now.oldest_waiting_s)],
  ]
  return (
    <dl class="mb-5 grid grid-cols-2 gap-3 max-sm:[&>:last-child]:col-span-2 sm:grid-cols-4 xl:grid-cols-7">
      {cards.map(([label, value]) => (
        <div key={label} class="panel flex flex-col-reverse justify-end px-4 py-3">
          <dt class="muted text-sm">{label}</dt>
          <dd class="text-2xl font-semibold tabular-nums">
            {typeof value === 'number' ? counted(value) : value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function ByWord() {
  const now = stats.value
  if (now === null) return null
  const named = (name: string): string => (name === 'none' ? 'No category' : name)
  return (
    <>
      <section class="panel p-5" aria-label="By status">
        <h2 class="mb-3">By status</h2>
        <Bars rows={Object.entries(now.by_status).map(([name, count]) => [labelOf(name), count])} />
      </section>
      <section class="panel p-5" aria-label="By category">
        <h2 class="mb-3">By category</h2>
        <Bars rows={Object.entries(now.by_category).map(([name, count]) => [named(name), count])} />
      </section>
    </>
  )
}
