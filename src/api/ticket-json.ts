/** Tickets as JSON. What only agents may know is left out for customers. */
import type { TicketView } from '../store/reads/ticket-views.ts'
import { type Lifecycle, ruleOf } from '../ticket/lifecycle.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { hiddenPersonJson, instant, type PersonJson, personJson } from './people-json.ts'

export interface TicketJson {
  id: number
  subject: string
  status: string
  status_category: string
  status_label: string
  allowed_statuses: readonly string[]
  priority: string
  category: string | null
  tags: readonly string[]
  fields: Readonly<Record<string, string>>
  inbox: string | null
  requester: PersonJson | null
  requester_source: string
  participants: { email: string; name: string | null; role: string }[]
  assignee: PersonJson | null
  follow_up_of: number | null
  merged_into: number | null
  related: readonly number[]
  created_at: string
  updated_at: string
  closed_at: string | null
  waiting_since: string | null
  snoozed_until: string | null
  version: number
  counts: { comments: number }
}

export function ticketJson(view: TicketView, lifecycle: Lifecycle, viewer: User): TicketJson {
  const { ticket, requester, assignee } = view
  const person = isStaff(viewer) ? personJson : hiddenPersonJson
  return {
    id: ticket.id,
    subject: ticket.subject,
    status: ticket.status,
    status_category: ticket.statusCategory,
    status_label: ruleOf(lifecycle, ticket.status).label,
    allowed_statuses: allowedFor(view, lifecycle, viewer),
    priority: ticket.priority,
    category: ticket.category,
    tags: ticket.tags,
    fields: ticket.fields,
    inbox: view.inbox,
    requester: requester === null ? null : personJson(requester),
    requester_source: ticket.requesterSource,
    participants: view.participants.map(({ email, name, role }) => ({ email, name, role })),
    assignee: assignee === null ? null : person(assignee),
    follow_up_of: ticket.followUpOf,
    merged_into: ticket.mergedInto,
    related: view.relatedIds,
    created_at: ticket.createdAt.toISOString(),
    updated_at: ticket.updatedAt.toISOString(),
    closed_at: instant(ticket.closedAt),
    waiting_since: instant(ticket.waitingSince),
    snoozed_until: isStaff(viewer) ? instant(ticket.snoozedUntil) : null,
    version: ticket.version,
    counts: { comments: view.commentsCount },
  }
}

/** Customers may close what is theirs, and nothing else. */
function allowedFor({ ticket }: TicketView, lifecycle: Lifecycle, viewer: User): readonly string[] {
  const { to } = ruleOf(lifecycle, ticket.status)
  if (isStaff(viewer)) return to
  if (ticket.requesterId !== viewer.id) return []
  return to.filter((status) => ruleOf(lifecycle, status).category === 'closed')
}
