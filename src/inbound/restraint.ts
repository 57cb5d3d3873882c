/** When silence is better than an acknowledgement, although a person seems to have written. */
import type { Rate } from '../config-values.ts'
import type { Message } from '../mail/message.ts'
import { sameWordsSaidAt } from '../store/comments.ts'
import { countFromSender } from '../store/folder-contents.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { Queryable } from '../store/open.ts'
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
 * subject. A person with several requests uses other words each time.
 */
const SAME_WORDS = [
  { count: 5, windowMs: HOUR_MS },
  { count: 20, windowMs: 24 * HOUR_MS },
] as const
const SAME_WORDS_MAX = Math.max(...SAME_WORDS.map(({ count }) => count))
const SAME_WORDS_WINDOW_MS = Math.max(...SAME_WORDS.map(({ windowMs }) => windowMs))

/** The reason not to acknowledge, written into the outbox row; null: there is none. */
export async function whyNotAcknowledge(
  db: Queryable,
  flood: FloodLimits,
  written: Written,
  at: Date,
): Promise<string | null> {
  const { row, inbox, verified } = written
  const arrivedAt = row.internalAt ?? row.receivedAt
  if (at.getTime() - arrivedAt.getTime() > ANSWER_AGE_MAX_MS) {
    return 'the message is older than 24 hours'
  }
  if (inbox.authservId !== null && !verified) {
    return 'our mail server did not authenticate the sender'
  }
  return (await flooded(db, flood, written, at)) ?? repeats(db, written, at)
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
  const ago = (ms: number) => new Date(at.getTime() - ms)
  const words = { authorId: sender.id, text: message.text.reply, since: ago(SAME_WORDS_WINDOW_MS) }
  const saidAt = await sameWordsSaidAt(db, { ...words, limit: SAME_WORDS_MAX })
  const limit = SAME_WORDS.find(
    ({ count, windowMs }) => saidAt.filter((said) => said > ago(windowMs)).length >= count,
  )
  if (limit === undefined) return null
  return `the same words ${limit.count} times in ${limit.windowMs / HOUR_MS} h: it looks like a machine`
}
