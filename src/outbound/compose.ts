/**
 * Outbound step 1: what one message to one recipient consists of. Pure: facts in, fields out;
 * mime.ts turns the fields into bytes.
 */
import { domainOf, LOCAL_PART_OCTETS_MAX, localPartOf } from '../mail/address.ts'
import type { Address, NamedAddress } from '../mail/address.ts'
import { nameText, subjectText } from '../mail/header-text.ts'
import { threadIndex } from './thread-index.ts'
import type { Rendered } from './templates.ts'

/** Bytes to attach. */
export interface OutgoingAttachment {
  readonly filename: string | null
  readonly contentType: string
  readonly content: Buffer
}

export interface MailFields {
  readonly from: NamedAddress
  readonly to: readonly NamedAddress[]
  readonly cc: readonly NamedAddress[]
  readonly replyTo: Address | null
  readonly subject: string
  readonly messageId: string
  readonly inReplyTo: string | null
  readonly references: readonly string[]
  readonly date: Date
  readonly text: string
  readonly html: string
  readonly attachments: readonly OutgoingAttachment[]
  /** Further headers: name, value. */
  readonly headers: readonly (readonly [string, string])[]
}

/** How a message is to be recognised by machines (RFC 3834 §5). */
export type Automation =
  | { readonly kind: 'none' }
  | { readonly kind: 'auto-replied' | 'auto-generated'; readonly loopMarker: string }

export interface ComposeInput {
  readonly from: { readonly address: Address; readonly name: string }
  readonly to: readonly NamedAddress[]
  readonly cc: readonly NamedAddress[]
  /** Proof of ticket and recipient; goes into Reply-To where plus-addressing is on. */
  readonly token: string
  readonly plusAddressing: boolean
  readonly messageId: string
  /** Message-IDs of the thread as this recipient knows it, oldest first. */
  readonly thread: readonly string[]
  readonly rendered: Rendered
  readonly date: Date
  readonly automation: Automation
  readonly ticketId: number
  /** The conversation as Outlook names it: base64 of 22 bytes. */
  readonly conversation: string
  /** Headers of this kind of notice alone: name, value. */
  readonly headers: readonly (readonly [string, string])[]
  readonly attachments: readonly OutgoingAttachment[]
}

/** RFC 5322 §2.1.1: at most 998 characters in a line; a reader needs the root and the nearest. */
const REFERENCES_LENGTH_MAX = 900
/** Strangers chose these ids: only printable ASCII that fits a line goes into a header of ours. */
const USABLE_ID = /^[!-;=?-~]{1,900}$/
const NEAREST_KEPT = 10

export function compose(input: ComposeInput): MailFields {
  return {
    from: { address: input.from.address, name: nameText(input.from.name) },
    to: input.to,
    cc: input.cc,
    replyTo: input.plusAddressing ? subaddress(input.from.address, input.token) : null,
    subject: subjectText(input.rendered.subject),
    messageId: input.messageId,
    inReplyTo: input.thread.findLast((id) => USABLE_ID.test(id)) ?? null,
    references: referencesOf(input.thread),
    date: input.date,
    text: input.rendered.text,
    html: input.rendered.html,
    attachments: input.attachments,
    headers: [
      ['X-Postroom-Ticket', String(input.ticketId)],
      ['Content-Language', input.rendered.locale],
      // [MS-OXOMSG] 2.2.1.5: the subject without its prefix.
      ['Thread-Topic', subjectText(input.rendered.subject.replace(/^Re: ?/, ''))],
      ['Thread-Index', threadIndex(input.conversation, input.date, input.messageId)],
      ...input.headers.map(([name, value]) => [name, subjectText(value)] as const),
      ...automationHeaders(input.automation),
    ],
  }
}

/** RFC 3834 §5.2 for everybody, X-Auto-Response-Suppress for Exchange, our own marker for us. */
export function automationHeaders(automation: Automation): [string, string][] {
  if (automation.kind === 'none') return []
  return [
    ['Auto-Submitted', automation.kind],
    ['X-Auto-Response-Suppress', 'All'],
    ['X-Postroom-Loop', automation.loopMarker],
  ]
}

/** RFC 5233 sub-address `support+tag@d`; null when the local part would become too long. */
export function subaddress(address: Address, tag: string): Address | null {
  const local = `${localPartOf(address)}+${tag}`
  return local.length > LOCAL_PART_OCTETS_MAX ? null : (`${local}@${domainOf(address)}` as Address)
}

/** The first id and the last ones that fit: what clients need to build the tree. */
export function referencesOf(thread: readonly string[]): string[] {
  const unique = [...new Set(thread)].filter((id) => USABLE_ID.test(id))
  const kept =
    unique.length <= NEAREST_KEPT + 1
      ? unique
      : [...unique.slice(0, 1), ...unique.slice(-NEAREST_KEPT)]
  while (kept.length > 1 && kept.join('> <').length > REFERENCES_LENGTH_MAX) kept.splice(1, 1)
  return kept
}

/** What somebody wrote, as far as a mail about it should carry it; the ticket has the rest. */
const EXCERPT_LENGTH_MAX = 20_000

export const excerptOf = (text: string, lengthMax = EXCERPT_LENGTH_MAX): string =>
  text.length <= lengthMax
    ? text
    : `${text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '')}\n[…]`

/** `> ` before every line, as mail clients quote. */
export const quoteText = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n')
