/** The way around the desk, with how much waits where. */
import { Icon, type IconName } from '../parts/icon.tsx'
import { address, path } from '../router.ts'
import { stats, statusesIn } from '../state/desk.ts'
import { counted } from '../parts/time.tsx'
import { isAdmin, isStaff } from '../state/session.ts'
import { savedViews } from '../state/views.ts'

interface Place {
  readonly href: string
  readonly icon: IconName
  readonly label: string
  readonly count?: number | undefined
}

function ticketPlaces(): Place[] {
  const count = stats.value
  const sum = (category: string): number | undefined =>
    count === null
      ? undefined
      : statusesIn(category).reduce((total, name) => total + (count.by_status[name] ?? 0), 0)
  return [
    { href: '/tickets', icon: 'inbox', label: 'Open', count: sum('open') },
    { href: '/tickets?assignee=me', icon: 'user', label: 'Mine', count: count?.open_mine },
    {
      href: '/tickets?assignee=none',
      icon: 'users',
      label: 'Unassigned',
      count: count?.open_unassigned,
    },
    { href: '/tickets?is=waiting', icon: 'mail', label: 'Waiting', count: sum('waiting') },
    { href: '/tickets?is=closed', icon: 'check', label: 'Closed' },
    { href: '/tickets?is=all', icon: 'list', label: 'All', count: count?.total },
  ]
}

/** What agents look after, and what is for admins alone. */
const DESK_PLACES: readonly Place[] = [
  { href: '/stats', icon: 'chart', label: 'Statistics' },
  { href: '/admin/inboxes', icon: 'mail', label: 'Inboxes' },
  { href: '/admin/quarantine', icon: 'warn', label: 'Quarantine' },
  { href: '/admin/inbound', icon: 'inbox', label: 'Incoming mail' },
  { href: '/admin/outbox', icon: 'outbox', label: 'Outbox' },
  { href: '/admin/senders', icon: 'shield', label: 'Addresses' },
  { href: '/admin/users', icon: 'users', label: 'People' },
]
const ADMIN_PLACES: readonly Place[] = [
  { href: '/admin/templates', icon: 'note', label: 'Templates' },
  { href: '/admin/webhooks', icon: 'hook', label: 'Webhooks' },
  { href: '/admin/system', icon: 'gear', label: 'System' },
]

export function Navigation() {
  if (!isStaff.value) {
    return (
      <nav aria-label="Main" class="flex flex-col gap-1 p-3">
        <Group
          places={[
            { href: '/tickets', icon: 'inbox', label: 'My requests' },
            { href: '/new', icon: 'plus', label: 'New request' },
          ]}
        />
      </nav>
    )
  }
  const views = savedViews.value.map(
    ({ name, query }): Place => ({ href: `/tickets${query}`, icon: 'tag', label: name }),
  )
  return (
    <nav aria-label="Main" class="flex flex-col gap-4 p-3">
      <a href="/new" class="btn btn-primary btn-sm w-full">
        <Icon name="plus" /> New ticket
      </a>
      <Group title="Tickets" places={ticketPlaces()} />
      {views.length > 0 && <Group title="Views" places={views} />}
      <Group
        title="Desk"
        places={isAdmin.value ? [...DESK_PLACES, ...ADMIN_PLACES] : DESK_PLACES}
      />
    </nav>
  )
}

const Group = ({ title, places }: { title?: string; places: readonly Place[] }) => (
  <div>
    {title !== undefined && (
      <p class="muted px-3 pb-1 text-xs font-semibold tracking-wide uppercase">{title}</p>
    )}
    <ul class="flex flex-col gap-0.5">
      {places.map((place) => (
        <Entry key={place.href} {...place} />
      ))}
    </ul>
  </div>
)

function Entry({ href, icon, label, count }: Place) {
  const isHere = href.startsWith('/tickets') ? address.value === href : path.value === href
  return (
    <li>
      <a
        href={href}
        aria-current={isHere ? 'page' : undefined}
        class={`flex items-center gap-2.5 rounded-lg px-3 py-1.5 ${isHere ? 'bg-primary/12 text-primary font-semibold' : 'hover:bg-base-300/60'}`}
      >
        <Icon name={icon} />
        <span class="min-w-0 flex-1 truncate" dir="auto">
          {label}
        </span>
        {count !== undefined && <span class="text-sm tabular-nums">{counted(count)}</span>}
      </a>
    </li>
  )
}
