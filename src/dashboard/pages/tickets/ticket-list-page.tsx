/** The tickets of the desk: filtered by the address, live, worked on in bulk. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Empty, Failed, Waiting } from '../../parts/feedback.tsx'
import { Icon } from '../../parts/icon.tsx'
import { navigate, search } from '../../router.ts'
import { isDense } from '../../state/preferences.ts'
import { useShortcuts } from '../../state/shortcuts.ts'
import { attempt } from '../../state/toasts.ts'
import { setTitle } from '../../state/title.ts'
import { BulkBar } from './bulk-bar.tsx'
import { Chips, Filters, ListTabs } from './filters.tsx'
import { rememberList } from './list-memory.ts'
import { CHIPS, listOf } from './ticket-query.ts'
import { TicketRow, toggle } from './ticket-row.tsx'
import { type TicketRows, useTicketRows } from './ticket-rows.ts'

const TITLES: Readonly<Record<string, string>> = {
  open: 'Open tickets',
  waiting: 'Waiting for the customer',
  closed: 'Closed tickets',
  all: 'All tickets',
  deleted: 'Deleted tickets',
}

function titleOf(query: URLSearchParams): string {
  if (query.has('q')) return 'Search'
  if (query.get('assignee') === 'me') return 'My tickets'
  if (query.get('assignee') === 'none') return 'Unassigned tickets'
  return TITLES[listOf(query)] ?? 'Tickets'
}

export function TicketListPage() {
  const selected = useSignal<ReadonlySet<number>>(new Set())
  const current = useSignal(-1)
  const filtering = useSignal(false)
  const list = useTicketRows(search.value, () => selected.peek().size > 0 || current.peek() > 0)
  const title = titleOf(search.value)
  useEffect(() => {
    selected.value = new Set()
    current.value = -1
    setTitle(title)
  }, [search.value.toString()])
  const ids = (list.rows.value ?? []).map(({ id }) => id)
  useEffect(() => rememberList(ids), [ids.join()])
  useListKeys(ids, current, selected)
  return (
    <div class="flex min-h-full flex-col p-0 sm:p-4">
      <section
        class="panel flex-1 overflow-clip max-sm:rounded-none max-sm:border-x-0"
        aria-label={title}
      >
        <div class="border-base-300 flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-3">
          <h1 class="me-auto">{title}</h1>
          <ListTabs />
          <button
            type="button"
            class={`btn btn-sm ${filtering.value ? 'btn-neutral' : ''}`}
            aria-expanded={filtering.value}
            onClick={() => {
              filtering.value = !filtering.value
            }}
          >
            Filter
          </button>
          <button
            type="button"
            class="btn btn-sm btn-square btn-ghost hidden md:inline-flex"
            aria-pressed={isDense.value}
            aria-label="Dense rows"
            title="Dense rows"
            onClick={() => {
              isDense.value = !isDense.value
            }}
          >
            <Icon name="menu" />
          </button>
        </div>
        {filtering.value && <Filters />}
        <Chips />
        <Rows list={list} selected={selected} current={current.value} />
        <BulkBar selected={selected} />
      </section>
    </div>
  )
}

function Rows(props: { list: TicketRows; selected: Signal<ReadonlySet<number>>; current: number }) {
  const { list, selected, current } = props
  const rows = list.rows.value
  if (list.problem.value !== null && rows === null) {
    return <Failed problem={list.problem.value} again={list.again} />
  }
  if (rows === null) return <Waiting lines={9} />
  if (rows.length === 0) return <Nothing />
  return (
    <>
      {list.newer.value > 0 && (
        <div class="flex justify-center py-2">
          <button
            type="button"
            class="btn btn-sm btn-primary rounded-full"
            onClick={() => {
              window.scrollTo({ top: 0 })
              list.again()
            }}
          >
            <Icon name="refresh" /> {list.newer.value} new
          </button>
        </div>
      )}
      <table class="w-full table-fixed border-collapse">
        <caption class="sr-only">Tickets</caption>
        <colgroup>
          <col class="w-11" />
        </colgroup>
        <thead class="muted border-base-300 hidden border-b text-start text-xs md:table-header-group">
          <tr>
            <th class="w-10 py-2" scope="col">
              <span class="sr-only">Select</span>
            </th>
            <th class="px-2 py-2 text-start font-semibold" scope="col">
              Subject
            </th>
            <th class="w-36 py-2 text-start font-semibold" scope="col">
              Status
            </th>
            <th class="hidden w-40 py-2 text-start font-semibold lg:table-cell" scope="col">
              Assignee
            </th>
            <th class="w-32 py-2 pe-5 text-end font-semibold" scope="col">
              Updated
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((ticket, index) => (
            <TicketRow
              key={ticket.id}
              ticket={ticket}
              selected={selected}
              isCurrent={index === current}
              isNew={list.arrived.value.has(ticket.id)}
            />
          ))}
        </tbody>
      </table>
      {list.hasMore.value && (
        <div class="flex justify-center p-4">
          <button type="button" class="btn btn-sm" onClick={() => void attempt(list.more)}>
            Show more
          </button>
        </div>
      )}
    </>
  )
}

function Nothing() {
  const isFiltered = CHIPS.some((name) => search.value.has(name))
  if (isFiltered) {
    return (
      <Empty icon="search" title="No ticket matches">
        Take a filter away, or{' '}
        <a class="link" href="/tickets?is=all">
          look at all tickets
        </a>
        .
      </Empty>
    )
  }
  return listOf(search.value) === 'open' ? (
    <Empty icon="check" title="All done">
      Nothing is open. New mail appears here by itself.
    </Empty>
  ) : (
    <Empty icon="inbox" title="Nothing here yet">
      Tickets appear here by themselves.
    </Empty>
  )
}

function useListKeys(
  ids: readonly number[],
  current: Signal<number>,
  selected: Signal<ReadonlySet<number>>,
): void {
  const move = (by: number) => (): void => {
    current.value = Math.max(0, Math.min(ids.length - 1, current.value + by))
    const row = document.querySelector(`[data-ticket="${ids[current.value]}"]`)
    row?.querySelector('a')?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'nearest' })
  }
  const here = (): number | undefined => ids[current.value]
  const open = (): void => {
    const id = here()
    if (id !== undefined) navigate(`/tickets/${id}`)
  }
  useShortcuts('List', {
    j: { does: 'Next ticket', run: move(1) },
    k: { does: 'Previous ticket', run: move(-1) },
    o: { does: 'Open the ticket', run: open },
    x: {
      does: 'Select the ticket',
      run: () => {
        const id = here()
        if (id !== undefined) toggle(selected, id)
      },
    },
  })
}
