/** The morning's mail to agents who want one: what waits for them, and what nobody has taken. */
import { mailRendered } from '../outbound/account-mail.ts'
import type { DigestLine, DigestValues } from '../outbound/template-values.ts'
import { isCorrupt, isDatabaseDown } from '../store/database-errors.ts'
import { beginDigest, settingsById } from '../store/notice-settings.ts'
import type { Store, Tx } from '../store/open.ts'
import { waitingTickets } from '../store/reads/waiting-tickets.ts'
import { usersById, listAgents } from '../store/users.ts'
import type { Inbox } from '../ticket/inbox.ts'
import { digestDay } from '../ticket/notify.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'

const LISTED_MAX = 20

/**
 * Those that are due. An agent gets one a working day, and none when nothing waits.
 * @throws the first error, after everybody else has got his
 */
export async function sendDigests(store: Store, context: DeskContext, at: Date): Promise<void> {
  const [inbox] = context.inboxes
  const day = inbox === undefined ? null : digestDay(inbox.timeZone, at)
  if (inbox === undefined || day === null) return
  const errors: unknown[] = []
  for (const agent of await readersOf(store, context, day)) {
    try {
      await store.transaction(async (tx) => {
        if (await beginDigest(tx, agent.id, day)) {
          await mailDigest(tx, context, { agent, inbox }, at)
        }
      })
    } catch (err) {
      // What is wrong with the database is wrong for all of them.
      if (isDatabaseDown(err) || isCorrupt(err)) throw err
      errors.push(err)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** Agents who want a digest and did not get this day's. */
async function readersOf(store: Store, context: DeskContext, day: string): Promise<User[]> {
  const agents = await listAgents(store.read)
  const ids = agents.map(({ id }) => id)
  const settings = await settingsById(store.read, ids)
  return agents.filter(({ id }) => {
    const own = settings.get(id)
    const isDone = (own?.digestOn ?? '') >= day
    return !isDone && (own?.level ?? context.agentNotices.default) === 'digest'
  })
}

async function mailDigest(
  tx: Tx,
  context: DeskContext,
  { agent, inbox }: { agent: User; inbox: Inbox },
  at: Date,
): Promise<void> {
  const mine = await waitingTickets(tx, { assigneeId: agent.id, limit: LISTED_MAX })
  const nobodys = await waitingTickets(tx, { assigneeId: null, limit: LISTED_MAX })
  if (mine.count + nobodys.count === 0) return
  const values: DigestValues = {
    inbox: { name: inbox.name },
    mine: await linesOf(tx, context, mine.tickets),
    mine_more: mine.count - mine.tickets.length,
    unassigned: await linesOf(tx, context, nobodys.tickets),
    unassigned_more: nobodys.count - nobodys.tickets.length,
  }
  const rendered = context.templates.render('digest', { locales: [agent.locale], inbox }, values)
  await mailRendered(tx, context, { inbox, recipient: agent, rendered }, at)
}

async function linesOf(
  tx: Tx,
  { publicUrl }: DeskContext,
  tickets: readonly Ticket[],
): Promise<DigestLine[]> {
  const ids = tickets.flatMap(({ requesterId }) => (requesterId === null ? [] : [requesterId]))
  const people = await usersById(tx, ids)
  return tickets.map(({ id, subject, requesterId, waitingSince, createdAt }) => {
    const requester = people.get(requesterId ?? 0)
    return {
      id,
      subject,
      requester: requester?.name ?? requester?.email ?? '–',
      since: waitingSince ?? createdAt,
      url: `${publicUrl}/tickets/${id}`,
    }
  })
}
