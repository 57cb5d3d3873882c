/** The hours of the week at which tickets come in: the darker, the more. */
import { useSignal } from '@preact/signals'
import { get } from '../../api/client.ts'
import { queryOf } from '../../api/query.ts'
import { Waiting } from '../../parts/feedback.tsx'
import { useLoad } from '../../state/load.ts'
import { dayBefore } from './days.ts'
import { PanelTools } from './panel-tools.tsx'

interface Hour {
  /** 1 is Monday. */
  readonly weekday: number
  readonly hour: number
  readonly created: number
}

interface Hours {
  readonly time_zone: string
  readonly data: readonly Hour[]
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
/** Of a Monday. */
const MONDAY = Date.UTC(2024, 0, 1)
const DAY_MS = 86_400_000
const named = new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' })
const WEEKDAYS = Array.from({ length: 7 }, (_, n) => named.format(MONDAY + n * DAY_MS))

export function Hours({ inbox, days }: { inbox: string; days: number }) {
  const asTable = useSignal(false)
  const query = queryOf({ from: dayBefore(days), inbox })
  const hours = useLoad(query, () => get<Hours>(`/stats/hours${query}`))
  const found = hours.data.value
  return (
    <section class="panel min-w-0 p-5" aria-label="Hours of the week">
      <div class="mb-3 flex flex-wrap items-center gap-2">
        <div class="me-auto">
          <h2>Hours of the week</h2>
          <p class="muted text-sm">
            When tickets come in, last {days} days{found !== null && `, ${found.time_zone}`}
          </p>
        </div>
        <PanelTools asTable={asTable} drawn="picture" csv={`/api/v1/stats/hours.csv${query}`} />
      </div>
      {found === null && hours.problem.value === null && <Waiting lines={4} />}
      {hours.problem.value !== null && (
        <p class="muted py-10 text-center">{hours.problem.value.sentence}</p>
      )}
      {found !== null && <Grid hours={found.data} asNumbers={asTable.value} />}
    </section>
  )
}

/** One table for both: what is drawn as a shade is there as a number, too. */
function Grid({ hours, asNumbers }: { hours: readonly Hour[]; asNumbers: boolean }) {
  const most = Math.max(1, ...hours.map(({ created }) => created))
  return (
    <div class="relative overflow-x-auto" tabIndex={0} role="region" aria-label="Tickets by hour">
      <table
        class={`w-full table-fixed border-separate border-spacing-0.5 text-xs ${asNumbers ? 'min-w-140' : ''}`}
      >
        <caption class="sr-only">Tickets created in each hour of the week</caption>
        <thead>
          <tr>
            <td class="w-10" />
            {HOURS.map((hour) => (
              <th key={hour} scope="col" class="muted text-xs! font-normal tabular-nums">
                <span class={hour % 3 === 0 || asNumbers ? '' : 'sr-only'}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((name, day) => (
            <tr key={name}>
              <th scope="row" class="muted pe-1 text-start text-xs! font-normal">
                {name}
              </th>
              {hours.slice(day * 24, day * 24 + 24).map(({ hour, created }) => (
                <td
                  key={hour}
                  class="h-6 rounded-sm text-center tabular-nums"
                  style={{ background: asNumbers ? '' : shade(created / most) }}
                  title={`${name} ${hour}:00 – ${created}`}
                >
                  <span class={asNumbers ? '' : 'sr-only'}>{created}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const shade = (share: number): string =>
  share === 0
    ? 'var(--color-base-200)'
    : `color-mix(in oklab, var(--color-primary) ${Math.round(15 + share * 85)}%, var(--color-base-200))`
