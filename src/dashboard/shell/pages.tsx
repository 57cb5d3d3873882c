/** Addresses and their pages. */
import type { ComponentType } from 'preact'
import { Empty } from '../parts/feedback.tsx'
import { isAdmin, isStaff } from '../state/session.ts'
import { TicketListPage } from '../pages/tickets/ticket-list-page.tsx'

const STAFF_PAGES: readonly [RegExp, ComponentType][] = [[/^\/(?:tickets)?$/, TicketListPage]]
const ADMIN_PAGES: readonly [RegExp, ComponentType][] = []
const CUSTOMER_PAGES: readonly [RegExp, ComponentType][] = []

/** The page of an address for who is logged in. */
export function pageAt(path: string): ComponentType {
  const own = isStaff.value ? STAFF_PAGES : CUSTOMER_PAGES
  const all = isAdmin.value ? [...own, ...ADMIN_PAGES] : own
  return all.find(([pattern]) => pattern.test(path))?.[1] ?? NotFound
}

const NotFound = () => (
  <Empty icon="search" title="There is nothing here">
    <h1 class="sr-only">Not found</h1>
    <a class="link" href="/tickets">
      Back to the tickets
    </a>
  </Empty>
)
