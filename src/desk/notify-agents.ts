/** Tells agents what a customer did or a colleague gave them: who, when, and in one mail where several fit. */
import type { NamedAddress } from '../mail/address.ts'
import { coalesced, noticeToAgent } from '../outbound/agent-notices.ts'
import { listAttachments } from '../store/attachments.ts'
import { lastCustomerWords, latestPublicComments } from '../store/comments.ts'
import { assignedBy } from '../store/events.ts'
import { mutedBy, settingsById } from '../store/notice-settings.ts'
import type { Tx } from '../store/open.ts'
import { replacedSince } from '../store/outbox.ts'
import { listParticipants, listWatcherIds } from '../store/participants.ts'
import { findUser, findUsers, listAgents } from '../store/users.ts'
import type { Comment } from '../ticket/comment.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { type NoticeLevel, type NoticeSettings, quietUntil, wantsNotice } from '../ticket/notify.ts'
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
  if (context.inboxes.length === 0) return
  const { ticket, comment, suggested } = about
  const listeners = await listenersOf(tx, context, about)
  await tell(tx, context, { ticket, comment, suggested, assignedBy: null, ...listeners }, at)
}

/**
 * A colleague made him the assignee. He gets the customer's last words, too: they may have gone to
 * others only.
 */
export async function notifyAssignee(
  tx: Tx,
  context: DeskContext,
  { ticket, assignee, by }: { ticket: Ticket; assignee: User; by: User },
  at: Date,
): Promise<void> {
  if (context.inboxes.length === 0 || by.id === assignee.id) return
  const settings = await settingsById(tx, [assignee.id])
  const concern = {
    mine: true,
    assigned: true,
    watching: false,
    muted: (await mutedBy(tx, ticket.id)).includes(assignee.id),
  }
  if (!wantsNotice(levelOf(context, settings, assignee), concern)) return
  const comment =
    (await lastCustomerWords(tx, { ticketId: ticket.id })) ??
    (await latestPublicComments(tx, ticket.id, 1))[0] ??
    null
  const assignedBy = nameOf(by)
  const about = { ticket, comment, suggested: [], assignedBy, agents: [assignee], settings }
  await tell(tx, context, about, at)
}

type Settings = ReadonlyMap<number, NoticeSettings>
interface Listeners {
  readonly agents: readonly User[]
  readonly settings: Settings
}

interface News extends Listeners {
  readonly ticket: Ticket
  /** Null: there is nothing that a notice may repeat. */
  readonly comment: Comment | null
  readonly suggested: readonly NamedAddress[]
  readonly assignedBy: string | null
}

async function tell(tx: Tx, context: DeskContext, news: News, at: Date): Promise<void> {
  const { ticket, comment, agents, settings, suggested, assignedBy } = news
  if (agents.length === 0) return
  const requester = ticket.requesterId === null ? null : await findUser(tx, ticket.requesterId)
  const assignee = ticket.assigneeId === null ? null : await findUser(tx, ticket.assigneeId)
  const participants = await listParticipants(tx, [ticket.id])
  const statusLabel = ruleOf(context.lifecycle, ticket.status).label
  for (const agent of agents) {
    const {
      dueAt: soonest,
      sinceCommentId,
      replaced,
    } = await coalesced(tx, context, { ticketId: ticket.id, agentId: agent.id }, at)
    const dueAt = whenWanted(context, ticket, settings.get(agent.id) ?? null, soonest)
    const ticketUrl = `${context.publicUrl}/tickets/${ticket.id}`
    const entries = await entriesFor(tx, {
      ticketId: ticket.id,
      comment,
      sinceCommentId,
      ticketUrl,
    })
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
        by: assignedBy,
        assignedBy: assignedBy ?? (replaced ? await untoldGiver(tx, ticket, agent) : null),
        entries,
        commentId: sinceCommentId ?? comment?.id ?? null,
        dueAt,
      },
      at,
    )
  }
}

/** The colleague of whom a notice would have told that was replaced before it left. */
async function untoldGiver(tx: Tx, ticket: Ticket, { id }: User): Promise<string | null> {
  if (ticket.assigneeId !== id) return null
  const about = { ticketId: ticket.id, userId: id, kind: 'agent_notice' } as const
  const since = await replacedSince(tx, about)
  if (since === null) return null
  const giver = await assignedBy(tx, { ticketId: ticket.id, assigneeId: id, since })
  return giver === null || giver === id ? null : nameOf(await findUser(tx, giver))
}

type About = Parameters<typeof notifyAgents>[2]

/** The agents who want to hear of it, never its author, with what they set. */
async function listenersOf(
  tx: Tx,
  context: DeskContext,
  { ticket, comment, author }: About,
): Promise<Listeners> {
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
      wantsNotice(levelOf(context, settings, agent), {
        mine: ticket.assigneeId === agent.id,
        assigned: ticket.assigneeId !== null,
        watching: watchers.has(agent.id),
        muted: muted.has(agent.id),
      }),
  )
  return { agents, settings }
}

const levelOf = ({ agentNotices }: DeskContext, settings: Settings, { id }: User): NoticeLevel =>
  settings.get(id)?.level ?? agentNotices.default

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
    ticketId,
    comment,
    sinceCommentId,
    ticketUrl,
  }: {
    ticketId: number
    comment: Comment | null
    sinceCommentId: number | null
    ticketUrl: string
  },
) {
  const one = comment === null ? [] : [comment]
  const comments =
    sinceCommentId === null ? one : await newestPublicComments(tx, ticketId, sinceCommentId)
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
