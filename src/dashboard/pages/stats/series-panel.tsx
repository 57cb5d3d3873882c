/** A series over days: drawn, or as a table, or to be taken along as CSV. */
import { useSignal } from '@preact/signals'
import type { Problem } from '../../api/problem.ts'
import { Waiting } from '../../parts/feedback.tsx'
import { duration } from '../../parts/time.tsx'
import { Chart } from './chart.tsx'
import { PanelTools } from './panel-tools.tsx'

export interface Series {
  readonly key: string
  readonly label: string
  /** Name of a colour of the theme. */
  readonly colour: string
  /** Seconds instead of a count. */
  readonly isTime?: boolean
}

export type SeriesRow = Readonly<Record<string, unknown>> & { readonly at: string }

export const shown = (value: unknown, isTime = false): string => {
  if (typeof value !== 'number') return '–'
  return isTime ? duration(value) : String(value)
}

export function SeriesPanel(props: {
  title: string
  rows: readonly SeriesRow[] | null
  problem: Problem | null
  series: readonly Series[]
  csv: string
}) {
  const asTable = useSignal(false)
  const { title, rows, problem, series, csv } = props
  return (
    <section class="panel min-w-0 p-5" aria-label={title}>
      <div class="mb-3 flex items-center gap-2">
        <h2 class="me-auto">{title}</h2>
        {rows !== null && <PanelTools asTable={asTable} drawn="chart" csv={csv} />}
      </div>
      {rows === null && problem === null && <Waiting lines={4} />}
      {rows === null && problem !== null && (
        <p class="muted py-10 text-center">{problem.sentence}</p>
      )}
      {rows !== null &&
        (asTable.value ? (
          <Table rows={rows} series={series} title={title} />
        ) : (
          <Drawn rows={rows} series={series} title={title} />
        ))}
    </section>
  )
}

interface DrawnProps {
  readonly title: string
  readonly rows: readonly SeriesRow[]
  readonly series: readonly Series[]
}

const Drawn = (props: DrawnProps) => (
  <>
    <ul class="mb-2 flex flex-wrap gap-4 text-sm">
      {props.series.map(({ key, label, colour }) => (
        <li key={key} class="flex items-center gap-2">
          <span
            class="h-0.5 w-5 rounded"
            style={{ background: `var(${colour})` }}
            aria-hidden="true"
          />
          {label}
        </li>
      ))}
    </ul>
    <Chart {...props} />
  </>
)

const Table = ({ rows, series, title }: DrawnProps) => (
  <div class="max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={title}>
    <table class="w-full text-sm">
      <caption class="sr-only">{title}</caption>
      <thead>
        <tr>
          <th scope="col" class="py-1 text-start">
            Day
          </th>
          {series.map(({ key, label }) => (
            <th key={key} scope="col" class="py-1 text-end">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.toReversed().map((row) => (
          <tr key={row.at} class="border-base-300 border-t">
            <th scope="row" class="py-1 text-start font-normal tabular-nums">
              {row.at}
            </th>
            {series.map(({ key, isTime }) => (
              <td key={key} class="py-1 text-end tabular-nums">
                {shown(row[key], isTime)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
