/** Reports inside of a message: bounces (RFC 3464), and mail forwarded by hand or as attachment. */
import { parseAddressList, usableAddresses } from '../../mail/address-list.ts'
import { localPartOf } from '../../mail/address.ts'
import type { Address } from '../../mail/address.ts'
import { isNoReply } from '../../mail/auto-submitted.ts'
import { bouncedInText, explainedInText, systemWriting } from '../../mail/bounce-text.ts'
import { decodeBytes } from '../../mail/charset.ts'
import { cleanText } from '../../mail/clean-text.ts'
import { describeRecipient, parseFieldGroups, recipientsOf, statusOf } from '../../mail/dsn.ts'
import type { Fields } from '../../mail/dsn.ts'
import { findForwarded } from '../../mail/forwarded.ts'
import { scanHeaderBlock } from '../../mail/header-block.ts'
import { headerOf, headersOf } from '../../mail/message.ts'
import type { BounceReport, Forwarded, Header } from '../../mail/message.ts'
import type { MessageId } from '../../mail/message-id.ts'
import { parseMessageIds } from '../../mail/message-id.ts'
import { parseParameters } from '../../mail/parameters.ts'
import { sesNotification } from '../../mail/ses-notification.ts'
import { isForwardSubject } from '../../mail/subject.ts'
import type { TextScan } from '../../mail/text-scan.ts'
import { bytesOf } from './content.ts'
import type { HeaderFacts } from './envelope.ts'
import { readHeaderFacts } from './envelope.ts'
import { firstText } from './first-text.ts'
import type { Part } from './part.ts'
import { openSource } from './source.ts'

export interface ReportInput {
  readonly headers: readonly Header[]
  readonly facts: HeaderFacts
  readonly parts: readonly Part[]
  readonly text: string
}

export function reportOf(input: ReportInput): {
  bounce: BounceReport | null
  reportType: string | null
} {
  const type = parseParameters(headerOf(input, 'content-type'))
  const declared = type.params.get('report-type')?.toLowerCase() ?? null
  const reportType =
    type.value === 'multipart/report' ? (declared ?? typeFromParts(input.parts)) : null
  // RFC 5965 and RFC 8098 reports are about delivered mail: nothing in them failed.
  if (
    reportType !== null &&
    !['delivery-status', 'disposition-notification'].includes(reportType)
  ) {
    return { bounce: null, reportType }
  }
  return { bounce: bounceOf(input), reportType }
}

function typeFromParts(parts: readonly Part[]): string | null {
  const known = ['delivery-status', 'disposition-notification', 'feedback-report']
  return known.find((name) => parts.some((part) => part.type === `message/${name}`)) ?? null
}

const HEAD_LIMITS = { linesMax: 500, valueLengthMax: 20_000 }
const REPORT_LENGTH_MAX = 500_000

function textOf(part: Part): string {
  return cleanText(
    decodeBytes(bytesOf(part.content).subarray(0, REPORT_LENGTH_MAX), part.charset).text,
  )
}

function bounceOf(input: ReportInput): BounceReport | null {
  const original = originalHeaders(input)
  const status = input.parts.filter((part) =>
    /^message\/(?:global-)?delivery-status$/.test(part.type),
  )
  const groups = status.flatMap((part) => parseFieldGroups(textOf(part)))
  const notification = status.length === 0 ? sesNotification(input.text) : null
  if (notification !== null && fromNobody(input.facts)) return notification
  const listed = recipientsOf(groups).map((recipient) => explainedInText(recipient, input.text))
  const found = listed.length > 0 ? listed : withDeclared(groups, inText(input, original))
  return found.length === 0
    ? null
    : {
        recipients: found,
        originalMessageId: originalId(original, input.text),
        system: status.length > 0 ? null : systemWriting(input.text),
      }
}

/** Nobody reads answers there, so no person wrote it. */
const fromNobody = ({ from }: HeaderFacts): boolean =>
  from !== null && isNoReply(localPartOf(from.address))

/** A report about something that is no address (a file, a pipe) still has the status. */
function withDeclared(
  groups: readonly Fields[],
  recipients: BounceReport['recipients'],
): BounceReport['recipients'] {
  const declared = groups.flatMap((group) => statusOf(group.get('status') ?? '') ?? [])
  const [status, another] = declared
  if (status === undefined || another !== undefined) return recipients
  return recipients.map(({ address, action, diagnostic }) =>
    describeRecipient(address, { action, status, diagnostic }),
  )
}

function inText(
  { headers, facts, text }: ReportInput,
  original: readonly Header[],
): BounceReport['recipients'] {
  const isFeedback = /^feedback-type:/im.test(text.slice(0, 20_000))
  if (isFeedback) return []
  const listed = recipientsOf(parseFieldGroups(fieldsIn(text)))
  const returnPath = headerOf({ headers }, 'return-path')
  const evidence = {
    subject: facts.subject ?? '',
    text,
    from: facts.from?.address ?? null,
    fromText: headerOf({ headers }, 'from') ?? '',
    nullReturnPath:
      returnPath !== null && /^<?\s*(?:mailer-daemon[^>]*)?>?$/i.test(returnPath.trim()),
    noReply: fromNobody(facts),
    failedRecipients: addressesIn(headersOf({ headers }, 'x-failed-recipients')),
    notified: facts.to.map(({ address }) => address),
    originalTo: addressesIn([
      ...headersOf({ headers: original }, 'to'),
      ...headersOf({ headers: original }, 'x-original-to'),
    ]),
  }
  const bounced = bouncedInText(evidence)
  return bounced.length > 0 && listed.length > 0 ? listed : bounced
}

/** Some systems put the fields of RFC 3464 into the text. */
function fieldsIn(text: string): string {
  const lines = text.slice(0, 60_000).split('\n')
  const first = lines.findIndex((line) =>
    /^\s{0,8}(?:final-recipient|action|original-recipient):/i.test(line),
  )
  return first === -1
    ? ''
    : lines
        .slice(first, first + 60)
        .map((line) => line.trimStart())
        .join('\n')
}

function addressesIn(values: readonly string[]): Address[] {
  return values.flatMap((value) =>
    usableAddresses(parseAddressList(value)).map(({ address }) => address),
  )
}

/** Headers of the returned message: attached whole, as headers only, or copied into the text. */
function originalHeaders({ parts, text }: ReportInput): readonly Header[] {
  const attached = parts.find((part) =>
    /^(?:message\/(?:global|rfc822)|text\/rfc822-headers|message\/rfc822-headers|message\/global-headers)$/.test(
      part.type,
    ),
  )
  if (attached !== undefined) {
    return scanHeaderBlock(bytesOf(attached.content).subarray(0, 64_000), HEAD_LIMITS).headers
  }
  const lines = text.slice(0, 200_000).split('\n')
  const start = lines.findIndex(
    (line, index) =>
      index > 0 && /^\s{0,3}(?:return-path|received|message-id|from|date):\s/i.test(line),
  )
  if (start === -1) return []
  const copied = lines
    .slice(start, start + 120)
    .map((line) => line.replace(/^(?: {3}|\t)(?=\S)/, ''))
  return scanHeaderBlock(Buffer.from(copied.join('\n'), 'utf8'), HEAD_LIMITS).headers
}

function originalId(original: readonly Header[], text: string): MessageId | null {
  const own = parseMessageIds(headerOf({ headers: original }, 'message-id'))[0]
  if (own !== undefined) return own
  const quoted = /^[ \t>]{0,8}message-id:[ \t]{0,8}(<[^<>\s]{1,300}>)/im.exec(
    text.slice(0, 200_000),
  )
  return parseMessageIds(quoted?.[1] ?? null)[0] ?? null
}

/** Forwarded in the text, or as one attached message. */
export function forwardedOf(
  { subject, inReplyTo }: Pick<HeaderFacts, 'subject' | 'inReplyTo'>,
  scan: TextScan,
  parts: readonly Part[],
  reportType: string | null,
): Forwarded | null {
  if (reportType !== null) return null
  const isReply = inReplyTo.length > 0
  const { text } = scan
  const inline = findForwarded({ subject, isReply }, text, scan)
  if (inline !== null) return inline
  const attached = parts.filter((part) => part.type === 'message/rfc822')
  const [only] = attached
  if (only === undefined || attached.length > 1) return null
  if (!isForwardSubject(subject) && text.trim() !== '') return null
  return attachedForward(only, text)
}

/** The text of the one attached message; '' when there is none or more than one. */
export function onlyMessageIn(parts: readonly Part[]): string {
  const [only, another] = parts.filter((part) => part.type === 'message/rfc822')
  return only === undefined || another !== undefined ? '' : attachedForward(only, '').text
}

function attachedForward(part: Part, note: string): Forwarded {
  const bytes = bytesOf(part.content)
  const block = scanHeaderBlock(bytes.subarray(0, 200_000), HEAD_LIMITS)
  const facts = readHeaderFacts(block.headers, [])
  return {
    from: { address: facts.from?.address ?? null, name: facts.from?.name ?? null },
    subject: facts.subject,
    date: facts.date,
    text: firstText(openSource(bytes), block.headers, block.bodyStart),
    note: note.trim(),
  }
}
