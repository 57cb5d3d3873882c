/**
 * The two words that are commands in a customer's mail: `#close` and `#stop`, alone on its first
 * line. Everything else that customers write is words.
 */
import type { User } from '../ticket/user.ts'
import type { Understood } from './write.ts'

export type CustomerWish = 'close' | 'stop'

/** What the ledger says of a mail that was nothing else. */
export const WISH_DONE: Readonly<Record<CustomerWish, string>> = {
  close: 'the requester closed the ticket',
  stop: 'the sender asked for no more automatic mail',
}

/** What a customer wants, and the mail without it. */
export interface Wished {
  readonly wish: CustomerWish
  readonly customer: User
  readonly rest: string
}

/** Is there more in the mail than the wish? */
export const saysMore = ({ rest }: Wished, { attachments }: Understood): boolean =>
  rest !== '' || attachments.length > 0

const FIRST_LINE = /^#(close|stop)$/i

/**
 * What a customer wants, and the mail without it; null: nothing of the kind. Only from somebody
 * proven; closing is the requester's, on the ticket that he answers.
 */
export function wishIn(understood: Understood): Wished | null {
  const { message, sender, proven, threading, verdict, decision } = understood
  if (verdict.kind !== 'person' || !proven || sender === null) return null
  // Agents have commands of their own.
  if (decision.do === 'add_comment' ? decision.as !== 'customer' : decision.do !== 'open_ticket') {
    return null
  }
  const requests = threading.ticket !== null && threading.ticket.requesterId === sender.id
  if (sender.role !== 'customer' && !requests) return null
  const [first = '', ...below] = message.text.reply.trimStart().split('\n')
  const wish = FIRST_LINE.exec(first.trim())?.[1]?.toLowerCase()
  if (wish === 'close') {
    return requests ? { wish, customer: sender, rest: below.join('\n').trim() } : null
  }
  return wish === 'stop' ? { wish, customer: sender, rest: below.join('\n').trim() } : null
}
