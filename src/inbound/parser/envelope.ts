/** The header part of a Message: addresses, ids, subject and date, from scanned headers. */
import {
  ADDRESSES_MAX,
  ADDRESS_HEADER_LENGTH_MAX,
  parseAddressList,
  usableAddresses,
} from '../../mail/address-list.ts'
import type { AddressListEntry } from '../../mail/address-list.ts'
import { type NamedAddress, parseAddress } from '../../mail/address.ts'
import { cleanLine } from '../../mail/clean-text.ts'
import { parseDate } from '../../mail/date.ts'
import { decodeWords } from '../../mail/encoded-word.ts'
import { headerOf, headersOf } from '../../mail/message.ts'
import type { Header, Message } from '../../mail/message.ts'
import { parseMessageIds, parseReferences } from '../../mail/message-id.ts'
import type { MessageId } from '../../mail/message-id.ts'

export type HeaderFacts = Pick<
  Message,
  | 'messageId'
  | 'date'
  | 'subject'
  | 'from'
  | 'fromAddresses'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'references'
  | 'inReplyTo'
>

/** RFC 5322 sets no limit; ours is far above any honest subject. */
const SUBJECT_LENGTH_MAX = 5_000

export function readHeaderFacts(headers: readonly Header[], problems: string[]): HeaderFacts {
  const message = { headers }
  const list = (name: string): AddressListEntry[] => readList(message, name, problems)
  const from = list('from')
  const replyTo = usableAddresses(list('reply-to'))
  // RFC 6854 lets a group write; nobody can be held to what it says.
  const isGroup = from.some(({ grouped }) => grouped === true)
  const senders = isGroup ? [] : usableAddresses(from)
  if (headersOf(message, 'from').length > 1) problems.push('more than one From header')
  if (isGroup) problems.push('the sender is a group')
  else if (senders.length === 0)
    problems.push(from.length === 0 ? 'no sender' : 'no usable sender address')
  if (senders.some(hidesAnother)) problems.push('the name of the sender is another address')
  const subject = headerOf(message, 'subject')
  return {
    messageId: firstMessageId(message, problems),
    date: readDate(headerOf(message, 'date'), problems),
    subject: subject === null ? null : cleanLine(decodeWords(subject), SUBJECT_LENGTH_MAX),
    from: senders[0] ?? replyTo[0] ?? null,
    fromAddresses: [...new Set(senders.map(({ address }) => address))],
    sender: usableAddresses(list('sender'))[0] ?? null,
    replyTo,
    to: usableAddresses(list('to')),
    cc: usableAddresses(list('cc')),
    references: headersOf(message, 'references').flatMap((value) => parseReferences(value)),
    inReplyTo: headersOf(message, 'in-reply-to').flatMap((value) => parseReferences(value)),
  }
}

/** A name that looks like an address is read as the sender; only a lie has a reason for it. */
function hidesAnother({ address, name }: NamedAddress): boolean {
  const words = (name ?? '').toLowerCase().split(/[\s"'<>()[\],;:]+/)
  return words.some((word) => word !== address && parseAddress(word) !== null)
}

/** All fields of one name, as one list (a repeated To or Cc is common). */
function readList(
  message: { headers: readonly Header[] },
  name: string,
  problems: string[],
): AddressListEntry[] {
  const values = headersOf(message, name)
  if (values.some((value) => value.length > ADDRESS_HEADER_LENGTH_MAX)) {
    problems.push(`${name} header cut after ${ADDRESS_HEADER_LENGTH_MAX} characters`)
  }
  const entries = values.slice(0, 20).flatMap((value) => parseAddressList(value))
  if (entries.length >= ADDRESSES_MAX)
    problems.push(`only ${ADDRESSES_MAX} addresses of ${name} kept`)
  return dedupe(entries.slice(0, ADDRESSES_MAX))
}

function dedupe(entries: readonly AddressListEntry[]): AddressListEntry[] {
  const seen = new Set<string>()
  return entries.filter(({ address }) => {
    if (address === null) return true
    const first = !seen.has(address)
    seen.add(address)
    return first
  })
}

function firstMessageId(
  message: { headers: readonly Header[] },
  problems: string[],
): MessageId | null {
  const values = headersOf(message, 'message-id')
  if (values.length > 1) problems.push('more than one Message-ID, the first usable one counts')
  for (const value of values) {
    const id = parseMessageIds(value)[0] ?? parseMessageIds(`<${value}>`)[0]
    if (id !== undefined) return id
  }
  problems.push('no usable Message-ID')
  return null
}

function readDate(value: string | null, problems: string[]): string | null {
  const date = parseDate(value)
  if (date === null) problems.push(value === null ? 'no date' : 'unreadable date')
  return date
}

/** Addresses named in a header by people who are not participants, e.g. Delivered-To. */
export function addressesOf(headers: readonly Header[], name: string): NamedAddress[] {
  return headersOf({ headers }, name).flatMap((value) => usableAddresses(parseAddressList(value)))
}
