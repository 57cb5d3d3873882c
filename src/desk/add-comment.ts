/** Adds a comment to a ticket: moves its status, mails it, tells the agents. */
import { AppError } from '../errors.ts'
import type { NamedAddress } from '../mail/address.ts'
import { mailComment } from '../outbound/comment-mail.ts'
import { dropPendingAcknowledgements } from '../outbound/notices.ts'
import { lastCustomerWords } from '../store/comments.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { Overtaken } from '../store/database-errors.ts'
import { listParticipants } from '../store/participants.ts'
import { findTicket, updateTicket } from '../store/tickets.ts'
import { findUser } from '../store/users.ts'
import type { Comment, Visibility } from '../ticket/comment.ts'
import { ruleOf, type StatusRule, stepTo } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { type Speaker, waitingAfter } from '../ticket/waiting.ts'
import type { Author, DeskContext, Said } from './context.ts'
import { attachmentsToSend } from './mail-attachments.ts'
import { notifyAgents } from './notify-agents.ts'
import { actorOf, recordComment } from './record-comment.ts'

export interface AddCommentInput {
  readonly ticketId: number
  readonly visibility: Visibility
  readonly author: Author
  readonly said: Said
  /** Where the ticket goes with it; null: it stays. Reopening a closed one is allowed here. */
  readonly moveTo: string | null
  /** Mail it to the participants (an agent's public comment). */
  readonly mailOut: boolean
  readonly notifyAgents: boolean
  /** People the author copied who do not join by that: agents are told. */
  readonly suggested?: readonly NamedAddress[]
  /** The language the ticket goes on in; absent: it keeps its own. */
  readonly locale?: string | null
  /** Comments on a closed ticket are refused unless a rule of the lifecycle reopens it. */
  readonly reopening: boolean
}

/**
 * @throws AppError `not-found`; `ticket-closed` when the ticket takes no comments;
 *   `status-transition-not-allowed` when `moveTo` is no step of the lifecycle.
 */
export async function addComment(
  tx: Tx,
  context: DeskContext,
  input: AddCommentInput,
  at: Date,
): Promise<{ ticket: Ticket; comment: Comment }> {
  const before = await getTicket(tx, input.ticketId)
  const rule = ruleOf(context.lifecycle, before.status)
  if (!rule.comments && !input.reopening) throw ticketClosed(before)
  const target = targetOf(context, before, input)
  const said = { ...input.said, ticketId: before.id }
  const comment = await recordComment(
    tx,
    { ...said, visibility: input.visibility, author: input.author },
    at,
  )
  const locale = input.locale ?? before.locale
  const ticket = await moveAndCount(tx, { ...before, locale }, target, input, at)
  if (input.mailOut && input.author.user !== null) {
    await mailComment(
      tx,
      context,
      {
        ticket,
        comment,
        author: input.author.user,
        participants: await listParticipants(tx, [ticket.id]),
        answered: await answeredBy(tx, comment),
        attachments: await attachmentsToSend(context, input.said.attachments),
      },
      at,
    )
  }
  if (input.notifyAgents) {
    const { author, suggested = [] } = input
    await notifyAgents(tx, context, { ticket, comment, author, suggested }, at)
  }
  return { ticket, comment }
}

/** A ticket that exists and is not deleted. */
export async function getTicket(tx: Tx, id: number): Promise<Ticket> {
  const ticket = await findTicket(tx, id)
  if (ticket === null || ticket.deletedAt !== null) {
    throw new AppError('not_found', 'not-found', `There is no ticket ${id}.`)
  }
  return ticket
}

export const ticketClosed = (ticket: Ticket): AppError =>
  new AppError(
    'conflict',
    'ticket-closed',
    `Ticket ${ticket.id} is ${ticket.status}; it takes no more comments.`,
    { current: ticket.status, allowed: [] },
  )

export const stepRefused = (ticket: Ticket, to: string, allowed: readonly string[]): AppError =>
  new AppError(
    'conflict',
    'status-transition-not-allowed',
    `Ticket ${ticket.id} is ${ticket.status} and cannot become ${to}.`,
    { current: ticket.status, allowed },
  )

function targetOf(context: DeskContext, ticket: Ticket, input: AddCommentInput): StatusRule | null {
  if (input.moveTo === null || input.moveTo === ticket.status) return null
  if (input.reopening) return ruleOf(context.lifecycle, input.moveTo)
  const step = stepTo(context.lifecycle, ticket.status, input.moveTo)
  if (step.do === 'refuse') throw stepRefused(ticket, input.moveTo, step.allowed)
  return step.do === 'move' ? step.to : null
}

async function moveAndCount(
  tx: Tx,
  before: Ticket,
  target: StatusRule | null,
  input: AddCommentInput,
  at: Date,
): Promise<Ticket> {
  const status = target === null ? {} : { status: target }
  const spoke = spokenBy(input)
  const change = { commentsAdded: 1, locale: before.locale, spoke, ...status }
  if (!(await updateTicket(tx, before, change, at))) {
    throw new Overtaken(`ticket ${before.id} changed while a comment was added`)
  }
  if (target !== null) {
    await insertEvents(tx, [statusChanged(before, target, input.author)], at)
    await withoutStaleMail(tx, before.id, target)
  }
  return {
    ...before,
    ...(target === null ? {} : { status: target.name, statusCategory: target.category }),
    waitingSince: waitingAfter(
      before,
      { category: target?.category ?? before.statusCategory, spoke },
      at,
    ),
    snoozedUntil: spoke === 'customer' ? null : before.snoozedUntil,
    firstAnsweredAt: before.firstAnsweredAt ?? (spoke === 'agent' ? at : null),
    commentsCount: before.commentsCount + 1,
    version: before.version + 1,
    updatedAt: at,
  }
}

const spokenBy = ({ author, visibility }: AddCommentInput): Speaker | null =>
  visibility === 'internal' || author.type === 'system' ? null : author.type

/** Nobody is to be told "a person will answer" about a ticket that is done with. */
export async function withoutStaleMail(tx: Tx, ticketId: number, to: StatusRule): Promise<void> {
  if (to.category !== 'closed') return
  await dropPendingAcknowledgements(tx, ticketId, 'the ticket was closed first')
}

export const statusChanged = (ticket: Ticket, to: StatusRule, author: Author): NewEvent => ({
  type: 'ticket.status_changed',
  ticketId: ticket.id,
  commentId: null,
  actor: actorOf(author),
  data: { from: ticket.status, to: to.name },
})

/** A customer's own last words before this comment, if we know whose: what the reply quotes. */
async function answeredBy(
  tx: Tx,
  comment: Comment,
): Promise<{ comment: Comment; author: User } | null> {
  const answered = await lastCustomerWords(tx, comment)
  if (answered === null) return null
  const author = answered.authorId === null ? null : await findUser(tx, answered.authorId)
  return author === null ? null : { comment: answered, author }
}
