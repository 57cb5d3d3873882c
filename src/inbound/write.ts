/**
 * Inbound step 5: makes a decision true, all of it or none of it.
 *
 * The ledger row gets its fate in the same transaction that opens the ticket and queues the
 * answer. If we crash before the commit, nothing happened and it is tried again; after it, the
 * message is done. There is no state in between to clean up.
 */
import { addComment } from '../desk/add-comment.ts'
import type { AttachedBlob, DeskContext } from '../desk/context.ts'
import { takeAgentReply } from '../desk/take-agent-reply.ts'
import { holdReply } from '../desk/hold-reply.ts'
import { closeForCustomer, stopMailing } from '../desk/customer-wishes.ts'
import { recordBounce } from '../desk/record-bounce.ts'
import { unreachable } from '../errors.ts'
import type { NamedAddress } from '../mail/address.ts'
import type { Message } from '../mail/message.ts'
import { BAD_ADDRESS } from '../mail/smtp-reply.ts'
import type { Authentication, Verdict } from '../mail/verdict.ts'
import { insertEvents, type NewEvent } from '../store/events.ts'
import { type InboundMessage, type Settled, settleInbound } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { addParticipant } from '../store/participants.ts'
import { findTicket } from '../store/tickets.ts'
import { SYSTEM } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'
import { type CustomerWish, saysMore, WISH_DONE, wishIn } from './customer-wishes.ts'
import { languageWishes } from './language-wishes.ts'
import { noteNotWhole } from './not-whole.ts'
import type { Restraint } from './restraint.ts'
import { whyNotWhole } from '../ticket/not-whole.ts'
import type { Threading } from './thread.ts'
import { heedProofs } from './write-proofs.ts'
import type { Decision } from './triage.ts'
import { applyOpen } from './write-open.ts'
import { contactsOf, senderOf } from './write-people.ts'
import { isRecent, saidIn, wasInternal } from './write-said.ts'

/** A message with everything that was found out about it. */
export interface Understood {
  readonly row: InboundMessage
  readonly message: Message
  readonly attachments: readonly AttachedBlob[]
  readonly verdict: Verdict
  readonly authentication: Authentication
  readonly threading: Threading
  /** The user behind the one From address; null: unknown or ambiguous. */
  readonly sender: User | null
  /** The customer that an agent's mail is addressed to, with the desk copied. */
  readonly addressee: NamedAddress | null
  readonly decision: Decision
  /** People to add to the ticket, already without ourselves. */
  readonly copied: readonly NamedAddress[]
  /** People who were copied, but whom nothing proven adds: agents are told. */
  readonly suggested: readonly NamedAddress[]
  /** Was the sender proven: own token, or authenticated by our own server? */
  readonly proven: boolean
  readonly restraint: Restraint | null
  readonly verified: boolean
  /** It answers a ticket and says thanks, and nothing else. */
  readonly onlyThanks: boolean
  /** It proves who reads it: agents alone see it, and no mail of ours repeats it. */
  readonly sensitive: boolean
  /** No parser survived it: the ticket says so, and the ledger keeps it as quarantined. */
  readonly unreadable: boolean
}

/** One look-up per message, however long its References are. */
const ANSWERED_MAX = 50

/** Another daemon, or a late copy of this one's own work, was faster. Nothing is to be done. */
export class SettledElsewhere extends Error {
  override readonly name = 'SettledElsewhere'
}

const ONLY_THANKS = 'it says thanks, and nothing else'
const SENSITIVE = 'it has a code or a link that proves who reads it: only agents see it'

interface Result extends Pick<Settled, 'fate' | 'ticketId' | 'commentId'> {
  /** Instead of the decision's own reason. */
  readonly because?: string
  readonly nothingDone?: true
  /** A customer's, where nothing else was in the mail. */
  readonly wish?: CustomerWish
}

/** Applies the decision and settles the ledger row, in the caller's transaction. */
export async function write(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  at: Date,
): Promise<Result> {
  await heedProofs(tx, understood, at)
  const { because, nothingDone, wish, ...applied } = await applyWish(tx, context, understood, at)
  const result = understood.unreadable ? { ...applied, fate: 'quarantined' as const } : applied
  const { row, message, verdict, threading, decision, suggested } = understood
  const settled = await settleInbound(tx, row.id, {
    ...result,
    verdict: verdict.kind,
    reasons: [
      ...new Set([
        because ?? decision.because,
        ...verdict.reasons,
        ...whyNotWhole(row),
        ...(understood.sensitive ? [SENSITIVE] : []),
        ...(understood.onlyThanks ? [ONLY_THANKS] : []),
      ]),
    ],
    evidence: {
      decision: decision.do,
      threading: threading.evidence,
      problems: message.problems,
      ...(nothingDone === true ? { nothing_done: true } : {}),
      ...(wish === undefined ? {} : { wish }),
      ...(suggested.length === 0 ? {} : { suggested: suggested.map(({ address }) => address) }),
    },
    sender: message.from?.address ?? null,
    duplicateOf: null,
  })
  // Another daemon was faster: nothing of ours may stay.
  if (!settled) throw new SettledElsewhere(`message ${row.id} was settled meanwhile`)
  await noteNotWhole(tx, context, { row, ...result }, at)
  if (result.fate === 'quarantined') await insertEvents(tx, [heldBack(row)], at)
  return result
}

/** Somebody has to look: whoever has the quarantine open sees it at once. */
export const heldBack = ({ id, inboxId }: InboundMessage): NewEvent => ({
  type: 'inbox.changed',
  ticketId: null,
  commentId: null,
  actor: SYSTEM,
  data: { inbox_id: inboxId, inbound_id: id, fate: 'quarantined' },
})

/** `#close` and `#stop` of a customer's first, then what is left of the mail, if anything is. */
async function applyWish(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  at: Date,
): Promise<Result> {
  const found = wishIn(understood)
  if (found === null) return apply(tx, context, understood, at)
  const { wish, customer, rest } = found
  const { ticket } = understood.threading
  if (wish === 'stop') await stopMailing(tx, customer, at)
  const { message, decision } = understood
  const left = { ...message, text: { ...message.text, reply: rest }, html: null }
  const stays =
    decision.do === 'add_comment' && wish === 'close' ? { ...decision, moveTo: null } : decision
  const result: Result = saysMore(found, understood)
    ? await apply(tx, context, { ...understood, message: left, decision: stays }, at)
    : {
        fate: 'system',
        ticketId: ticket?.id ?? null,
        commentId: null,
        because: WISH_DONE[wish],
        wish,
      }
  if (wish === 'close' && ticket !== null)
    await closeForCustomer(tx, context, ticket.id, customer, at)
  return result
}

async function apply(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  at: Date,
): Promise<Result> {
  const { decision } = understood
  switch (decision.do) {
    case 'open_ticket':
      return applyOpen(tx, context, understood, decision, at)
    case 'add_comment':
      return applyComment(tx, context, understood, decision, at)
    case 'record_bounce': {
      const { outboxId, because } = decision
      const detail = bounceDetail(understood, because)
      const bounce = { outboxId, detail, badRecipient: saysBadRecipient(understood.message) }
      const ticketId = await recordBounce(tx, context, bounce, at)
      return { fate: 'system', ticketId, commentId: null }
    }
    case 'settle':
      return applySettle(tx, context, understood, decision, at)
    default:
      return unreachable(decision)
  }
}

/** An agent's mail that is held is held for its author, on the ticket that it seems to be about. */
async function applySettle(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  { fate, tell: reason }: Decision & { do: 'settle' },
  at: Date,
): Promise<Result> {
  const { threading, sender: agent, row } = understood
  const settled = { fate, ticketId: threading.ticket?.id ?? null, commentId: null }
  if (reason === null || agent === null) return settled
  const ticket =
    threading.ticket ??
    (threading.related === null ? null : await findTicket(tx, threading.related.ticketId))
  if (ticket === null || ticket.deletedAt !== null) return settled
  const isHis = threading.trust === 'own_token'
  const said = isHis ? saidIn(understood) : null
  const held = { ticket, agent, said, inboundId: row.id, why: { reason } }
  await holdReply(tx, context, { ...held, tell: isRecent(understood, at) }, at)
  return { ...settled, ticketId: ticket.id }
}

/** For good, and about the address; a full mailbox or a filter is neither. */
const saysBadRecipient = ({ bounce }: Message): boolean =>
  (bounce?.recipients ?? []).some(
    ({ permanent, status }) => permanent && status !== null && BAD_ADDRESS.includes(status),
  )

function bounceDetail({ message }: Understood, because: string): string {
  const [first] = message.bounce?.recipients ?? []
  const said = [first?.status, first?.diagnostic]
    .filter((part) => typeof part === 'string')
    .join(' ')
  return said === '' ? because : said.slice(0, 500)
}

/** A requester who goes on in another language we speak is answered in it. */
function switchedTo(understood: Understood, { templates }: DeskContext): string | null {
  const { verdict, sender, threading, message } = understood
  const isRequester = sender !== null && sender.id === threading.ticket?.requesterId
  if (verdict.kind !== 'person' || !isRequester) return null
  return languageWishes(message, 'sender').find((tag) => templates.speaks(tag)) ?? null
}

async function applyComment(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  decision: Decision & { do: 'add_comment' },
  at: Date,
): Promise<Result> {
  const { message } = understood
  const ticketId = understood.threading.ticket?.id
  if (ticketId === undefined) throw new Error('a comment was decided without a ticket')
  const sender = await senderOf(tx, understood, at)
  const note =
    decision.internal ||
    understood.sensitive ||
    wasInternal(understood) ||
    (decision.released === true && decision.as === 'agent')
  if (decision.as === 'agent' && !note && sender !== null && understood.threading.ticket !== null) {
    const { ticket } = understood.threading
    return takeAgentReply(
      tx,
      context,
      {
        ticket,
        agent: sender,
        said: saidIn(understood),
        moveTo: decision.moveTo,
        inboundId: understood.row.id,
        answers: [...message.references, ...message.inReplyTo].slice(-ANSWERED_MAX),
        tell: isRecent(understood, at),
      },
      at,
    )
  }
  const { ticket, comment } = await addComment(
    tx,
    context,
    {
      ticketId,
      visibility: note ? 'internal' : 'public',
      author: { type: decision.as, user: sender },
      said: saidIn(understood),
      moveTo: decision.moveTo,
      mailOut: false,
      notifyAgents: decision.notify,
      suggested: understood.suggested,
      locale: switchedTo(understood, context),
      reopening: decision.reopening,
    },
    at,
  )
  // Nobody is copied on what only agents see.
  for (const { id } of note ? [] : await contactsOf(tx, understood.copied, at)) {
    await addParticipant(tx, { ticketId, userId: id, role: 'cc' }, at)
  }
  return { fate: 'comment', ticketId: ticket.id, commentId: comment.id }
}
