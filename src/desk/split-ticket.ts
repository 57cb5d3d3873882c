/** One ticket about two things: some of its comments become a ticket of their own. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { listComments } from '../store/comments.ts'
import { moveComments } from '../store/move-comments.ts'
import type { Tx } from '../store/open.ts'
import { addParticipant, listParticipants } from '../store/participants.ts'
import { insertTicket, linkTickets, updateTicket } from '../store/tickets.ts'
import type { Comment } from '../ticket/comment.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { waitingAfter } from '../ticket/waiting.ts'
import { getTicket } from './add-comment.ts'
import type { Author, DeskContext } from './context.ts'
import { actorOf, recordComment } from './record-comment.ts'
import { saidByApi } from './context.ts'

/** Of one ticket: the list is looked through for the comments that are wanted. */
const COMMENTS_MAX = 10_000

/**
 * The comments keep their authors, times, files and deliveries; answers to them reach the new
 * ticket. Everybody of the first ticket takes part in both.
 *
 * @param input.subject null: that of the first ticket.
 * @returns the new ticket.
 * @throws AppError `unknown-comment`, `nothing-left` (a ticket keeps its first comment), `not-found`.
 */
export async function splitTicket(
  tx: Tx,
  context: DeskContext,
  input: {
    ticketId: number
    commentIds: readonly number[]
    subject: string | null
    author: Author
  },
  at: Date,
): Promise<Ticket> {
  const from = await getTicket(tx, input.ticketId)
  const moved = await chosen(tx, from, input.commentIds)
  const made = await insertSplit(tx, context, { from, moved, subject: input.subject }, at)
  await moveComments(
    tx,
    moved.map(({ id }) => id),
    { ticketId: made.id },
  )
  await bringPeople(tx, from, made, at)
  await linkTickets(tx, { ticketId: made.id, relatedId: from.id, reason: 'split' }, at)
  const change = { commentsAdded: 1 - moved.length }
  if (!(await updateTicket(tx, from, change, at))) {
    throw new Overtaken(`ticket ${from.id} changed while it was split`)
  }
  const note = saidByApi(`${moved.length} of its comments became ticket ${made.id}.`)
  const actor = actorOf(input.author)
  const ids = moved.map(({ id }) => id)
  await recordComment(
    tx,
    { ...note, ticketId: from.id, visibility: 'internal', author: input.author },
    at,
    [
      {
        type: 'ticket.created',
        ticketId: made.id,
        commentId: null,
        actor,
        data: { source: 'api', status: made.status, split_from: from.id },
      },
      {
        type: 'ticket.updated',
        ticketId: from.id,
        commentId: null,
        actor,
        data: { split_into: made.id, comments: ids },
      },
    ],
  )
  return getTicket(tx, made.id)
}

async function chosen(tx: Tx, from: Ticket, ids: readonly number[]): Promise<Comment[]> {
  const all = await listComments(tx, {
    ticketId: from.id,
    publicOnly: false,
    afterId: 0,
    limit: COMMENTS_MAX,
  })
  const moved = all.filter(({ id }) => ids.includes(id))
  const unknown = ids.filter((id) => !moved.some((comment) => comment.id === id))
  if (unknown.length > 0) {
    throw new AppError(
      'invalid',
      'unknown-comment',
      `Ticket ${from.id} has no comment ${unknown.join(', ')}.`,
    )
  }
  if (moved[0]?.id === all[0]?.id) {
    throw new AppError('conflict', 'nothing-left', 'A ticket keeps its first comment.')
  }
  return moved
}

/** Whoever said the first of them is who asks now, if it was a customer. */
async function insertSplit(
  tx: Tx,
  { lifecycle }: DeskContext,
  { from, moved, subject }: { from: Ticket; moved: readonly Comment[]; subject: string | null },
  at: Date,
): Promise<Ticket> {
  const rule = ruleOf(lifecycle, lifecycle.initial)
  const asked = moved.find(({ authorType }) => authorType === 'customer')
  const spoke = asked === undefined ? 'agent' : 'customer'
  return insertTicket(
    tx,
    {
      subject: subject ?? from.subject,
      status: rule.name,
      statusCategory: rule.category,
      priority: from.priority,
      category: from.category,
      tags: from.tags,
      fields: from.fields,
      inboxId: from.inboxId,
      requesterId: asked?.authorId ?? from.requesterId,
      requesterSource: 'agent',
      followUpOf: null,
      locale: from.locale,
      threadIndex: null,
      commentsCount: moved.length,
      waitingSince: waitingAfter(null, { category: rule.category, spoke }, at),
      firstAnsweredAt: asked === undefined ? at : null,
    },
    at,
  )
}

async function bringPeople(tx: Tx, from: Ticket, made: Ticket, at: Date): Promise<void> {
  if (made.requesterId !== null) {
    const requester = { ticketId: made.id, userId: made.requesterId, role: 'requester' as const }
    await addParticipant(tx, requester, at)
  }
  for (const { userId } of await listParticipants(tx, [from.id])) {
    await addParticipant(tx, { ticketId: made.id, userId, role: 'cc' }, at)
  }
}
