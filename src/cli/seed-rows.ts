/** An invented ticket as the rows of the database. */
import type { Workplace } from '../workplace.ts'
import { type Dice, pick, type SeedTicket, type Told } from './seed-story.ts'

type Row = Record<string, unknown>

/** By their ids. */
export interface SeedPeople {
  readonly customers: readonly number[]
  readonly agents: readonly number[]
}

export interface SeedRows {
  readonly tickets: Row[]
  readonly participants: Row[]
  readonly comments: Row[]
  readonly events: Row[]
}

interface Numbers {
  readonly ticketId: number
  /** Of its first comment. */
  readonly commentId: number
  readonly dice: Dice
  readonly people: SeedPeople
  readonly workplace: Workplace
}

const UNASSIGNED = 0.3

/** Adds its rows to those of its batch. */
export function rowsOf(batch: SeedRows, ticket: SeedTicket, numbers: Numbers): void {
  const { dice, people, ticketId } = numbers
  const customer = pick(dice, people.customers)
  const agent = pick(dice, people.agents)
  batch.tickets.push(ticketRow(ticket, numbers, { customer, agent }))
  batch.participants.push({
    ticket_id: ticketId,
    user_id: customer,
    role: 'requester',
    created_at: ticket.createdAt,
  })
  const initial = numbers.workplace.context.lifecycle.initial
  batch.events.push(
    event(ticketId, null, customer, ticket.createdAt, 'ticket.created', {
      source: 'email',
      status: initial,
    }),
  )
  for (const [index, told] of ticket.told.entries()) {
    const id = numbers.commentId + index
    const author = told.by === 'customer' ? customer : agent
    batch.comments.push(commentRow(id, ticketId, author, told))
    const visibility = told.by === 'note' ? 'internal' : 'public'
    batch.events.push(
      event(ticketId, id, author, told.at, 'comment.created', { visibility, source: 'email' }),
    )
  }
  if (ticket.status.name === initial) return
  batch.events.push(
    event(ticketId, null, agent, ticket.updatedAt, 'ticket.status_changed', {
      from: initial,
      to: ticket.status.name,
    }),
  )
}

function ticketRow(
  ticket: SeedTicket,
  { dice, ticketId, workplace }: Numbers,
  { customer, agent }: { customer: number; agent: number },
): Row {
  const { inboxes, config } = workplace
  return {
    id: ticketId,
    subject: ticket.subject,
    status: ticket.status.name,
    status_category: ticket.status.category,
    priority: ticket.priority,
    category: config.categories.length === 0 ? null : pick(dice, config.categories),
    tags: JSON.stringify(ticket.tags),
    fields: '{}',
    inbox_id: inboxes.length === 0 ? null : pick(dice, inboxes).id,
    requester_id: customer,
    requester_source: 'sender',
    assignee_id: dice() < UNASSIGNED ? null : agent,
    locale: ticket.matter.locale,
    comments_count: ticket.told.length,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    closed_at: ticket.closedAt,
    waiting_since: ticket.waitingSince,
    first_answered_at: ticket.firstAnsweredAt,
    version: ticket.told.length,
  }
}

const commentRow = (id: number, ticketId: number, authorId: number, told: Told): Row => ({
  id,
  ticket_id: ticketId,
  visibility: told.by === 'note' ? 'internal' : 'public',
  author_type: told.by === 'customer' ? 'customer' : 'agent',
  author_id: authorId,
  text: told.text,
  quoted_text: '',
  full_text: told.text,
  source: 'email',
  created_at: told.at,
})

const event = (
  ticketId: number,
  commentId: number | null,
  actorId: number,
  at: number,
  type: string,
  data: Row,
): Row => ({
  type,
  ticket_id: ticketId,
  comment_id: commentId,
  actor_type: 'user',
  actor_id: actorId,
  data: JSON.stringify(data),
  created_at: at,
})
