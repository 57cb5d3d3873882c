/** Every page there is, and who looks at it: for tests and pictures of all of them. */
import type { Page } from 'playwright-core'
import type { Furnished } from './furnished-desk.ts'
import { ANA, BRUNO, CARLA, type Login } from './start-desk.ts'

export interface KnownPage {
  readonly name: string
  readonly path: string
  /** Null: nobody. */
  readonly login: Login | null
}

const ACCOUNT = ['sign-in', 'register', 'verify', 'waiting', 'forgot', 'reset']
const ADMIN = [
  'users',
  'inboxes',
  'inbound',
  'quarantine',
  'outbox',
  'senders',
  'templates',
  'webhooks',
  'audit',
  'jobs',
  'system',
]

/** @param furnished a ticket with a conversation that Ana takes part in, and her link to it. */
export const allPages = ({ ticket, link }: Furnished): KnownPage[] => [
  ...ACCOUNT.map((name) => ({ name, path: `/${name}`, login: null })),
  { name: 'link', path: link, login: null },
  { name: 'link-gone', path: '/t/nothing', login: null },
  { name: 'tickets', path: '/tickets', login: BRUNO },
  { name: 'tickets-filtered', path: '/tickets?is=all&priority=high', login: BRUNO },
  { name: 'tickets-empty', path: '/tickets?is=closed&q=nothing', login: BRUNO },
  { name: 'ticket', path: `/tickets/${ticket}`, login: BRUNO },
  { name: 'new-ticket', path: '/new', login: BRUNO },
  { name: 'me', path: '/me', login: BRUNO },
  { name: 'tickets-deleted', path: '/tickets?is=deleted', login: CARLA },
  { name: 'stats', path: '/stats', login: CARLA },
  ...ADMIN.map((name) => ({ name: `admin-${name}`, path: `/admin/${name}`, login: CARLA })),
  { name: 'not-found', path: '/admin/nothing', login: CARLA },
  { name: 'portal', path: '/tickets', login: ANA },
  { name: 'portal-ticket', path: `/tickets/${ticket}`, login: ANA },
  { name: 'portal-new', path: '/new', login: ANA },
]

export const LOGINS: readonly (Login | null)[] = [null, BRUNO, CARLA, ANA]

/** Goes there without loading the page anew, and waits until nothing is being waited for. */
export async function visit(page: Page, { path }: KnownPage): Promise<void> {
  await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(path)})`)
  await page.evaluate(`window.dispatchEvent(new PopStateEvent('popstate'))`)
  await page.locator('h1').first().waitFor()
  await page.locator('.skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' })
}
