/**
 * Inbound step 3: which ticket does this message belong to?
 *
 * Two pure halves around one look into the store: hintsOf() says what to look for, the store
 * returns every ticket that any hint names, pickTicket() chooses. Proof beats claim: our token
 * proves that its reader got our mail, and counts as long as he works here or is on the ticket;
 * Message-IDs and subject tags anyone can copy, so they count only from somebody on the ticket.
 */
import { type Address, splitSubaddress } from '../mail/address.ts'
import { headersOf, type Message } from '../mail/message.ts'
import type { MessageId } from '../mail/message-id.ts'
import { subjectTag } from '../mail/subject.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'

/** Only what a reply token says; reading one is the caller's business. */
export type ReadToken = (token: string) =>
  | { kind: 'reply'; ticketId: number; userId: number }
  | { kind: 'bounce'; outboxId: number }
  /** Of links: no proof in a mail. */
  | { kind: 'mute' | 'view' | 'login' }
  | null

export interface TokenHint {
  readonly ticketId: number
  readonly userId: number
  /** Where it stood: `to`, `in-reply-to` ... */
  readonly where: string
  readonly token: string
}

export interface Hints {
  readonly tokens: readonly TokenHint[]
  /** Deliveries that a return path says this message is about. */
  readonly bouncedOutboxIds: readonly number[]
  /** Nearest ancestor first. */
  readonly messageIds: readonly MessageId[]
  readonly ticketNumber: number | null
  /** Our own Message-ID: this is a copy of something we sent. */
  readonly own: boolean
}

/** One look-up per message, however long its References are. */
const LOOKUPS_MAX = 50
const ADDRESSES_READ_MAX = 100

export function hintsOf(message: Message, own: ReadonlySet<Address>, readToken: ReadToken): Hints {
  const tokens: TokenHint[] = []
  const bouncedOutboxIds: number[] = []
  for (const { where, token } of tokenTexts(message, own)) {
    const claims = readToken(token)
    if (claims?.kind === 'bounce') bouncedOutboxIds.push(claims.outboxId)
    if (claims?.kind !== 'reply') continue
    const { ticketId, userId } = claims
    if (!tokens.some((t) => t.ticketId === ticketId && t.userId === userId)) {
      tokens.push({ ticketId, userId, where, token })
    }
  }
  return {
    tokens,
    bouncedOutboxIds,
    messageIds: nearestAncestors(message),
    ticketNumber: subjectTag(message.subject),
    own: message.messageId !== null && readToken(tokenInId(message.messageId)) !== null,
  }
}

/** The Message-IDs of what it answers, the nearest first: anybody may name a hundred thousand. */
export function nearestAncestors({ inReplyTo, references }: Message): MessageId[] {
  return [...new Set([...inReplyTo, ...references.toReversed()])].slice(0, LOOKUPS_MAX)
}

/** Our Message-IDs are `<token>.<nonce>@<domain>`. */
const tokenInId = (id: string): string => id.slice(0, Math.max(0, id.indexOf('.')))

function* tokenTexts(
  message: Message,
  own: ReadonlySet<Address>,
): Generator<{ where: string; token: string }> {
  for (const [where, address] of recipientAddresses(message)) {
    const { base, tag } = splitSubaddress(address)
    if (tag === null || !own.has(base)) continue
    yield { where, token: tag.startsWith('b.') ? tag.slice(2) : tag }
  }
  for (const id of message.inReplyTo) yield { where: 'in-reply-to', token: tokenInId(id) }
  for (const id of message.references.slice(-LOOKUPS_MAX)) {
    yield { where: 'references', token: tokenInId(id) }
  }
}

function* recipientAddresses(message: Message): Generator<[string, Address]> {
  for (const { address } of message.to.slice(0, ADDRESSES_READ_MAX)) yield ['to', address]
  for (const { address } of message.cc.slice(0, ADDRESSES_READ_MAX)) yield ['cc', address]
  for (const name of ['delivered-to', 'x-original-to', 'envelope-to']) {
    for (const value of headersOf(message, name).slice(0, 5)) {
      yield [name, value.trim().replace(/^<|>$/g, '').toLowerCase() as Address]
    }
  }
}

/** A ticket that at least one hint names. */
export interface Candidate {
  readonly ticket: Ticket
  /** The ids by which hints name it; a merged ticket's target bears the merged ids too. */
  readonly ids: readonly number[]
  readonly messageIds: readonly string[]
  readonly participants: readonly Address[]
}

export interface Evidence {
  /** `token in to`, `message-id`, `subject tag`. */
  readonly hint: string
  readonly strength: 'proof' | 'claim'
  readonly ticketId: number
  readonly accepted: boolean
  readonly because: string
}

export interface Threading {
  readonly ticket: Ticket | null
  /**
   * `own_token`: the sender holds a token that was sent to him. `colleague_token`: an agent holds
   * one that was sent to another agent, who passed it on.
   */
  readonly trust: 'own_token' | 'colleague_token' | 'participant' | null
  /** Named by a hint that was not good enough: shown to agents, gives no rights. */
  readonly related: { readonly ticketId: number; readonly reason: string } | null
  readonly evidence: readonly Evidence[]
  /** A token of ours, whoever's it is: the message answers something we sent. */
  readonly token: string | null
}

interface Named {
  readonly hint: string
  readonly candidate: Candidate
  /** Whose token names it; null: no token does. */
  readonly token: 'own' | 'colleague' | 'other' | null
}

/**
 * `sender`: the user behind the one From address, or null when there is none to be told.
 * `colleagues`: ids of the agents that tokens belong to, if the sender is an agent himself.
 */
export function pickTicket(
  hints: Hints,
  candidates: readonly Candidate[],
  sender: User | null,
  colleagues: ReadonlySet<number> = new Set(),
): Threading {
  const named = [
    ...namedByTokens(hints, candidates, sender, colleagues),
    ...namedByClaims(hints, candidates),
  ]
  const evidence = named.map((item) => judge(item, sender))
  const chosen = evidence.findIndex(({ accepted }) => accepted)
  const winner = named[chosen]
  const refused = winner === undefined ? (evidence[0] ?? null) : null
  return {
    ticket: winner?.candidate.ticket ?? null,
    trust: trustOf(winner, sender),
    related:
      refused === null
        ? null
        : { ticketId: refused.ticketId, reason: `${refused.hint}: ${refused.because}` },
    evidence,
    token: hints.tokens[0]?.token ?? null,
  }
}

const trustOf = (winner: Named | undefined, sender: User | null): Threading['trust'] => {
  if (winner === undefined) return null
  if (winner.token === 'own') return 'own_token'
  // An agent who asks for help himself is a participant first.
  return winner.token === 'colleague' && !takesPart(winner, sender)
    ? 'colleague_token'
    : 'participant'
}

const takesPart = ({ candidate }: Named, sender: User | null): boolean =>
  sender !== null && candidate.participants.includes(sender.email)

/**
 * Tokens live on when their owner leaves: he was an agent and was told of every ticket, or was taken
 * off this one. What a disabled agent writes is held, whatever he proves.
 */
const mayUseToken = (named: Named, sender: User | null): boolean =>
  named.token === 'colleague' ||
  (named.token === 'own' && (sender?.role !== 'customer' || takesPart(named, sender)))

/** The sender's own first: it is the best proof. */
const TOKENS = ['own', 'colleague', 'other'] as const

function namedByTokens(
  hints: Hints,
  candidates: readonly Candidate[],
  sender: User | null,
  colleagues: ReadonlySet<number>,
): Named[] {
  const whose = (userId: number): (typeof TOKENS)[number] => {
    if (sender?.id === userId) return 'own'
    return colleagues.has(userId) ? 'colleague' : 'other'
  }
  const named = hints.tokens.flatMap(({ ticketId, userId, where }) => {
    const candidate = candidates.find(({ ids }) => ids.includes(ticketId))
    if (candidate === undefined) return []
    return [{ hint: `token in ${where}`, candidate, token: whose(userId) }]
  })
  return named.toSorted((a, b) => TOKENS.indexOf(a.token) - TOKENS.indexOf(b.token))
}

function namedByClaims(hints: Hints, candidates: readonly Candidate[]): Named[] {
  const named: Named[] = []
  for (const id of hints.messageIds) {
    const candidate = candidates.find(({ messageIds }) => messageIds.includes(id))
    if (candidate !== undefined) named.push({ hint: 'message-id', candidate, token: null })
  }
  const { ticketNumber } = hints
  if (ticketNumber !== null) {
    const candidate = candidates.find(({ ids }) => ids.includes(ticketNumber))
    if (candidate !== undefined) named.push({ hint: 'subject tag', candidate, token: null })
  }
  return named
}

function judge(named: Named, sender: User | null): Evidence {
  const { hint, candidate, token } = named
  const ticketId = candidate.ticket.id
  const isProof = mayUseToken(named, sender)
  if (candidate.ticket.deletedAt !== null) {
    const because = 'that ticket was deleted'
    return { hint, strength: isProof ? 'proof' : 'claim', ticketId, accepted: false, because }
  }
  if (isProof) {
    const because =
      token === 'own'
        ? 'the token was sent to this sender'
        : 'the token was sent to another agent, who passed it on'
    return { hint, strength: 'proof', ticketId, accepted: true, because }
  }
  const accepted = takesPart(named, sender)
  return {
    hint,
    strength: 'claim',
    ticketId,
    accepted,
    because: accepted
      ? 'the sender takes part in that ticket'
      : 'the sender does not take part in that ticket',
  }
}
