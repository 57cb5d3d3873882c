/** What a message says, as comments keep it, and when it came. */
import type { Said } from '../desk/context.ts'
import { headerOf, type Message } from '../mail/message.ts'
import { ANSWER_AGE_MAX_MS } from '../ticket/notify.ts'
import { IMPORTED } from './decide.ts'
import type { Understood } from './write.ts'

export function saidIn({ row, message, attachments, authentication, decision }: Understood): Said {
  return {
    because: decision.because,
    text: message.text.reply,
    quotedText: message.text.quoted,
    fullText: message.text.full,
    html: message.html,
    source: 'email',
    messageId: message.messageId,
    referenceIds: message.references.slice(-20),
    inboundId: row.id,
    authentication,
    // What could not be taken apart has its own source attached: it shows where the agent writes from.
    attachments: attachments.filter(
      ({ sha256 }) => decision.do !== 'settle' || sha256 !== row.sha256,
    ),
  }
}

/**
 * A note among agents, in an archive that this desk or another one wrote: it stays one. Whoever imports an
 * archive vouches for it; in mail that arrives the header means nothing.
 */
export const wasInternal = ({ row, message }: Understood): boolean =>
  row.reasons.includes(IMPORTED) && headerOf(message, 'x-postroom-visibility') === 'internal'

/**
 * A forward's own two parts. The customer gets to see what he wrote and nothing else: the mail
 * itself, with what the agent added, and the id that shows where agents write from, is the note's.
 */
export function saidInForward(
  understood: Understood,
  forwarded: NonNullable<Message['forwarded']>,
): { customer: Said; note: Said } {
  const whole = saidIn(understood)
  const { text } = forwarded
  return {
    customer: {
      ...whole,
      text,
      quotedText: '',
      fullText: text,
      html: null,
      messageId: null,
      referenceIds: [],
      inboundId: null,
      authentication: null,
    },
    note: { ...whole, text: noteText(understood, forwarded), quotedText: '', attachments: [] },
  }
}

function noteText(
  { message }: Understood,
  { from, date, note }: NonNullable<Message['forwarded']>,
): string {
  const written = date === null ? '' : `, written ${date}`
  const by = message.from === null ? 'somebody' : named(message.from)
  const head = `Forwarded by ${by}. The requester is taken from the forwarded header: ${named(from)}${written}.`
  return note === '' ? head : `${head}\n\n${note}`
}

const named = ({ name, address }: { name: string | null; address: string | null }): string =>
  name === null ? (address ?? 'unknown') : `${name} <${address ?? 'unknown'}>`

const ISO = /^\d{4}-\d\d-\d\dT/

/** When a forwarded mail says it was written; null: it does not say, or it cannot be. */
export function writtenAt({ date }: NonNullable<Message['forwarded']>, now: Date): Date | null {
  if (date === null || !ISO.test(date)) return null
  const at = new Date(date)
  return Number.isNaN(at.getTime()) || at > now || at.getTime() < 0 ? null : at
}

/** RFC 3834 §2: no automatic mail about what lay around for a day. */
export const isRecent = ({ row }: Understood, at: Date): boolean =>
  at.getTime() - (row.internalAt ?? row.receivedAt).getTime() <= ANSWER_AGE_MAX_MS
