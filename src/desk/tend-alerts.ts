/** Raises, repeats and ends alerts: an event for programs, and a mail to those who run the desk. */
import { mailAlert } from '../outbound/alert-mail.ts'
import { USED_UP_FOR_ALL } from '../outbound/budget.ts'
import {
  type Alert,
  alertKey,
  clearAlert,
  lastToldOf,
  listAlerts,
  raiseAlert,
  tellAgain,
} from '../store/alerts.ts'
import { insertEvents } from '../store/events.ts'
import type { Queryable, Tx } from '../store/open.ts'
import { listUpkeep } from '../store/upkeep.ts'
import { countUnacknowledged, overdueByInbox, pendingSince } from '../store/reads/overdue.ts'
import { listAdmins, listAgents } from '../store/users.ts'
import { type Observations, type Sign, signsOf, TELL_AGAIN_MS } from '../ticket/alert.ts'
import { SYSTEM } from '../ticket/comment.ts'
import type { Inbox } from '../ticket/inbox.ts'
import type { DeskContext } from './context.ts'

const HOUR_MS = 3_600_000
const OPEN_MAX = 200
const TOLD_MAX = 20

/** What the database tells; connections and disk are the caller's to look at. */
export async function observed(
  db: Queryable,
  inboxes: readonly Inbox[],
  at: Date,
): Promise<Pick<Observations, 'overdue' | 'pending' | 'unacknowledged' | 'upkeep'>> {
  const nameOf = new Map(inboxes.map(({ id, name }) => [id, name]))
  const overdue = await overdueByInbox(db, at)
  const anHourAgo = new Date(at.getTime() - HOUR_MS)
  return {
    overdue: overdue.map(({ inboxId, ...rest }) => ({
      inbox: nameOf.get(inboxId) ?? `inbox ${inboxId}`,
      ...rest,
    })),
    pending: await pendingSince(db),
    unacknowledged: await countUnacknowledged(db, USED_UP_FOR_ALL, anHourAgo),
    upkeep: (await listUpkeep(db)).flatMap(({ task, found, endedAt }) =>
      found === null ? [] : [{ task, found, at: endedAt }],
    ),
  }
}

/** Makes the open alerts those of `seen`. Two daemons may do it at the same time. */
export async function tendAlerts(
  tx: Tx,
  context: DeskContext,
  seen: Observations,
  at: Date,
): Promise<void> {
  const signs = new Map(signsOf(seen, at).map((sign) => [alertKey(sign), sign]))
  const open = await listAlerts(tx, { openOnly: true, limit: OPEN_MAX })
  const tell = (alert: Alert) => tellOperators(tx, context, alert, seen, at)
  for (const alert of open) {
    const sign = signs.get(alertKey(alert))
    signs.delete(alertKey(alert))
    if (sign === undefined) {
      if (mayEnd(context, alert, seen)) await end(tx, alert, tell, at)
    } else await repeat(tx, { ...alert, detail: sign.detail }, tell, at)
  }
  for (const sign of signs.values()) await raise(tx, sign, tell, at)
}

/** Of several daemons one has the session of an inbox: the others do not know how it is. */
function mayEnd({ inboxes }: DeskContext, { kind, about }: Alert, seen: Observations): boolean {
  if (!inboxes.some(({ name }) => name === about)) return true
  if (kind === 'inbox_unreachable') return seen.connected.includes(about)
  return kind !== 'other_desk' || seen.lookedFor.includes(about)
}

type Tell = (alert: Alert) => Promise<void>

async function raise(tx: Tx, sign: Sign, tell: Tell, at: Date): Promise<void> {
  // What comes and goes is told of once an hour; the events have it all.
  const lastTold = await lastToldOf(tx, sign)
  const isSilent = lastTold !== null && at.getTime() - lastTold.getTime() < HOUR_MS
  const alert = await raiseAlert(tx, sign, { at, toldAt: isSilent ? lastTold : at })
  if (alert === null) return
  await note(tx, 'alert.raised', alert, at)
  if (!isSilent) await tell(alert)
}

async function repeat(tx: Tx, alert: Alert, tell: Tell, at: Date): Promise<void> {
  if (at.getTime() - alert.toldAt.getTime() < TELL_AGAIN_MS) return
  if (await tellAgain(tx, alert, alert.detail, at)) await tell(alert)
}

async function end(tx: Tx, alert: Alert, tell: Tell, at: Date): Promise<void> {
  if (!(await clearAlert(tx, alert, at))) return
  const cleared = { ...alert, clearedAt: at }
  await note(tx, 'alert.cleared', cleared, at)
  // Whoever was not told that it began need not hear that it is over.
  if (alert.toldAt >= alert.raisedAt) await tell(cleared)
}

const note = (
  tx: Tx,
  type: 'alert.raised' | 'alert.cleared',
  { id, kind, about, detail }: Alert,
  at: Date,
): Promise<void> =>
  insertEvents(
    tx,
    [
      {
        type,
        ticketId: null,
        commentId: null,
        actor: SYSTEM,
        data: { id, kind, about: about === '' ? null : about, detail },
      },
    ],
    at,
  )

/** Admins; where there are none, agents. Through an inbox that can send, if there is one. */
async function tellOperators(
  tx: Tx,
  context: DeskContext,
  alert: Alert,
  { failing }: Observations,
  at: Date,
): Promise<void> {
  const cannotSend = new Set(failing.flatMap(({ inbox, side }) => (side === 'smtp' ? [inbox] : [])))
  const inbox = context.inboxes.find(({ name }) => !cannotSend.has(name)) ?? context.inboxes[0]
  if (inbox === undefined) return
  const admins = await listAdmins(tx)
  const told = admins.length > 0 ? admins : await listAgents(tx)
  for (const recipient of told.slice(0, TOLD_MAX)) {
    await mailAlert(tx, context, { alert, recipient, inbox }, at)
  }
}
