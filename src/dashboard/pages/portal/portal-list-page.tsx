/** What a customer asked for: how it stands, at a glance. */
import { useEffect } from 'preact/hooks'
import type { Ticket } from '../../api/types.ts'
import { Empty, Failed, Waiting } from '../../parts/feedback.tsx'
import { Icon } from '../../parts/icon.tsx'
import { nameOf } from '../../parts/person.tsx'
import { StatusPill } from '../../parts/ticket-marks.tsx'
import { Ago } from '../../parts/time.tsx'
import { search, setSearch } from '../../router.ts'
import { stats, statusesIn } from '../../state/desk.ts'
import { user } from '../../state/session.ts'
import { setTitle } from '../../state/title.ts'
import { attempt } from '../../state/toasts.ts'
import { customerSearch } from '../tickets/ticket-query.ts'
import { useTicketRows } from '../tickets/ticket-rows.ts'
import { portalStatus } from './portal-words.ts'

export function PortalListPage() {
  const list = useTicketRows(customerSearch(search.value), () => false)
  useEffect(() => setTitle('My requests'), [])
  const rows = list.rows.value
  return (
    <div class="mx-auto max-w-4xl p-4 sm:p-8">
      <div class="mb-6 flex flex-wrap items-center gap-4">
        <h1 class="me-auto">
          Hello <bdi>{nameOf(user.value ?? null)}</bdi>
        </h1>
        <a class="btn btn-primary" href="/new">
          <Icon name="plus" /> New request
        </a>
      </div>
      <Summary />
      <section class="panel overflow-clip" aria-label="My requests">
        {list.problem.value !== null && rows === null && (
          <Failed problem={list.problem.value} again={list.again} />
        )}
        {rows === null && list.problem.value === null && <Waiting />}
        {rows?.length === 0 && (
          <Empty icon="inbox" title="Nothing here">
            Ask us anything:{' '}
            <a class="link" href="/new">
              write a new request
            </a>
            , or send a mail.
          </Empty>
        )}
        <ul>
          {rows?.map((ticket) => (
            <Row key={ticket.id} ticket={ticket} />
          ))}
        </ul>
        {list.hasMore.value && (
          <p class="p-4 text-center">
            <button type="button" class="btn btn-sm" onClick={() => void attempt(list.more)}>
              Show more
            </button>
          </p>
        )}
      </section>
    </div>
  )
}

function Summary() {
  const counted = stats.value
  if (counted === null) return null
  const sum = (category: string): number =>
    statusesIn(category).reduce((total, name) => total + (counted.by_status[name] ?? 0), 0)
  const cards = [
    { is: null, label: 'All', count: counted.total },
    { is: 'open', label: 'With us', count: sum('open') },
    { is: 'waiting', label: 'Waiting for you', count: sum('waiting') },
    { is: 'closed', label: 'Closed', count: counted.resolved },
  ]
  return (
    <div
      class="mb-6 grid grid-cols-2 gap-3 sm:grid-cols-4"
      role="group"
      aria-label="Which requests"
    >
      {cards.map(({ is, label, count }) => {
        const isHere = search.value.get('is') === is
        return (
          <button
            key={label}
            type="button"
            aria-pressed={isHere}
            class={`panel px-4 py-3 text-start ${isHere ? 'border-primary ring-primary ring-1' : 'hover:border-primary/50'}`}
            onClick={() => setSearch({ is })}
          >
            <span class="block text-2xl font-semibold tabular-nums">{count}</span>
            <span class="muted text-sm">{label}</span>
          </button>
        )
      })}
    </div>
  )
}

const Row = ({ ticket }: { ticket: Ticket }) => (
  <li class="border-base-300 border-b last:border-b-0">
    <a
      href={`/tickets/${ticket.id}`}
      class="hover:bg-base-200 flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3.5"
    >
      <span class="min-w-0 flex-1 basis-60">
        <bdi class="block truncate font-medium">{ticket.subject || '(no subject)'}</bdi>
        <span class="muted text-sm">
          #{ticket.id} · <Ago at={ticket.updated_at} />
        </span>
      </span>
      <StatusPill ticket={ticket} label={portalStatus(ticket)} />
    </a>
  </li>
)
