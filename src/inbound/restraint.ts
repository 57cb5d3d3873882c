/** When silence is better than an acknowledgement, although a person seems to have written. */
import type { Rate } from '../config-values.ts'
import type { Message } from '../mail/message.ts'
import { saysTheSame } from '../mail/similar-words.ts'
import { type Remark, remarksLike } from '../store/comments.ts'
import { countFromSender } from '../store/folder-contents.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { Queryable } from '../store/open.ts'
import { automaticSentAt } from '../store/outbox-counts.ts'
import type { Inbox } from '../ticket/inbox.ts'
import { ANSWER_AGE_MAX_MS } from '../ticket/notify.ts'
import type { User } from '../ticket/user.ts'

export interface FloodLimits {
  readonly perSender: Rate | null
  readonly ticketsPerSender: Rate | null
}

export interface Written {
  readonly row: InboundMessage
  readonly inbox: Inbox
  readonly message: Message
  readonly sender: User | null
  readonly verified: boolean
}

const HOUR_MS = 3_600_000
/**
 * A responder that marks nothing answers each acknowledgement with the same words under another
 * subject, perhaps with a number in them. A person with several requests uses other words each
 * time, and does not wait for our answer to the one before.
 */
const SAME_WORDS = [
  { count: 5, windowMs: HOUR_MS },
  { count: 20, windowMs: 24 * HOUR_MS },
] as const
export const SAME_WORDS_WINDOW_MS = Math.max(...SAME_WORDS.map(({ windowMs }) => windowMs))
/** What is looked back at; a chain of answers to our mail is not interrupted by more of these. */
const LOOKED_AT_MAX = 40

/** Why not to acknowledge; null: there is no reason. */
export interface Restraint {
  readonly reason: 'late' | 'unverified' | 'flood' | 'repeated' | 'other_desk'
  /** For people: written into the outbox row. */
  readonly detail: string
}

/** Two that answer every customer are worse than a while without an answer. */
export const ANSWERED_ELSEWHERE: Restraint = {
  reason: 'other_desk',
  detail: 'another Postroom answers the mail of this inbox',
}

export async function whyNotAcknowledge(
  db: Queryable,
  flood: FloodLimits,
  written: Written,
  at: Date,
): Promise<Restraint | null> {
  const { row, inbox, verified } = written
  const arrivedAt = row.internalAt ?? row.receivedAt
  if (at.getTime() - arrivedAt.getTime() > ANSWER_AGE_MAX_MS) {
    return { reason: 'late', detail: 'the message is older than 24 hours' }
  }
  if (inbox.authservId !== null && !verified) {
    return { reason: 'unverified', detail: 'our mail server did not authenticate the sender' }
  }
  const flooding = await flooded(db, flood, written, at)
  if (flooding !== null) return { reason: 'flood', detail: flooding }
  const repeated = await repeats(db, written, at)
  return repeated === null ? null : { reason: 'repeated', detail: repeated }
}

async function flooded(
  db: Queryable,
  flood: FloodLimits,
  { message }: Written,
  at: Date,
): Promise<string | null> {
  if (message.from === null) return null
  for (const rate of [flood.perSender, flood.ticketsPerSender]) {
    if (rate === null) continue
    const since = new Date(at.getTime() - rate.windowMs)
    if ((await countFromSender(db, message.from.address, since)) >= rate.count) {
      return `more than ${rate.count} messages from this sender in ${rate.windowMs / 1000} s`
    }
  }
  return null
}

async function repeats(
  db: Queryable,
  { sender, message }: Written,
  at: Date,
): Promise<string | null> {
  if (sender === null) return null
  const since = new Date(at.getTime() - SAME_WORDS_WINDOW_MS)
  const { reply: text } = message.text
  const remarks = await remarksLike(db, { authorId: sender.id, text, since, limit: LOOKED_AT_MAX })
  const limit = limitReached(
    remarks.filter((remark) => remark.text === text),
    at,
  )
  if (limit !== null) return looksLikeMachine(limit)
  // Too few by number alone: most people's mails are not even compared.
  if (limitReached(remarks, at) === null) return null
  const alike = remarks.filter((remark) => saysTheSame(remark.text, text))
  if (limitReached(alike, at) === null) return null
  const sent = await automaticSentAt(db, { rcptTo: sender.email, since, limit: LOOKED_AT_MAX })
  const answering = limitReached(answersToOurs(alike, sent), at)
  return answering === null ? null : looksLikeMachine(answering)
}

type Limit = (typeof SAME_WORDS)[number]

const limitReached = (remarks: readonly Remark[], at: Date): Limit | null =>
  SAME_WORDS.find(
    ({ count, windowMs }) =>
      remarks.filter((remark) => remark.at.getTime() > at.getTime() - windowMs).length >= count,
  ) ?? null

/** Those, newest first, after which mail of ours went out before the next came. */
function answersToOurs(remarks: readonly Remark[], sent: readonly Date[]): Remark[] {
  return remarks.filter((remark, index) => {
    const next = remarks[index - 1]
    return sent.some((sentAt) => sentAt >= remark.at && (next === undefined || sentAt <= next.at))
  })
}

const looksLikeMachine = ({ count, windowMs }: Limit): string =>
  `the same words ${count} times in ${windowMs / HOUR_MS} h: it looks like a machine`

/** Every detail that goes with the reason `repeated`. */
export const REPEATED_DETAILS: readonly string[] = SAME_WORDS.map(looksLikeMachine)
