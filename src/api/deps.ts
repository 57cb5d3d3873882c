/** What the API needs; the daemon puts it together. */
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { DeskContext } from '../desk/context.ts'
import type { Passwords } from '../desk/passwords.ts'
import type { Events } from '../events.ts'
import type { Health } from '../health.ts'
import type { InboxOrders } from '../inbox-orders.ts'
import type { Jobs } from '../jobs.ts'
import type { Metrics } from '../metrics.ts'
import type { Bell } from '../pause.ts'
import type { Store } from '../store/open.ts'
import type { Inbox } from '../ticket/inbox.ts'

export interface ServerTest {
  readonly ok: boolean
  /** What was found, or what is wrong, for people. */
  readonly detail: string
}

export interface ApiDeps {
  readonly config: Config
  readonly store: Store
  readonly context: DeskContext
  readonly health: Health
  readonly clock: Clock
  readonly passwords: Passwords
  readonly events: Events
  /** Rung when a message waits to be decided. */
  readonly arrived: Bell
  /** Rung after a write that may owe mail. */
  readonly outgoing: Bell
  /** Rung when a webhook is owed something that is due. */
  readonly webhooksDue: Bell
  readonly inboxOrders: InboxOrders
  readonly jobs: Jobs
  readonly metrics: Metrics
  /** Logs in at both servers of an inbox, by its name. */
  readonly testServers: (inbox: string) => Promise<Record<'imap' | 'smtp', ServerTest>>
  readonly version: string
  /** Is the daemon on its way out? */
  readonly draining: () => boolean
  readonly inboxes: readonly Inbox[]
  /** Where the dashboard was built; default: where `npm run build` puts it. */
  readonly dashboard?: string
}
