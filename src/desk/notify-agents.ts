/** Tells agents about something a customer did: who, when, and in one mail where several fit. */
import type { NamedAddress } from '../mail/address.ts'
import { coalesced, noticeToAgent } from '../outbound/agent-notices.ts'
import { listAttachments } from '../store/attachments.ts'
import { latestPublicComments } from '../store/comments.ts'
import { mutedBy, settingsById } from '../store/notice-settings.ts'
import type { Tx } from '../store/open.ts'
import { listParticipants, listWatcherIds } from '../store/participants.ts'
import { findUser, findUsers, listAgents } from '../store/users.ts'
import type { Comment } from '../ticket/comment.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { type NoticeSettings, quietUntil, wantsNotice } from '../ticket/notify.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { Author, DeskContext } from './context.ts'

/** More comments than these are left to the ticket's page; the newest are told. */
const ENTRIES_MAX = 10

export async function notifyAgents(
  tx: Tx,
  context: DeskContext,
  about: {
    ticket: Ticket
    comment: Comment
    author: Author
    suggested: readonly NamedAddress[]
  },
  at: Date,
): Promise<void> {
  const { ticket, comment, suggested } = about
  if (context.inboxes.length === 0) return
  const { agents, settings } = await listenersOf(tx, context, about)
  if (agents.length === 0) return
  const requester = ticket.requesterId === null ? null : await findUser(tx, ticket.requesterId)
  const assignee = ticket.assigneeId === null ? null : await findUser(tx, ticket.assigneeId)
  const participants = await listParticipants(tx, [ticket.id])
  const statusLabel = ruleOf(context.lifecycle, ticket.status).label
  for (const agent of agents) {
    const { dueAt: soonest, sinceCommentId } = await coalesced(
      tx,
      context,
      { ticketId: ticket.id, agentId: agent.id },
      at,
    )
    const dueAt = whenWanted(context, ticket, settings.get(agent.id) ?? null, soonest)
    const ticketUrl = `${context.publicUrl}/tickets/${ticket.id}`
    const entries = await entriesFor(tx, { comment, sinceCommentId, ticketUrl })
    await noticeToAgent(
      tx,
      context,
      {
        ticket,
        statusLabel,
        agent,
        requester,
        assignee,
        participants,
        suggested,
        entries,
        commentId: sinceCommentId ?? comment.id,
        dueAt,
      },
      at,
    )
  }
}

type About = Parameters<typeof notifyAgents>[2]

/** The agents who want to hear of it, never its author, with what they set. */
async function listenersOf(
  tx: Tx,
  context: DeskContext,
  { ticket, comment, author }: About,
): Promise<{ agents: User[]; settings: Map<number, NoticeSettings> }> {
  const everybody = await (context.agentsOf ?? listAgents)(tx)
  if (everybody.length === 0) return { agents: [], settings: new Map() }
  const settings = await settingsById(
    tx,
    everybody.map(({ id }) => id),
  )
  const watchers = new Set(await listWatcherIds(tx, ticket.id))
  const muted = new Set(await mutedBy(tx, ticket.id))
  const agents = everybody.filter(
    (agent) =>
      agent.id !== comment.authorId &&
      agent.id !== author.recordedBy?.id &&
      agent.id !== ticket.requesterId &&
      wantsNotice(settings.get(agent.id)?.level ?? context.agentNotices.default, {
        mine: ticket.assigneeId === agent.id,
        assigned: ticket.assigneeId !== null,
        watching: watchers.has(agent.id),
        muted: muted.has(agent.id),
      }),
  )
  return { agents, settings }
}

/** Not in the agent's quiet hours, unless it is urgent. */
function whenWanted(
  { inboxes }: DeskContext,
  { inboxId, priority }: Ticket,
  settings: NoticeSettings | null,
  soonest: Date,
): Date {
  if (settings === null || priority === 'urgent') return soonest
  const zone = inboxOrFirst(inboxes, inboxId)?.timeZone ?? 'UTC'
  return quietUntil(settings.quietHours, zone, soonest) ?? soonest
}

/** Internal comments stay out, or are only pointed to: what an agent quotes goes to the customer. */
async function newestPublicComments(
  tx: Tx,
  ticketId: number,
  sinceCommentId: number,
): Promise<Comment[]> {
  const newest = await latestPublicComments(tx, ticketId, ENTRIES_MAX)
  return newest.filter(({ id }) => id >= sinceCommentId).toReversed()
}

/** The comment itself, and the ones a replaced notice would have told about. */
async function entriesFor(
  tx: Tx,
  {
    comment,
    sinceCommentId,
    ticketUrl,
  }: { comment: Comment; sinceCommentId: number | null; ticketUrl: string },
) {
  const comments =
    sinceCommentId === null
      ? [comment]
      : await newestPublicComments(tx, comment.ticketId, sinceCommentId)
  const attachments = await listAttachments(
    tx,
    comments.map(({ id }) => id),
  )
  const authors = new Map(
    (
      await findUsers(
        tx,
        comments.flatMap(({ authorId }) => (authorId === null ? [] : [authorId])),
      )
    ).map((user) => [user.id, user]),
  )
  return comments.map((entry) => ({
    author: nameOf(entry.authorId === null ? null : (authors.get(entry.authorId) ?? null)),
    // An answer between quoted lines keeps them, so words among agents are not in a notice.
    text: entry.visibility === 'internal' ? ticketUrl : entry.text,
    internal: entry.visibility === 'internal',
    attachments: attachments
      .filter(({ commentId, inline }) => commentId === entry.id && !inline)
      .map(({ filename }) => filename ?? 'unnamed'),
  }))
}

const nameOf = (user: User | null): string | null => user?.name ?? user?.email ?? null
