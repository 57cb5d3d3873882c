/** Turns the body of POST /tickets into the verb that opens a ticket. */
import type { Author } from '../desk/context.ts'
import { saidByApi } from '../desk/context.ts'
import { openTicket } from '../desk/open-ticket.ts'
import { splitSubaddress } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { findTicket } from '../store/tickets.ts'
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { ensureContact, findUser, findUserByEmail } from '../store/users.ts'
import { type Inbox, ownAddresses } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { forbidden, scopeOf } from './auth.ts'
import { uploadsFor } from './attachments.ts'
import type { ApiDeps } from './deps.ts'
import { invalidMembers } from './problem.ts'
import type { Caller } from './route.ts'
import type { Person, TicketBody } from './schemas.ts'

export async function openRequested(
  tx: Tx,
  deps: ApiDeps,
  { caller, body }: { caller: Caller; body: TicketBody },
  at: Date,
): Promise<Ticket> {
  const staff = isStaff(caller.user)
  const earlier = await earlierTicket(tx, caller, body)
  const requester = await requesterOf(tx, deps, { caller, body, earlier }, at)
  const asAgent = staff && body.author === 'me'
  const author: Author = asAgent
    ? { type: 'agent', user: caller.user }
    : { type: 'customer', user: requester, recordedBy: caller.user }
  const { ticket } = await openTicket(
    tx,
    deps.context,
    {
      inboxId:
        body.inbox === undefined && earlier !== null
          ? earlier.inboxId
          : inboxIdOf(deps, body.inbox),
      subject: body.subject === '' && earlier !== null ? earlier.subject : body.subject,
      requester,
      requesterSource: 'api',
      author,
      said: saidByApi(body.text, await uploadsFor(tx, caller.user, body.attachments)),
      copied: await contactsOf(tx, deps, body.participants, at),
      priority: body.priority,
      category: categoryOf(deps, body.category),
      tags: body.tags,
      fields: body.fields,
      status: null,
      followUpOf: earlier?.id ?? null,
      related: null,
      watcher: null,
      locale: null,
      // Whoever has a token is known to us: his words may be repeated to him.
      acknowledge: asAgent ? null : { verified: true, suppress: null },
      mailOpening: asAgent,
      notifyAgents: true,
    },
    at,
  )
  return (await findTicket(tx, ticket.id)) ?? ticket
}

/** The ticket that goes on with this one: one that the caller sees. */
async function earlierTicket(
  tx: Tx,
  caller: Caller,
  { follow_up_of: id }: TicketBody,
): Promise<Ticket | null> {
  if (id === undefined) return null
  const ticket = await findVisibleTicket(tx, scopeOf(caller), id)
  if (ticket !== null) return ticket
  const message = 'is not the id of a ticket'
  throw invalidMembers([{ pointer: '/follow_up_of', code: 'unknown_ticket', message }])
}

/** By default the caller; who asked before, when an agent opens a follow-up. */
async function requesterOf(
  tx: Tx,
  deps: ApiDeps,
  { caller, body, earlier }: { caller: Caller; body: TicketBody; earlier: Ticket | null },
  at: Date,
): Promise<User> {
  const { user } = caller
  const { requester } = body
  const before = earlier?.requesterId ?? null
  if (requester === undefined && isStaff(user) && before !== null) {
    return (await findUser(tx, before)) ?? user
  }
  if (requester === undefined || requester.email === user.email) return user
  if (!isStaff(user)) throw forbidden('Customers open tickets for themselves only.')
  return contactOf(tx, deps, requester, '/requester/email', at)
}

/** The person behind an address; never one of ours, or we would write to ourselves. */
export async function contactOf(
  tx: Tx,
  deps: ApiDeps,
  person: Person,
  pointer: string,
  at: Date,
): Promise<User> {
  if (ownAddresses(deps.inboxes).has(splitSubaddress(person.email).base)) {
    throw invalidMembers([{ pointer, code: 'own_address', message: 'is an address of an inbox' }])
  }
  return ensureContact(tx, { address: person.email, name: person.name }, at)
}

/** Ours are left out, and staff too: their addresses are private. As with people copied by mail. */
async function contactsOf(
  tx: Tx,
  deps: ApiDeps,
  people: readonly Person[],
  at: Date,
): Promise<User[]> {
  const own = ownAddresses(deps.inboxes)
  const users: User[] = []
  for (const { email, name } of people) {
    if (own.has(splitSubaddress(email).base)) continue
    const known = await findUserByEmail(tx, email)
    if (known !== null && isStaff(known)) continue
    users.push(known ?? (await ensureContact(tx, { address: email, name }, at)))
  }
  return users
}

export function categoryOf(
  { config }: Pick<ApiDeps, 'config'>,
  wanted: string | null,
): string | null {
  if (wanted === null) return null
  const found = config.categories.find((name) => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  const message = `is not one of ${config.categories.join(', ')}`
  throw invalidMembers([{ pointer: '/category', code: 'unknown_category', message }])
}

/** By its id, as a number or as text, or by its name in any case. */
export function inboxNamed(
  { inboxes }: Pick<ApiDeps, 'inboxes'>,
  wanted: string | number,
): Inbox | null {
  const asked = String(wanted).toLowerCase()
  const named = inboxes.find(({ name }) => name.toLowerCase() === asked)
  return named ?? inboxes.find(({ id }) => String(id) === asked) ?? null
}

export function inboxIdOf(
  { inboxes }: ApiDeps,
  wanted: string | number | undefined,
): number | null {
  if (wanted === undefined) return inboxes[0]?.id ?? null
  const found = inboxNamed({ inboxes }, wanted)
  if (found !== null) return found.id
  const message = `is not one of ${inboxes.map(({ name }) => name).join(', ')}`
  throw invalidMembers([{ pointer: '/inbox', code: 'unknown_inbox', message }])
}
