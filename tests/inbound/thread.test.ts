import { describe, expect, test } from 'vitest'
import { type Candidate, hintsOf, pickTicket, type Threading } from '../../src/inbound/thread.ts'
import type { Message } from '../../src/mail/message.ts'
import { tokensOf } from '../../src/reply-token.ts'
import type { Ticket } from '../../src/ticket/ticket.ts'
import type { User } from '../../src/ticket/user.ts'
import { anAddress } from '../kit/desk-context.ts'
import { aMessage } from './a-message.ts'

const tokens = tokensOf([{ id: 1, value: Buffer.alloc(32, 7) }])
const OWN = new Set([anAddress('support@acme.test'), anAddress('sales@acme.test')])

const user = (id: number, email: string): User => ({
  id,
  email: anAddress(email),
  name: null,
  role: 'customer',
  state: 'contact',
  locale: null,
  createdAt: new Date(0),
  lastLoginAt: null,
  provenAt: null,
})
const ANA = user(1, 'ana@customer.test')
const KIM = user(2, 'kim@example.org')
const MALLORY = user(3, 'mallory@stranger.test')
const BRUNO: User = { ...user(4, 'bruno@acme.test'), role: 'agent', state: 'active' }

const ticket = (id: number, more: Partial<Ticket> = {}): Ticket => ({
  id,
  subject: 'The printer',
  status: 'open',
  statusCategory: 'open',
  priority: 'normal',
  category: null,
  tags: [],
  fields: {},
  inboxId: 1,
  requesterId: ANA.id,
  requesterSource: 'sender',
  assigneeId: null,
  followUpOf: null,
  mergedInto: null,
  locale: null,
  threadIndex: null,
  waitingSince: null,
  firstAnsweredAt: null,
  snoozedUntil: null,
  commentsCount: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  closedAt: null,
  deletedAt: null,
  version: 1,
  ...more,
})

/** Ana's ticket 7 with Kim on it; ticket 8 is Mallory's. Ticket 5 was merged into 7. */
const SEVEN: Candidate = {
  ticket: ticket(7),
  ids: [7, 5],
  messageIds: ['first@customer.test', 'sent@acme.test'],
  participants: [ANA.email, KIM.email],
}
const EIGHT: Candidate = {
  ticket: ticket(8, { requesterId: MALLORY.id }),
  ids: [8],
  messageIds: ['other@stranger.test'],
  participants: [MALLORY.email],
}
const GONE: Candidate = {
  ticket: ticket(9, { deletedAt: new Date(1) }),
  ids: [9],
  messageIds: ['gone@customer.test'],
  participants: [ANA.email],
}

const tokenFor = (who: User, ticketId = 7): string =>
  tokens.make({ kind: 'reply', ticketId, userId: who.id })
const replyTo = (who: User, ticketId = 7): string => `support+${tokenFor(who, ticketId)}@acme.test`

function thread(message: Message, sender: User | null): Threading {
  const hints = hintsOf(message, OWN, (token) => tokens.verify(token))
  return pickTicket(hints, [SEVEN, EIGHT, GONE], sender)
}

type Found = [ticket: number | null, trust: Threading['trust'], related: number | null]
const found = ({ ticket: t, trust, related }: Threading): Found => [
  t?.id ?? null,
  trust,
  related?.ticketId ?? null,
]

const PROOF: Found = [7, 'own_token', null]
const CLAIM: Found = [7, 'participant', null]
const NOTHING: Found = [null, null, null]
const RELATED: Found = [null, null, 7]
const inId = (who: User) => `${tokenFor(who)}.nonce@acme.test`

const ROWS: readonly [what: string, message: Message, sender: User | null, want: Found][] = [
  // Proof: the sender's own token, wherever mail clients and servers keep it.
  ['own token in To', aMessage({ to: [replyTo(ANA)] }), ANA, PROOF],
  ['own token in Cc', aMessage({ to: ['x@y.test'], cc: [replyTo(ANA)] }), ANA, PROOF],
  [
    'own token to another inbox of ours',
    aMessage({ to: [`sales+${tokenFor(ANA)}@acme.test`] }),
    ANA,
    PROOF,
  ],
  [
    'own token in Delivered-To',
    aMessage({ headers: [['delivered-to', replyTo(ANA)]] }),
    ANA,
    PROOF,
  ],
  [
    'own token in X-Original-To',
    aMessage({ headers: [['x-original-to', `<${replyTo(ANA)}>`]] }),
    ANA,
    PROOF,
  ],
  [
    'own token in capitals',
    aMessage({ headers: [['delivered-to', replyTo(ANA).toUpperCase()]] }),
    ANA,
    PROOF,
  ],
  ['own token in In-Reply-To', aMessage({ inReplyTo: [inId(ANA)] }), ANA, PROOF],
  [
    'own token in References',
    aMessage({ references: ['x@y.test', inId(ANA), 'z@y.test'] }),
    ANA,
    PROOF,
  ],
  ['own token beside another’s', aMessage({ to: [replyTo(KIM), replyTo(ANA)] }), ANA, PROOF],
  [
    'own token beside a tag of another ticket',
    aMessage({ to: [replyTo(ANA)], subject: '[#8] x' }),
    ANA,
    PROOF,
  ],
  ['own token of a ticket that was merged', aMessage({ to: [replyTo(ANA, 5)] }), ANA, PROOF],
  // It was sent to somebody who was an agent then, or took part then.
  [
    'own token of one who is not on the ticket',
    aMessage({ to: [replyTo(MALLORY)] }),
    MALLORY,
    RELATED,
  ],
  [
    'own token of a ticket he left, and his own ticket beside it',
    aMessage({ to: [replyTo(MALLORY)], inReplyTo: ['other@stranger.test'] }),
    MALLORY,
    [8, 'participant', null],
  ],
  [
    'own token of an agent who is not on the ticket',
    aMessage({ to: [replyTo(BRUNO)] }),
    BRUNO,
    PROOF,
  ],
  // A token of somebody else is a claim.
  ['another participant’s token', aMessage({ to: [replyTo(KIM)] }), ANA, CLAIM],
  ['a stolen token', aMessage({ to: [replyTo(ANA)] }), MALLORY, RELATED],
  ['a stolen token, sender unknown', aMessage({ to: [replyTo(ANA)] }), null, RELATED],
  // Claims count only for people on the ticket.
  ['our Message-ID', aMessage({ inReplyTo: ['sent@acme.test'] }), ANA, CLAIM],
  ['our Message-ID, copied person', aMessage({ references: ['sent@acme.test'] }), KIM, CLAIM],
  ['a customer’s Message-ID', aMessage({ references: ['first@customer.test'] }), ANA, CLAIM],
  ['the subject tag', aMessage({ subject: 'Re: [#7] The printer' }), ANA, CLAIM],
  ['the subject tag of a merged ticket', aMessage({ subject: '[#5] x' }), ANA, CLAIM],
  ['our Message-ID, stranger', aMessage({ inReplyTo: ['sent@acme.test'] }), MALLORY, RELATED],
  [
    'a customer’s Message-ID, stranger',
    aMessage({ references: ['first@customer.test'] }),
    MALLORY,
    RELATED,
  ],
  ['the subject tag, stranger', aMessage({ subject: '[#7] let me in' }), MALLORY, RELATED],
  ['the subject tag, nobody', aMessage({ from: null, subject: '[#7] x' }), null, RELATED],
  [
    'his own ticket beside a foreign one',
    aMessage({ inReplyTo: ['first@customer.test'], subject: '[#8] x' }),
    MALLORY,
    [8, 'participant', null],
  ],
  // Nearest ancestor first; In-Reply-To before References before the tag.
  [
    'two Message-IDs',
    aMessage({ inReplyTo: ['first@customer.test'], references: ['other@stranger.test'] }),
    ANA,
    CLAIM,
  ],
  // Tickets that are no more.
  ['own token of a deleted ticket', aMessage({ to: [replyTo(ANA, 9)] }), ANA, [null, null, 9]],
  [
    'a Message-ID of a deleted ticket',
    aMessage({ inReplyTo: ['gone@customer.test'] }),
    ANA,
    [null, null, 9],
  ],
  ['own token of a ticket that is not there', aMessage({ to: [replyTo(ANA, 4242)] }), ANA, NOTHING],
  // What is no token of ours.
  ['no hint at all', aMessage(), ANA, NOTHING],
  [
    'a token at an address that is not ours',
    aMessage({ to: [`support+${tokenFor(ANA)}@evil.test`] }),
    ANA,
    NOTHING,
  ],
  ['a token without plus', aMessage({ to: [`${tokenFor(ANA)}@acme.test`] }), ANA, NOTHING],
  ['a plus tag of another kind', aMessage({ to: ['support+new@acme.test'] }), ANA, NOTHING],
  ['the subject only looks alike', aMessage({ subject: 'The printer' }), ANA, NOTHING],
  ['a tag that is no number', aMessage({ subject: '[#7e0] [#07] [#-7] [# 7]' }), ANA, NOTHING],
  [
    'a bounce token in To',
    aMessage({ to: [`support+b.${tokens.make({ kind: 'bounce', outboxId: 7 })}@acme.test`] }),
    ANA,
    NOTHING,
  ],
]

test.each(ROWS)('%s', (_what, message, sender, want) => {
  expect(found(thread(message, sender))).toEqual(want)
})

describe('a token', () => {
  test('that was altered anywhere finds nothing', () => {
    const good = tokenFor(ANA)
    for (let at = 0; at < good.length; at += 1) {
      const other = good[at] === 'a' ? 'b' : 'a'
      const bad = good.slice(0, at) + other + good.slice(at + 1)
      const message = aMessage({ to: [`support+${bad}@acme.test`] })
      expect(found(thread(message, ANA))).toEqual(NOTHING)
    }
  })

  test('in the return path tells which delivery bounced', () => {
    const tag = tokens.make({ kind: 'bounce', outboxId: 99 })
    const message = aMessage({ to: [`support+b.${tag}@acme.test`] })
    expect(hintsOf(message, OWN, (token) => tokens.verify(token)).bouncedOutboxIds).toEqual([99])
  })

  test('in the Message-ID itself says that the mail is a copy of ours', () => {
    const copy = aMessage({ messageId: inId(ANA) })
    expect(hintsOf(copy, OWN, (token) => tokens.verify(token)).own).toBe(true)
    const forged = aMessage({ messageId: 'abc.nonce@acme.test' })
    expect(hintsOf(forged, OWN, (token) => tokens.verify(token)).own).toBe(false)
  })
})

test('why a hint counted or not is kept as evidence', () => {
  const { evidence, related } = thread(aMessage({ to: [replyTo(ANA)] }), MALLORY)
  const because = 'the sender does not take part in that ticket'
  expect(evidence).toEqual([
    { hint: 'token in to', strength: 'claim', ticketId: 7, accepted: false, because },
  ])
  expect(related?.reason).toBe(`token in to: ${because}`)
})

test('a thousand references are not a thousand look-ups, and the nearest ones count', () => {
  const references = Array.from({ length: 1_000 }, (_, n) => `r${n}@customer.test`)
  const hints = hintsOf(aMessage({ references }), OWN, () => null)
  expect(hints.messageIds).toHaveLength(50)
  expect(hints.messageIds[0]).toBe('r999@customer.test')
})

describe('an agent with a token that was sent to a colleague', () => {
  const BEN = user(10, 'ben@acme.test')
  const CARLA: User = { ...user(11, 'carla@acme.test'), role: 'agent', state: 'active' }
  const asCarla = (message: Message, candidates: readonly Candidate[], colleagues = [BEN.id]) => {
    const hints = hintsOf(message, OWN, (token) => tokens.verify(token))
    return found(pickTicket(hints, candidates, CARLA, new Set(colleagues)))
  }
  const passedOn = aMessage({ to: [replyTo(BEN)] })

  test('is known to work here', () => {
    expect(asCarla(passedOn, [SEVEN])).toEqual([7, 'colleague_token', null])
  })

  test('answers for herself with her own beside it', () => {
    const both = aMessage({ to: [replyTo(BEN)], references: [inId(CARLA)] })
    expect(asCarla(both, [SEVEN])).toEqual(PROOF)
  })

  test('is a participant where she is the one who asks', () => {
    const hers = { ...SEVEN, participants: [CARLA.email] }
    expect(asCarla(passedOn, [hers])).toEqual(CLAIM)
  })

  test('has no more than a claim when the token is a customer’s', () => {
    expect(asCarla(aMessage({ to: [replyTo(ANA)] }), [SEVEN])).toEqual(RELATED)
  })

  test('does not bring back what was deleted', () => {
    const message = aMessage({ to: [replyTo(BEN, 9)] })
    expect(asCarla(message, [GONE])).toEqual([null, null, 9])
  })
})
