/** Addresses and their pages. */
import type { ComponentType } from 'preact'
import { NewTicketPage } from '../pages/new/new-ticket-page.tsx'
import { PortalListPage } from '../pages/portal/portal-list-page.tsx'
import { PortalTicketPage } from '../pages/portal/portal-ticket-page.tsx'
import { TicketPage } from '../pages/ticket/ticket-page.tsx'
import { TicketListPage } from '../pages/tickets/ticket-list-page.tsx'
import { Empty } from '../parts/feedback.tsx'
import { isAdmin, isStaff } from '../state/session.ts'
import { lazyPage } from './lazy.tsx'

type Pages = readonly (readonly [RegExp, ComponentType])[]

const lazyDesk = (name: DeskPage): ComponentType =>
  lazyPage(async () => (await import('../pages/admin/admin-pages.tsx')).ADMIN_PAGES[name])
type DeskPage = keyof typeof import('../pages/admin/admin-pages.tsx')['ADMIN_PAGES']

const EVERYBODY: Pages = [
  [/^\/new$/, NewTicketPage],
  [/^\/me$/, lazyPage(async () => (await import('../pages/me/me-page.tsx')).MePage)],
]
const CUSTOMERS: Pages = [
  [/^\/(?:tickets)?$/, PortalListPage],
  [/^\/tickets\/\d+$/, PortalTicketPage],
]
const STAFF: Pages = [
  [/^\/(?:tickets)?$/, TicketListPage],
  [/^\/tickets\/\d+$/, TicketPage],
  [/^\/stats$/, lazyPage(async () => (await import('../pages/stats/stats-page.tsx')).StatsPage)],
  [/^\/admin\/inboxes$/, lazyDesk('inboxes')],
  [/^\/admin\/quarantine$/, lazyDesk('quarantine')],
  [/^\/admin\/inbound$/, lazyDesk('inbound')],
  [/^\/admin\/outbox$/, lazyDesk('outbox')],
  [/^\/admin\/users$/, lazyDesk('users')],
  [/^\/admin\/senders$/, lazyDesk('senders')],
]
const ADMINS: Pages = [
  [/^\/admin\/system$/, lazyDesk('system')],
  [/^\/admin\/webhooks$/, lazyDesk('webhooks')],
  [/^\/admin\/audit$/, lazyDesk('audit')],
  [/^\/admin\/jobs$/, lazyDesk('jobs')],
  [/^\/admin\/templates$/, lazyDesk('templates')],
]

/** The page of an address for who is logged in. */
export function pageAt(path: string): ComponentType {
  const desk = isAdmin.value ? [...STAFF, ...ADMINS] : STAFF
  const pages = [...EVERYBODY, ...(isStaff.value ? desk : CUSTOMERS)]
  return pages.find(([pattern]) => pattern.test(path))?.[1] ?? NotFound
}

const NotFound = () => (
  <Empty icon="search" title="There is nothing here">
    <h1 class="sr-only">Not found</h1>
    <a class="link" href="/tickets">
      Back to the tickets
    </a>
  </Empty>
)
