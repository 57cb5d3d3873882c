/** The pages beside the tickets, together in one file to be fetched. */
import { AuditPage } from './audit-page.tsx'
import { InboundPage, QuarantinePage } from './inbound-page.tsx'
import { InboxesPage } from './inboxes-page.tsx'
import { JobsPage } from './jobs-page.tsx'
import { OutboxPage } from './outbox-page.tsx'
import { SendersPage } from './senders-page.tsx'
import { SystemPage } from './system-page.tsx'
import { TemplatesPage } from './templates-page.tsx'
import { UsersPage } from './users-page.tsx'
import { WebhooksPage } from './webhooks-page.tsx'

export const ADMIN_PAGES = {
  inboxes: InboxesPage,
  inbound: InboundPage,
  quarantine: QuarantinePage,
  outbox: OutboxPage,
  users: UsersPage,
  webhooks: WebhooksPage,
  audit: AuditPage,
  jobs: JobsPage,
  senders: SendersPage,
  templates: TemplatesPage,
  system: SystemPage,
} as const
