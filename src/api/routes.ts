/** Every route there is. What is not in this table does not exist. */
import { TicketIndexer } from '../desk/index-tickets.ts'
import { attachmentRoutes } from './attachments.ts'
import { cannedReplyRoutes } from './canned-replies.ts'
import { commentChangeRoutes } from './comment-changes.ts'
import { commentPageRoutes } from './comment-page.ts'
import { commentRoutes } from './comments.ts'
import type { ApiDeps } from './deps.ts'
import { draftRoutes } from './drafts.ts'
import { eventRoutes } from './event-routes.ts'
import { inboundRoutes } from './inbound.ts'
import { inboxRoutes } from './inboxes.ts'
import { meRoutes } from './me.ts'
import { alertRoutes } from './alerts.ts'
import { muteRoutes } from './mute.ts'
import { notificationRoutes } from './notifications.ts'
import { operationRoutes } from './operations.ts'
import { metricsRoutes } from './metrics.ts'
import { openApiRoutes } from './openapi-routes.ts'
import { outboxRoutes } from './outbox.ts'
import { heedingIfMatch } from './preconditions.ts'
import { presenceRoutes } from './presence.ts'
import { privacyRoutes } from './privacy.ts'
import { probeRoutes } from './probes.ts'
import { RateLimits } from './rate-limit.ts'
import { providerLoginRoutes } from './provider-login.ts'
import { registrationRoutes } from './registration.ts'
import type { Route } from './route.ts'
import { senderListRoutes } from './sender-lists.ts'
import { secondFactorRoutes } from './second-factor.ts'
import { sessionRoutes } from './sessions.ts'
import { statsHistoryRoutes } from './stats-history.ts'
import { statsHoursRoutes } from './stats-hours.ts'
import { statsRoutes } from './stats.ts'
import { statusRoutes } from './statuses.ts'
import { ticketBulkRoutes } from './ticket-bulk.ts'
import { templateRoutes } from './templates.ts'
import { ticketChangeRoutes } from './ticket-changes.ts'
import { ticketPeopleRoutes } from './ticket-people.ts'
import { ticketLinkRoutes } from './ticket-links.ts'
import { ticketRemovalRoutes } from './ticket-removal.ts'
import { ticketRoutes } from './tickets.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'
import { webhookDeliveryRoutes } from './webhook-deliveries.ts'
import { webhookRoutes } from './webhooks.ts'
import { vocabularyRoutes } from './vocabulary.ts'

export function routesOf(deps: ApiDeps): readonly Route[] {
  const limits = new RateLimits(deps)
  const index = new TicketIndexer(deps)
  const routes = heedingIfMatch([
    ...ticketRoutes(deps, index),
    ...ticketChangeRoutes(deps),
    ...ticketRemovalRoutes(deps),
    ...ticketPeopleRoutes(deps),
    ...presenceRoutes(deps),
    ...ticketBulkRoutes(deps, index),
    ...commentRoutes(deps),
    ...commentPageRoutes(deps),
    ...commentChangeRoutes(deps),
    ...vocabularyRoutes(deps),
    ...draftRoutes(deps),
    ...cannedReplyRoutes(deps),
    ...attachmentRoutes(deps),
    ...inboundRoutes(deps),
    ...outboxRoutes(deps),
    ...inboxRoutes(deps),
    ...senderListRoutes(deps),
    ...templateRoutes(deps),
    ...operationRoutes(deps),
    ...alertRoutes(deps),
    ...notificationRoutes(deps),
    ...muteRoutes(deps),
    ...eventRoutes(deps),
    ...webhookRoutes(deps),
    ...webhookDeliveryRoutes(deps),
    ...statsRoutes(deps, index),
    ...statsHistoryRoutes(deps, index),
    ...statsHoursRoutes(deps),
    ...statusRoutes(deps),
    ...registrationRoutes(deps, limits),
    ...sessionRoutes(deps, limits),
    ...providerLoginRoutes(deps, limits),
    ...meRoutes(deps, limits),
    ...privacyRoutes(deps, limits),
    ...secondFactorRoutes(deps, limits),
    ...tokenRoutes(deps),
    ...userRoutes(deps),
    ...probeRoutes(deps),
    ...metricsRoutes(deps),
  ])
  const all = [...routes, ...ticketLinkRoutes(deps, limits, routes)]
  return [...all, ...openApiRoutes(deps, all)]
}
