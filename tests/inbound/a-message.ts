/** A Message for tests of pure rules: what a test does not say is an ordinary mail from Ana. */
import type { Message } from '../../src/mail/message.ts'
import { parseMessageIds } from '../../src/mail/message-id.ts'
import { anAddress } from '../kit/desk-context.ts'

export interface MessageOf {
  from?: string | null
  to?: readonly string[]
  cc?: readonly string[]
  subject?: string | null
  messageId?: string
  inReplyTo?: readonly string[]
  references?: readonly string[]
  headers?: readonly (readonly [string, string])[]
}

const named = (text: string) => ({ address: anAddress(text), name: null })
const idsOf = (ids: readonly string[] = []) => parseMessageIds(ids.map((id) => `<${id}>`).join(' '))

export function aMessage(given: MessageOf = {}): Message {
  const from = given.from === undefined ? 'ana@customer.test' : given.from
  return {
    headers: (given.headers ?? []).map(([name, value]) => ({ name, value })),
    messageId: idsOf([given.messageId ?? 'new@customer.test'])[0] ?? null,
    date: null,
    subject: given.subject ?? 'The printer',
    from: from === null ? null : named(from),
    fromAddresses: from === null ? [] : [anAddress(from)],
    sender: null,
    replyTo: [],
    to: (given.to ?? ['support@acme.test']).map(named),
    cc: (given.cc ?? []).map(named),
    references: idsOf(given.references),
    inReplyTo: idsOf(given.inReplyTo),
    text: { reply: 'It is on fire.', quoted: '', signature: '', full: 'It is on fire.' },
    html: null,
    attachments: [],
    forwarded: null,
    bounce: null,
    reportType: null,
    language: null,
    problems: [],
  }
}
