/** Executes the commands of an agent's mail on its ticket: all of them, or a refusal. */
import { AppError, unreachable } from '../errors.ts'
import { parseAddress } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { insertReceipt } from '../store/receipts.ts'
import { listStaff } from '../store/users.ts'
import type { Done } from '../ticket/command-results.ts'
import type { Command } from '../ticket/command-forms.ts'
import { closingStatus, getStatus, ruleOf } from '../ticket/lifecycle.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import { shownAt, snoozeUntil } from '../ticket/snooze.ts'
import { findPriority, PRIORITIES, type Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { getTicket } from './add-comment.ts'
import { refuseIfTaken } from './assign.ts'
import { changeRequester } from './change-requester.ts'
import { changeTicket, type WantedChange } from './change-ticket.ts'
import type { DeskContext } from './context.ts'
import { mergeTickets } from './merge-tickets.ts'
import { followTicket, joinTicket, leaveTicket, unfollowTicket } from './take-part.ts'
import { undoLast } from './undo-commands.ts'

interface Input {
  readonly ticketId: number
  readonly agent: User
  readonly commands: readonly Command[]
}

/**
 * In the caller's transaction, after a comment that may come with them. A receipt of what was is
 * kept, so that `#undo` can revert it.
 *
 * @throws AppError what the verbs throw, and `unknown-agent`, `unknown-category`, `unknown-inbox`,
 *   `unknown-priority`, `not-an-address`, `nothing-to-undo`.
 */
export async function runCommands(
  tx: Tx,
  context: DeskContext,
  { ticketId, agent, commands }: Input,
  at: Date,
): Promise<{ ticket: Ticket; done: Done[] }> {
  const before = await getTicket(tx, ticketId)
  const done: Done[] = []
  const run = { tx, context, agent, at, ticketId }
  // The changes of the ticket itself are one: one version, one event.
  const change = await changeOf(run, before, commands)
  if (Object.keys(change).length > 0) {
    const author = { type: 'agent' as const, user: agent }
    const after = await changeTicket(tx, context, { ticketId, change, author }, at)
    done.push(...changed(context, change, after))
  }
  for (const command of commands) done.push(...(await runOne(run, command)))
  const ticket = await getTicket(tx, ticketId)
  if (ticket.version !== before.version && !done.some(({ what }) => what === 'undone')) {
    await insertReceipt(tx, { before, after: ticket, agentId: agent.id }, at)
  }
  return { ticket, done }
}

interface Run {
  readonly tx: Tx
  readonly context: DeskContext
  readonly agent: User
  readonly at: Date
  readonly ticketId: number
}

/** The last word on each member counts; tags add up. */
async function changeOf(
  run: Run,
  ticket: Ticket,
  commands: readonly Command[],
): Promise<WantedChange> {
  let change: WantedChange = {}
  for (const command of commands) {
    change = { ...change, ...(await memberOf(run, ticket, command, change)) }
  }
  return change
}

async function memberOf(
  { tx, context, agent, at }: Run,
  ticket: Ticket,
  command: Command,
  soFar: WantedChange,
): Promise<WantedChange> {
  const tags = soFar.tags ?? ticket.tags
  switch (command.do) {
    case 'status':
      return { status: getStatus(context.lifecycle, command.word).name }
    case 'close':
      return { status: closingStatus(context.lifecycle, ticket.status) ?? 'closed' }
    case 'take':
      // `#assign me` takes it all the same.
      await refuseIfTaken(tx, ticket, agent)
      return { assignee: agent }
    case 'release':
      return { assignee: null }
    case 'assign':
      return { assignee: await agentNamed(tx, command.who, agent) }
    case 'priority':
      return { priority: priorityOf(command.word) }
    case 'tag':
      return { tags: [...new Set([...tags, ...command.tags])] }
    case 'untag':
      return { tags: tags.filter((tag) => !command.tags.includes(tag)) }
    case 'category':
      return { category: categoryOf(context, command.name) }
    case 'move':
      return { inboxId: inboxIdOf(context, command.inbox) }
    case 'snooze':
      return { snoozedUntil: untilOf(context, ticket, command.until, at) }
    case 'cc':
    case 'discard':
    case 'follow':
    case 'help':
    case 'merge':
    case 'mute':
    case 'note':
    case 'requester':
    case 'send':
    case 'undo':
      return {}
    default:
      return unreachable(command)
  }
}

function priorityOf(word: string): Ticket['priority'] {
  const found = findPriority(word)
  if (found !== null) return found
  throw refused('unknown-priority', `"${word}" is not one of ${PRIORITIES.join(', ')}.`)
}

function untilOf(context: DeskContext, ticket: Ticket, word: string, at: Date): Date | null {
  const until = snoozeUntil(word, at, zoneOf(context, ticket))
  if (until !== undefined) return until
  throw refused('not-a-time', `"${word}" is no time within a year from now, like 3d or a day.`)
}

const zoneOf = ({ inboxes }: DeskContext, { inboxId }: Ticket): string =>
  inboxOrFirst(inboxes, inboxId)?.timeZone ?? 'UTC'

function categoryOf({ categories }: DeskContext, wanted: string): string | null {
  if (wanted.toLowerCase() === 'none') return null
  const found = categories.find((name) => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw refused('unknown-category', `"${wanted}" is not one of ${categories.join(', ')}.`)
}

function inboxIdOf({ inboxes }: DeskContext, wanted: string): number {
  const found = inboxes.find(
    ({ name, address }) =>
      name.toLowerCase() === wanted.toLowerCase() || address === wanted.toLowerCase(),
  )
  if (found !== undefined) return found.id
  const names = inboxes.map(({ name }) => name).join(', ')
  throw refused('unknown-inbox', `"${wanted}" is not one of ${names}.`)
}

/** By address, its local part, the name or the first name, if that means one agent. */
async function agentNamed(tx: Tx, who: string, me: User): Promise<User | null> {
  const wanted = who.toLowerCase()
  if (wanted === 'none' || wanted === 'nobody') return null
  if (wanted === 'me') return me
  const staff = await listStaff(tx)
  const meant = (match: (user: User) => boolean) => staff.filter(match)
  const found =
    [
      meant(({ email }) => email === wanted),
      meant(({ name }) => name?.toLowerCase() === wanted),
      meant(({ email }) => email.split('@')[0] === wanted),
      meant(({ name }) => name?.toLowerCase().split(/\s/)[0] === wanted),
    ].find((users) => users.length > 0) ?? []
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  const why = only === undefined ? 'is no agent' : 'could be several agents'
  throw refused('unknown-agent', `"${who}" ${why}. An address is always clear.`)
}

function changed(context: DeskContext, change: WantedChange, now: Ticket): Done[] {
  const { lifecycle, inboxes } = context
  const done: Done[] = []
  if (change.status !== undefined) {
    done.push({ what: 'status', value: ruleOf(lifecycle, now.status).label })
  }
  if (change.assignee !== undefined) {
    done.push({ what: 'assignee', value: change.assignee?.name ?? change.assignee?.email ?? '' })
  }
  if (change.priority !== undefined) done.push({ what: 'priority', value: now.priority })
  if (change.tags !== undefined) done.push({ what: 'tags', value: now.tags.join(', ') })
  if (change.category !== undefined) done.push({ what: 'category', value: now.category ?? '' })
  if (change.snoozedUntil !== undefined) {
    const value = now.snoozedUntil === null ? '' : shownAt(now.snoozedUntil, zoneOf(context, now))
    done.push({ what: 'snoozed', value })
  }
  if (change.inboxId !== undefined) {
    const inbox = inboxes.find(({ id }) => id === now.inboxId)
    done.push({ what: 'inbox', value: inbox?.name ?? '' })
  }
  return done
}

/** What is no member of the ticket. */
async function runOne(run: Run, command: Command): Promise<Done[]> {
  const { tx, context, agent, ticketId, at } = run
  const author = { type: 'agent' as const, user: agent }
  switch (command.do) {
    case 'cc': {
      const address = addressOf(command.address)
      if (command.remove) {
        await leaveTicket(tx, { ticketId, address, author }, at)
        return [{ what: 'left', value: address }]
      }
      await joinTicket(tx, context, { ticketId, who: { address, name: null }, author }, at)
      return [{ what: 'joined', value: address }]
    }
    case 'merge':
      await mergeTickets(tx, context, { ticketId, intoId: command.into, author }, at)
      return [{ what: 'merged', value: `#${command.into}` }]
    case 'requester': {
      const address = addressOf(command.address)
      await changeRequester(tx, context, { ticketId, address, author }, at)
      return [{ what: 'requester', value: address }]
    }
    case 'follow':
      await followTicket(tx, { ticketId, agent }, at)
      return [{ what: 'followed', value: '' }]
    case 'mute':
      await unfollowTicket(tx, { ticketId, agent }, at)
      return [{ what: 'muted', value: '' }]
    case 'undo':
      await undoLast(tx, context, { ticketId, agent }, at)
      return [{ what: 'undone', value: '' }]
    case 'assign':
    case 'category':
    case 'close':
    case 'discard':
    case 'help':
    case 'move':
    case 'note':
    case 'priority':
    case 'release':
    case 'send':
    case 'snooze':
    case 'status':
    case 'tag':
    case 'take':
    case 'untag':
      return []
    default:
      return unreachable(command)
  }
}

function addressOf(text: string) {
  const address = parseAddress(text)
  if (address === null) throw refused('not-an-address', `"${text}" is no email address.`)
  return address
}

const refused = (code: string, sentence: string): AppError =>
  new AppError('invalid', code, sentence)
