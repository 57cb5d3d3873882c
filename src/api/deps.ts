/** What the API needs; the daemon puts it together. */
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { DeskContext } from '../desk/context.ts'
import type { Passwords } from '../desk/passwords.ts'
import type { Events } from '../events.ts'
import type { Health } from '../health.ts'
import type { Bell } from '../pause.ts'
import type { Store } from '../store/open.ts'
import type { Inbox } from '../ticket/inbox.ts'

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
  readonly version: string
  /** Is the daemon on its way out? */
  readonly draining: () => boolean
  readonly inboxes: readonly Inbox[]
  /** Where the dashboard was built; default: where `npm run build` puts it. */
  readonly dashboard?: string
}
