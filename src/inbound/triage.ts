/**
 * Inbound step 4: what does this message do to the help desk?
 *
 * Pure: the same facts give the same decision. It reads no database and no clock, and the result
 * is plain data, so every rule of the product is one line in a test table.
 */
import { unreachable } from '../errors.ts'
import type { Verdict } from '../mail/verdict.ts'
import type { HeldReason } from '../ticket/held.ts'
import type { CustomerEffect, StatusRule } from '../ticket/lifecycle.ts'

export type Decision =
  | {
      readonly do: 'open_ticket'
      /** `addressee`: an agent wrote to a customer and copied the desk. */
      readonly requester: 'sender' | 'forwarded' | 'addressee' | 'unknown'
      readonly acknowledge: boolean
      /** Written by a machine or a list: tagged, and nobody is answered. */
      readonly automatic: boolean
      readonly followUp: boolean
      /** Old mail taken over at the first connection: closed at once, nobody is told. */
      readonly imported: boolean
      readonly because: string
    }
  | {
      readonly do: 'add_comment'
      readonly as: 'customer' | 'agent'
      /** For agents alone. */
      readonly internal: boolean
      /** An agent's words that no proof published: a note, and its commands are not executed. */
      readonly released?: true
      readonly moveTo: string | null
      readonly reopening: boolean
      readonly notify: boolean
      readonly because: string
    }
  | { readonly do: 'record_bounce'; readonly outboxId: number; readonly because: string }
  | {
      readonly do: 'settle'
      readonly fate: 'system' | 'quarantined' | 'ignored'
      /** Mail of an agent is held, and he is to be told; null: nobody is. */
      readonly tell: HeldReason | null
      readonly because: string
    }

export interface Facts {
  readonly verdict: Verdict
  /** What the ticket found by threading allows; null: none was found. */
  readonly ticket: {
    readonly status: StatusRule
    readonly onCustomer: CustomerEffect
    /** Is the sender its requester or copied on it? */
    readonly senderTakesPart: boolean
  } | null
  /** How the ticket was found. */
  readonly trust: 'own_token' | 'colleague_token' | 'participant' | null
  /** Hints named a ticket, but none was good enough. */
  readonly related: boolean
  readonly sender: 'unknown' | 'customer' | 'agent' | 'disabled_agent'
  /** The inbox's rule for acting as an agent is met, beyond the token. */
  readonly agentProven: boolean
  /** Was it read as usual? If not, what is new in it and what is quoted cannot be told apart. */
  readonly readable: boolean
  /** Does what would be mailed contain one of our notices to agents? */
  readonly repeatsNotice: boolean
  /** An agent's mail to a customer, with the desk copied. */
  readonly writesToCustomer: boolean
  /** A message inside a message, with a readable original sender. */
  readonly forwarded: boolean
  /** Does the report say that a recipient failed, rather than that the mail is delayed? */
  readonly failedForGood: boolean
  /** The delivery a bounce is about, proven by our return path. */
  readonly bouncedOutboxId: number | null
  /** Taken over from an inbox's past. */
  readonly imported: boolean
  /** It answers a ticket and says thanks, and nothing else. */
  readonly onlyThanks: boolean
  /** What that does to a ticket that is done with: the policy of the desk. */
  readonly thanks: 'reopen' | 'keep'
  /** Is the sender, or his domain, on the list of those who are not heard? */
  readonly blocked: boolean
}

export function triage(facts: Facts): Decision {
  const { kind } = facts.verdict
  // An agent is heard: his address may be forged, but his own mail must not be lost.
  if (facts.blocked && facts.sender !== 'agent') {
    return { do: 'settle', fate: 'ignored', tell: null, because: 'the sender is blocked' }
  }
  switch (kind) {
    case 'own':
    case 'loop':
      return { do: 'settle', fate: 'system', tell: null, because: reasonOf(facts) }
    case 'bounce':
    case 'report':
    case 'auto_reply':
      return triageAutomaticAnswer(facts)
    case 'spam':
      return facts.ticket?.status.comments === true ? triageMachine(facts) : hold(reasonOf(facts))
    case 'list':
    case 'bulk':
    case 'auto_generated':
      return triageMachine(facts)
    case 'person':
      return triagePerson(facts)
    default:
      return unreachable(kind)
  }
}

const reasonOf = ({ verdict }: Facts): string => verdict.reasons[0] ?? verdict.kind

/** It is shown on the ticket, which stays as it is, and nobody is told. */
const quietComment = (because: string): Decision => ({
  do: 'add_comment',
  as: 'customer',
  internal: false,
  moveTo: null,
  reopening: false,
  notify: false,
  because,
})

/** An out-of-office is worth seeing on the ticket, but must not wake it or be answered. */
function triageAutomaticAnswer(facts: Facts): Decision {
  const because = reasonOf(facts)
  if (facts.bouncedOutboxId !== null && facts.verdict.kind === 'bounce' && facts.failedForGood) {
    return { do: 'record_bounce', outboxId: facts.bouncedOutboxId, because }
  }
  // An agent's own out-of-office answers a notice: it is nothing for the ticket.
  const comments = facts.ticket !== null && facts.ticket.status.comments
  if (!comments || isAgents(facts) || facts.verdict.kind !== 'auto_reply') {
    return { do: 'settle', fate: 'system', tell: null, because }
  }
  return quietComment(because)
}

/** Newsletters, lists and programs: kept and shown, never answered, never wake a ticket. */
function triageMachine(facts: Facts): Decision {
  const because = reasonOf(facts)
  // A gateway may mark an agent's mail as bulk; it is no customer's comment for that.
  if (isAgents(facts) && facts.ticket !== null) {
    // A program that answers each notice is left alone; a gateway's mark is worth a word.
    const marked = facts.verdict.kind !== 'auto_generated' && facts.trust === 'own_token'
    return hold(because, marked && facts.sender === 'agent' ? 'automatic' : null)
  }
  if (facts.ticket?.status.comments === true) {
    return {
      do: 'add_comment',
      as: 'customer',
      internal: false,
      moveTo: null,
      reopening: false,
      notify: !facts.imported,
      because,
    }
  }
  return {
    do: 'open_ticket',
    requester: facts.sender === 'unknown' ? 'unknown' : 'sender',
    acknowledge: false,
    automatic: true,
    followUp: facts.ticket !== null,
    imported: facts.imported,
    because,
  }
}

/** From somebody who works, or worked, here and is not the one who asks in this ticket. */
const isAgents = ({ sender, ticket }: Facts): boolean =>
  (sender === 'agent' && ticket?.senderTakesPart !== true) || sender === 'disabled_agent'

function triagePerson(facts: Facts): Decision {
  if (isAgents(facts) && (facts.ticket !== null || facts.related)) return triageAgentReply(facts)
  if (facts.ticket === null) return openFor(facts)
  const { status, onCustomer: effect } = facts.ticket
  const because =
    facts.trust === 'own_token' ? 'the sender’s own token' : 'the sender takes part in the ticket'
  const comment = {
    do: 'add_comment' as const,
    as: 'customer' as const,
    internal: false,
    because,
  }
  // Old mail completes its old ticket; that wakes neither the ticket nor anybody.
  if (facts.imported) return { ...comment, moveTo: null, reopening: true, notify: false }
  if (facts.onlyThanks && facts.thanks === 'keep' && status.category === 'closed') {
    return thanked(facts.ticket)
  }
  if (effect.do === 'follow_up') {
    return { ...openFor(facts), followUp: true, because: 'the ticket it answers is closed' }
  }
  return { ...comment, moveTo: effect.status, reopening: !status.comments, notify: true }
}

/** A ticket that is done with stays so; where it takes no more comments, the ledger has the words. */
function thanked({ status }: NonNullable<Facts['ticket']>): Decision {
  const because = 'it says only thanks, and the ticket is done with'
  if (!status.comments) return { do: 'settle', fate: 'system', tell: null, because }
  return quietComment(because)
}

const hold = (because: string, tell: HeldReason | null = null): Decision => ({
  do: 'settle',
  fate: 'quarantined',
  tell,
  because,
})

/** Acting as an agent needs the agent's own token, and what the inbox asks beyond it. */
function triageAgentReply(facts: Facts): Decision {
  if (facts.sender === 'disabled_agent') return hold('a reply from an agent who is disabled')
  if (facts.ticket === null || facts.trust === 'participant' || facts.trust === null) {
    return hold('looks like an agent’s reply, but carries no token of that agent', 'lost_token')
  }
  if (!facts.agentProven) {
    return hold('an agent’s reply whose address our mail server did not authenticate', 'unaligned')
  }
  if (facts.trust === 'colleague_token') return noteOf(facts.ticket)
  if (!facts.readable) {
    const because = 'an agent’s reply that could not be read as usual: look at it before it is sent'
    return hold(because, 'unreadable')
  }
  if (facts.repeatsNotice) {
    const because = 'an agent’s reply that would show the customer our notice to the agent'
    return hold(because, 'repeats_notice')
  }
  return {
    do: 'add_comment',
    as: 'agent',
    internal: false,
    moveTo: facts.ticket.status.agentReply,
    reopening: false,
    notify: false,
    because: 'the agent’s own token',
  }
}

/** Somebody forwarded his notice and was answered here: words among agents. */
const noteOf = ({ status }: NonNullable<Facts['ticket']>): Decision => {
  const because = 'an agent answered a notice that a colleague passed on'
  if (!status.comments) return hold(`${because}, but the ticket takes no more comments`)
  return {
    do: 'add_comment',
    as: 'agent',
    internal: true,
    moveTo: null,
    reopening: false,
    notify: true,
    because,
  }
}

function openFor(facts: Facts): Decision & { do: 'open_ticket' } {
  const written = facts.writesToCustomer && facts.sender === 'agent'
  const forwarded = facts.forwarded && facts.sender === 'agent' && !written
  return {
    do: 'open_ticket',
    requester: requesterOf(facts.sender, { written, forwarded }),
    // Nothing automatic goes to somebody an agent only named, unless the agent is proven.
    acknowledge:
      !facts.imported &&
      facts.verdict.answerable &&
      (forwarded ? facts.agentProven : facts.sender === 'customer'),
    automatic: false,
    followUp: false,
    imported: facts.imported,
    because: reasonToOpen({ written, forwarded }),
  }
}

interface OnBehalf {
  readonly written: boolean
  readonly forwarded: boolean
}

function requesterOf(sender: Facts['sender'], { written, forwarded }: OnBehalf) {
  if (sender === 'unknown') return 'unknown'
  if (written) return 'addressee'
  return forwarded ? 'forwarded' : 'sender'
}

function reasonToOpen({ written, forwarded }: OnBehalf): string {
  if (written) return 'an agent wrote to a customer and copied us'
  return forwarded ? 'an agent forwarded a customer’s mail' : 'a new conversation'
}
