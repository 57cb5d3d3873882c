/** Changes what a ticket is: status, people in charge, priority and the like, in one step. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { type TicketChange, updateTicket } from '../store/tickets.ts'
import { getStatus, type StatusRule, stepTo } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { getTicket, statusChanged, stepRefused, withoutStaleMail } from './add-comment.ts'
import type { Author, DeskContext } from './context.ts'
import { notifyAssignee } from './notify-agents.ts'
import { actorOf } from './record-comment.ts'

type Plain = Pick<
  TicketChange,
  | 'subject'
  | 'priority'
  | 'category'
  | 'tags'
  | 'fields'
  | 'inboxId'
  | 'assigneeId'
  | 'snoozedUntil'
>
type Optional<T> = { readonly [Member in keyof T]?: T[Member] | undefined }

/** What is left out stays as it is. */
export interface WantedChange extends Optional<Omit<Plain, 'assigneeId'>> {
  /** A status or one of its aliases. */
  readonly status?: string
  /** Null: nobody. */
  readonly assignee?: User | null
}

interface ChangeInput {
  readonly ticketId: number
  readonly change: WantedChange
  readonly author: Author
  /** Changed with others, by one click: an assignee is not mailed about each of them. */
  readonly isOneOfMany?: boolean
}

/**
 * Whatever is the same already changes nothing and makes no event. An assignee hears of a ticket that
 * somebody else gave him.
 *
 * @throws AppError `unknown-status`, `status-transition-not-allowed`, `not-an-agent`, `not-found`.
 */
export async function changeTicket(
  tx: Tx,
  context: DeskContext,
  input: ChangeInput,
  at: Date,
): Promise<Ticket> {
  const ticket = await getTicket(tx, input.ticketId)
  const target = targetOf(context, ticket, input.change.status)
  const plain = differences(ticket, plainOf(input.change))
  if (target === null && Object.keys(plain).length === 0) return ticket
  const change = { ...plain, ...(target === null ? {} : { status: target }) }
  if (!(await updateTicket(tx, ticket, change, at))) {
    throw new Overtaken(`ticket ${ticket.id} changed meanwhile`)
  }
  await insertEvents(tx, eventsOf(ticket, plain, target, input.author), at)
  if (target !== null) await withoutStaleMail(tx, ticket.id, target)
  const after = await getTicket(tx, ticket.id)
  if (plain.assigneeId !== undefined)
    await tellAssignee(tx, context, { ...input, ticket: after }, at)
  return after
}

async function tellAssignee(
  tx: Tx,
  context: DeskContext,
  { ticket, change: { assignee }, author, isOneOfMany }: ChangeInput & { ticket: Ticket },
  at: Date,
): Promise<void> {
  if (isOneOfMany === true || !assignee || author.user === null) return
  await notifyAssignee(tx, context, { ticket, assignee, by: author.user }, at)
}

/** Where a wish to change the status leads; null: it stays. */
function targetOf(context: DeskContext, ticket: Ticket, word?: string): StatusRule | null {
  if (word === undefined) return null
  const wanted = getStatus(context.lifecycle, word)
  const step = stepTo(context.lifecycle, ticket.status, wanted.name)
  if (step.do === 'refuse') throw stepRefused(ticket, wanted.name, step.allowed)
  return step.do === 'move' ? step.to : null
}

function plainOf({ status: _status, assignee, ...plain }: WantedChange): Optional<Plain> {
  if (assignee === undefined) return plain
  if (assignee !== null && !isStaff(assignee)) {
    throw new AppError(
      'invalid',
      'not-an-agent',
      `${assignee.email} is no active agent or admin, and cannot be assigned a ticket.`,
    )
  }
  return { ...plain, assigneeId: assignee?.id ?? null }
}

/** The members that would really change. */
function differences(ticket: Ticket, wanted: Optional<Plain>): TicketChange {
  const changed = Object.entries(wanted).filter(
    ([member, value]) =>
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(ticket[member as keyof Ticket]),
  )
  return Object.fromEntries(changed)
}

function eventsOf(
  ticket: Ticket,
  plain: TicketChange,
  target: StatusRule | null,
  author: Author,
): NewEvent[] {
  const events: NewEvent[] = []
  if (Object.keys(plain).length > 0) events.push(ticketUpdated(ticket, plain, author))
  if (target !== null) events.push(statusChanged(ticket, target, author))
  return events
}

/** Members whose values people wrote: the event tells that they changed, not what they say. */
const WORDS = new Set(['subject', 'fields'])
const NAMES: Readonly<Record<string, string>> = {
  assigneeId: 'assignee_id',
  inboxId: 'inbox_id',
  requesterId: 'requester_id',
  requesterSource: 'requester_source',
  mergedInto: 'merged_into',
  deletedAt: 'deleted_at',
  snoozedUntil: 'snoozed_until',
}

/** What an event says of a change: each member with its value before and after. */
export function ticketUpdated(ticket: Ticket, change: TicketChange, author: Author): NewEvent {
  const changes = Object.entries(change).map(([member, to]) => {
    const from = ticket[member as keyof Ticket]
    return [NAMES[member] ?? member, WORDS.has(member) ? {} : { from, to }]
  })
  return {
    type: 'ticket.updated',
    ticketId: ticket.id,
    commentId: null,
    actor: actorOf(author),
    data: { changes: Object.fromEntries(changes) as Record<string, unknown> },
  }
}
