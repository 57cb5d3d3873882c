/**
 * Between parsing and writing: gathers the facts about one message from the store and asks the
 * pure steps (screen, thread, triage) what they come to.
 */
import type { Config } from '../config.ts'
import type { DeskContext } from '../desk/context.ts'
import type { Address, NamedAddress } from '../mail/address.ts'
import { splitSubaddress } from '../mail/address.ts'
import { authenticationOf, spfSpeaksForFrom } from '../mail/authentication-results.ts'
import type { Message } from '../mail/message.ts'
import { isForAgentsAlone } from '../mail/secret-mail.ts'
import { onlySaysThanks } from '../mail/thanks.ts'
import type { Authentication, Verdict } from '../mail/verdict.ts'
import { isBlocked } from '../store/blocked-senders.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { Queryable } from '../store/open.ts'
import { outboxByMessageIds } from '../store/outbox.ts'
import { listParticipants } from '../store/participants.ts'
import { findUserByEmail, findUsers } from '../store/users.ts'
import { type Inbox, ownAddresses } from '../ticket/inbox.ts'
import { onCustomerMessage, ruleOf } from '../ticket/lifecycle.ts'
import { isStaff, type User } from '../ticket/user.ts'
import type { AttachedBlob } from '../desk/context.ts'
import { addresseeOf } from './addressee.ts'
import { findCandidates } from './candidates.ts'
import { screen } from './screen.ts'
import { ANSWERED_ELSEWHERE, type FloodLimits, whyNotAcknowledge } from './restraint.ts'
import { type Hints, hintsOf, pickTicket, type Threading } from './thread.ts'
import { type Facts, triage } from './triage.ts'
import type { Understood } from './write.ts'

export interface DecideContext extends DeskContext {
  readonly flood: FloodLimits
  readonly severalInboxes: Config['severalInboxes']
  readonly thanks: Config['thanks']
}

export interface Arrived {
  readonly row: InboundMessage
  readonly inbox: Inbox
  readonly message: Message
  readonly attachments: readonly AttachedBlob[]
  readonly unreadable: boolean
}

/** On one message at most so many people join a ticket; a longer list adds nobody. */
const COPIED_MAX = 20

/** The mark a ledger row of old mail carries when it is to become a closed ticket. */
export const IMPORTED = 'imported: older than the first connection'

const OWN: Verdict = {
  kind: 'own',
  reasons: ['a copy of our own mail: its Message-ID is ours'],
  answerable: false,
}

export async function decide(
  db: Queryable,
  context: DecideContext,
  arrived: Arrived,
  at: Date,
): Promise<Understood> {
  const own = ownAddresses(context.inboxes)
  const gathered = await gather(db, context, arrived, own)
  const { verdict, authentication, threading, sender, addressee, onlyThanks } = gathered
  const verified = isVerified(arrived, authentication, sender)
  const proven = threading.trust === 'own_token' || authentication.aligned
  return {
    ...arrived,
    verdict,
    authentication,
    threading,
    sender,
    addressee,
    decision: triage(factsOf(context, gathered, at)),
    ...copiedOn(arrived, own, {
      opening: threading.ticket === null,
      trusted: proven && (await takesPart(db, threading, sender)),
      verdict: verdict.kind,
    }),
    onlyThanks,
    proven,
    verified,
    sensitive: isSensitive(arrived.message, { verdict, authentication, threading, sender }),
    restraint: context.otherDesks.answer(arrived.inbox.name, at)
      ? ANSWERED_ELSEWHERE
      : await whyNotAcknowledge(db, context.flood, { ...arrived, verified, sender }, at),
  }
}

/** What the message says, and what the store knows about it. */
async function gather(
  db: Queryable,
  context: DecideContext,
  arrived: Arrived,
  own: ReadonlySet<Address>,
): Promise<Gathered> {
  const { inbox, message } = arrived
  const authentication = authenticationOf(message, inbox.authservId)
  const hints = hintsOf(message, own, (token) => context.tokens.verify(token))
  const screened = screen(
    message,
    { addresses: [...own], loopMarker: context.loopMarker, authservId: inbox.authservId },
    authentication,
  )
  const sender = await soleSender(db, message)
  const colleagues = await colleaguesOf(db, sender, hints)
  const threading = pickTicket(hints, await findCandidates(db, hints), sender, colleagues)
  return {
    onlyThanks: threading.ticket !== null && onlySaysThanks(message),
    blocked: message.from !== null && (await isBlocked(db, message.from.address)),
    bouncedOutboxId: hints.bouncedOutboxIds[0] ?? (await bouncedById(db, message)),
    arrived,
    verdict: hints.own ? OWN : screened,
    hints,
    threading,
    sender,
    authentication,
    addressee: await addresseeOf(db, { message, sender, own }),
  }
}

/** That the service really wrote it does not say that the ticket's readers may read it. */
function isSensitive(
  message: Message,
  {
    verdict,
    authentication,
    threading,
    sender,
  }: Pick<Understood, 'verdict' | 'authentication' | 'threading' | 'sender'>,
): boolean {
  const isAgents = sender !== null && isStaff(sender) && threading.trust === 'own_token'
  return !isAgents && isForAgentsAlone(message, verdict, authentication)
}

/** An agent's token is good on any ticket; who else is to hear of one is said by those who are on it. */
async function takesPart(
  db: Queryable,
  { ticket }: Threading,
  sender: User | null,
): Promise<boolean> {
  if (ticket === null || ticket.requesterId === sender?.id) return true
  const participants = await listParticipants(db, [ticket.id])
  return participants.some(({ userId }) => userId === sender?.id)
}

/** The user behind the one From address: an ambiguous sender is nobody, and has no rights. */
async function soleSender(db: Queryable, message: Message): Promise<User | null> {
  if (message.from === null || message.fromAddresses.length !== 1) return null
  return findUserByEmail(db, message.from.address)
}

interface Gathered {
  readonly arrived: Arrived
  readonly verdict: Facts['verdict']
  readonly hints: Hints
  readonly threading: Threading
  readonly sender: User | null
  readonly authentication: Authentication
  readonly addressee: NamedAddress | null
  readonly bouncedOutboxId: number | null
  readonly blocked: boolean
  readonly onlyThanks: boolean
}

/** Our Message-IDs cannot be guessed, so a report that names one is about that delivery. */
async function bouncedById(db: Queryable, { bounce }: Message): Promise<number | null> {
  const id = bounce?.originalMessageId ?? null
  if (id === null) return null
  const [row] = await outboxByMessageIds(db, [id])
  return row?.id ?? null
}

/** The agents to whom tokens in an agent's mail were sent. */
async function colleaguesOf(
  db: Queryable,
  sender: User | null,
  { tokens }: Hints,
): Promise<Set<number>> {
  if (sender === null || !isStaff(sender)) return new Set()
  const others = tokens.map(({ userId }) => userId).filter((id) => id !== sender.id)
  return new Set((await findUsers(db, others)).filter(isStaff).map(({ id }) => id))
}

function factsOf(context: DecideContext, gathered: Gathered, at: Date): Facts {
  const { arrived, threading, sender, authentication } = gathered
  const { ticket } = threading
  const { message, inbox, row } = arrived
  return {
    verdict: gathered.verdict,
    ticket:
      ticket === null
        ? null
        : {
            status: ruleOf(context.lifecycle, ticket.status),
            onCustomer: onCustomerMessage(context.lifecycle, ticket.status, {
              forMs: ticket.closedAt === null ? null : at.getTime() - ticket.closedAt.getTime(),
              reopenWindowMs: inbox.reopenWindowMs,
            }),
            senderTakesPart: sender !== null && sender.id === ticket.requesterId,
          },
    trust: threading.trust,
    related: threading.related !== null,
    sender: kindOf(message, sender),
    agentProven:
      threading.trust === 'own_token' || threading.trust === 'colleague_token'
        ? inbox.agentTrust === 'token' || authentication.aligned
        : authentication.aligned,
    // What could not be taken apart has its own source attached.
    readable: !arrived.attachments.some(({ sha256 }) => sha256 === row.sha256),
    // Every notice ends with this link, and no customer mail of ours contains it.
    repeatsNotice: message.text.reply.includes(`${context.publicUrl}/tickets/`),
    writesToCustomer: gathered.addressee !== null,
    forwarded: isForeign(message.forwarded?.from.address ?? null, context),
    failedForGood: failedForGood(message),
    bouncedOutboxId: gathered.bouncedOutboxId,
    imported: row.reasons.includes(IMPORTED),
    onlyThanks: gathered.onlyThanks,
    thanks: context.thanks,
    blocked: gathered.blocked,
  }
}

/** A forward of our own mail has no customer in it. */
const isForeign = (address: Address | null, { inboxes }: DecideContext): boolean =>
  address !== null && !ownAddresses(inboxes).has(splitSubaddress(address).base)

/** RFC 3464 §2.3.3; a report in words alone names no action, and is about a failure. */
const failedForGood = ({ bounce }: Message): boolean =>
  bounce === null ||
  bounce.recipients.length === 0 ||
  bounce.recipients.some(({ action }) => action === null || action === 'failed')

function kindOf(message: Message, sender: User | null): Facts['sender'] {
  if (message.from === null || message.fromAddresses.length !== 1) return 'unknown'
  if (sender === null || sender.role === 'customer') return 'customer'
  return isStaff(sender) ? 'agent' : 'disabled_agent'
}

/**
 * Who joins the ticket: those copied on the opening mail, and later ones only when the author
 * proved himself and still takes part; the others are suggested to agents. Never ourselves, never
 * on a machine's word.
 */
function copiedOn(
  { message, inbox }: Arrived,
  own: ReadonlySet<Address>,
  found: { opening: boolean; trusted: boolean; verdict: string },
): Pick<Understood, 'copied' | 'suggested'> {
  const nobody = { copied: [], suggested: [] }
  if (found.verdict !== 'person' || message.fromAddresses.length !== 1) return nobody
  const allowed = found.opening && inbox.ccJoin === 'opening' ? true : found.trusted
  const others = new Map<Address, NamedAddress>()
  for (const who of [...message.to, ...message.cc]) {
    if (own.has(splitSubaddress(who.address).base) || own.has(who.address)) continue
    if (who.address !== message.from?.address) others.set(who.address, who)
  }
  if (others.size > COPIED_MAX) return nobody
  const people = [...others.values()]
  return allowed && inbox.ccJoin !== 'never'
    ? { copied: people, suggested: [] }
    : { copied: [], suggested: people }
}

/** Somebody whose words may be repeated to him: authenticated now, or known from before. */
function isVerified(
  { message, inbox }: Arrived,
  { dmarc, aligned }: Authentication,
  sender: User | null,
): boolean {
  // Our server says that somebody else used this address, whoever's it is.
  if (dmarc === 'fail') return false
  if (dmarc === 'pass' || aligned || spfSpeaksForFrom(message, inbox.authservId)) return true
  if (sender === null) return false
  // Anybody can begin to register any address.
  const provenByCode = sender.state !== 'contact' && sender.state !== 'unverified'
  return sender.provenAt !== null || provenByCode
}
