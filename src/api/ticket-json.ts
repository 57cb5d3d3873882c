/** Tickets as JSON. What only agents may know is left out for customers. */
import { z } from 'zod'
import type { TicketView } from '../store/reads/ticket-views.ts'
import { type Lifecycle, ruleOf, STATUS_CATEGORIES } from '../ticket/lifecycle.ts'
import { PARTICIPANT_ROLES, PRIORITIES, REQUESTER_SOURCES } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { Count, Id, type Sent, Time } from './answers.ts'
import { hiddenPersonJson, instant, personFor, PersonJson, personJson } from './people-json.ts'

export const TicketJson = z
  .strictObject({
    id: Id,
    subject: z.string(),
    status: z.string(),
    status_category: z.enum(STATUS_CATEGORIES),
    status_label: z.string(),
    allowed_statuses: z.array(z.string()),
    priority: z.enum(PRIORITIES),
    category: z.string().nullable(),
    tags: z.array(z.string()),
    fields: z.record(z.string(), z.string()),
    inbox: z.string().nullable(),
    requester: PersonJson.nullable(),
    requester_source: z.enum(REQUESTER_SOURCES),
    participants: z.array(
      z.strictObject({
        /** Null: not the reader's business. */
        email: z.string().nullable(),
        name: z.string().nullable(),
        role: z.enum(PARTICIPANT_ROLES),
      }),
    ),
    assignee: PersonJson.nullable(),
    follow_up_of: Id.nullable(),
    merged_into: Id.nullable(),
    related: z.array(Id),
    created_at: Time,
    updated_at: Time,
    closed_at: Time.nullable(),
    waiting_since: Time.nullable(),
    snoozed_until: Time.nullable(),
    version: Id,
    counts: z.strictObject({ comments: Count }),
  })
  .meta({ id: 'Ticket' })
export type TicketJson = Sent<z.output<typeof TicketJson>>

export function ticketJson(view: TicketView, lifecycle: Lifecycle, viewer: User): TicketJson {
  const { ticket, requester, assignee } = view
  const agent = isStaff(viewer) ? personJson : hiddenPersonJson
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
    requester: requester === null ? null : personFor(viewer, requester),
    requester_source: ticket.requesterSource,
    participants: view.participants.map(({ email, name, role, isColleague }) => ({
      email: isColleague && !isStaff(viewer) ? null : email,
      name,
      role,
    })),
    assignee: assignee === null ? null : agent(assignee),
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
