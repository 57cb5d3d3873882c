/**
 * Bounces without a machine-readable part: qmail, Exim, old sendmail, gateways and providers write
 * for people only. Who sent it, what it says and which addresses it names decide together; one of
 * them alone is never enough to call a person's mail a bounce.
 */
import { localPartOf, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { statusFromText, writtenStatus } from './bounce-reasons.ts'
import { BOUNCE_SYSTEMS } from './bounce-systems/all.ts'
import { cleanLine, trimOf } from './clean-text.ts'
import { describeRecipient } from './dsn.ts'
import { LANGUAGES } from './languages/all.ts'
import type { BouncedRecipient } from './message.ts'
import { includesAny, phrases, phrasesOfAll } from './phrases.ts'

export interface TextEvidence {
  readonly subject: string
  readonly text: string
  /** Address of From, or null. */
  readonly from: Address | null
  /** From as it is written: some systems have a name and no address. */
  readonly fromText: string
  /** Return-Path is `<>` (RFC 5321 §4.5.5) or names a mailer-daemon. */
  readonly nullReturnPath: boolean
  /** The sender takes no replies. */
  readonly noReply: boolean
  /** X-Failed-Recipients (Exim, Google). */
  readonly failedRecipients: readonly Address[]
  /** To of the notification: whoever sent the original; never the failed recipient. */
  readonly notified: readonly Address[]
  /** To of the returned original, where it is attached. */
  readonly originalTo: readonly Address[]
}

/** Local parts that mail systems send bounces from. */
const SYSTEM_SENDER =
  /^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mail[-_.]?delivery|mdaemon|maildelivery|bounces?|mail-?admin(?:istrator)?|internet[-_.]mail[-_.]delivery|mmdf|uucp|smtp|undeliverable|mailer|mail_?system|symantecmaildelivery|microsoftexchange[0-9a-f]{8,40})(?:$|[-+._=])/

/** Subjects of bounces; lower case substrings. */
const SUBJECTS = phrasesOfAll([
  ...BOUNCE_SYSTEMS.map(({ subjects }) => subjects),
  ...LANGUAGES.map(({ bounce }) => bounce?.subjects),
])

/** What the text of a bounce says; lower case substrings. */
const STATEMENTS = phrasesOfAll([
  ...BOUNCE_SYSTEMS.map(({ statements }) => statements),
  ...LANGUAGES.map(({ bounce }) => bounce?.statements),
])

/** Where the copy of the original begins; nothing below is about the failure. */
const ORIGINAL = phrasesOfAll(BOUNCE_SYSTEMS.map(({ original }) => original))

export function isSystemSender(address: Address | null): boolean {
  return address !== null && SYSTEM_SENDER.test(localPartOf(address))
}

const TEXT_LENGTH_MAX = 60_000
const RECIPIENTS_MAX = 100

/** Display names mail systems give themselves. */
const SYSTEM_NAME =
  /^["'<\s]*(?:mailer[- ]?daemon|mail delivery (?:sub)?system|mail delivery|mail administrator|internet mail delivery|postmaster|mail system|microsoft outlook|system administrator|delivery system)/i

/** The failed recipients, or [] when this is no bounce. */
export function bouncedInText(evidence: TextEvidence): BouncedRecipient[] {
  if (evidence.failedRecipients.length > 0)
    return recipientsIn(evidence, aboutTheFailure(evidence.text))
  const subject = evidence.subject.toLowerCase()
  const bySystem =
    isSystemSender(evidence.from) ||
    evidence.nullReturnPath ||
    SYSTEM_NAME.test(evidence.fromText.slice(0, 200))
  // Gateways send from any address; then the subject must begin like a bounce's, or the original
  // come back from somebody who takes no replies, and the text agree.
  const suspicious =
    STRONG_SUBJECT.test(subject) || (evidence.originalTo.length > 0 && evidence.noReply)
  if (!bySystem && !suspicious) return []
  const said = aboutTheFailure(evidence.text)
  const stated = includesAny(comparable(said), STATEMENTS)
  const saysSo = stated || (bySystem && includesAny(subject, SUBJECTS))
  return saysSo ? recipientsIn(evidence, said) : []
}

const STRONG_SUBJECT =
  /^(?:undeliver(?:able|ed)|non-?delivery|delivery failure|failure notice|returned mail|mail delivery fail|delivery status notification|mail system error|message delivery failure|delivery failed|mail could not be delivered|unzustellbar)|: non remis\b|\(delivery failed\)$/

const MARKS = BOUNCE_SYSTEMS.map(({ name, marks }) => ({ name, marks: phrases(marks) }))

/** The name of the system that writes like this, or null. */
export function systemWriting(text: string): string | null {
  const said = comparable(aboutTheFailure(text))
  return MARKS.find(({ marks }) => includesAny(said, marks))?.name ?? null
}

/**
 * A recipient of a report whose fields give no diagnostic (OpenSMTPD, some gateways): what the
 * text for people says about the address.
 */
export function explainedInText(recipient: BouncedRecipient, text: string): BouncedRecipient {
  const { address, action, status, diagnostic } = recipient
  // An exit code alone ("X-Unix; 255") is no diagnostic.
  if (diagnostic !== null && /\p{L}/u.test(diagnostic)) return recipient
  const said = aboutTheFailure(text)
  if (!said.toLowerCase().includes(address)) return recipient
  const found = cleanLine(diagnosticFor(said, address), 1_000) || diagnostic
  return describeRecipient(address, { action, status, diagnostic: found })
}

const comparable = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ')

/** The part of the text that is the system's own. */
function aboutTheFailure(text: string): string {
  const lines = text.slice(0, TEXT_LENGTH_MAX).split('\n')
  const end = lines.findIndex((line, index) => index > 0 && startsOriginal(line, index))
  return (end === -1 ? lines : lines.slice(0, end)).join('\n')
}

function startsOriginal(line: string, index: number): boolean {
  const lower = line.slice(0, 200).toLowerCase()
  if (includesAny(lower, ORIGINAL)) return true
  return (
    index > 2 && /^(?:return-path|received|x-originating-ip|message-id|mime-version):\s/.test(lower)
  )
}

const EMAIL =
  /(?<![\w.+/=-])[\w.+=!#$%&'*/?^{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}(?![\w@])/gi

function recipientsIn(evidence: TextEvidence, said: string): BouncedRecipient[] {
  const excluded = new Set<Address>([
    ...evidence.notified,
    ...(evidence.from === null ? [] : [evidence.from]),
  ])
  const usable = (address: Address): boolean => !excluded.has(address) && !isSystemSender(address)
  const all = addressesIn(said)
  const named = all.filter(usable)
  const listed = addressesIn(said.slice(listStart(said))).filter(usable)
  // The returned original was sent to the failed recipient; its To settles what the text names.
  const confirmed = all.filter(
    (address) => evidence.originalTo.includes(address) && !excluded.has(address),
  )
  const found = firstNonEmpty([
    evidence.failedRecipients,
    confirmed,
    listed,
    named,
    evidence.originalTo.filter(usable),
    addressesIn((said.match(/^\s{0,8}<[^<>\s]{3,300}>:/gm) ?? []).join('\n')),
  ])
  const action = isWarning(evidence, said) ? 'delayed' : 'failed'
  return [...new Set(found)].slice(0, RECIPIENTS_MAX).map((address) => {
    const diagnostic = diagnosticFor(said, address)
    return describeRecipient(address, {
      action,
      status: statusIn(diagnostic, found.length === 1 ? said : ''),
      diagnostic: cleanLine(diagnostic, 1_000) || null,
    })
  })
}

/** What the server wrote counts before words, wherever it stands when one recipient failed. */
const statusIn = (diagnostic: string, said: string): string | null =>
  writtenStatus(diagnostic) ??
  writtenStatus(said) ??
  statusFromText(diagnostic) ??
  statusFromText(said)

/** The system has not given up: nothing bounced yet (RFC 3464 §2.3.3 delayed). */
function isWarning({ subject }: TextEvidence, said: string): boolean {
  const isDelay =
    /\(delay\)|still being retried|delivery delayed|message delayed|delayed mail|could not send message for past/i
  return (
    isDelay.test(subject) ||
    /this is a warning (?:message )?only|will be retried for|still being retried/i.test(said)
  )
}

/** Where the text announces its list of recipients; the beginning when it does not. */
function listStart(said: string): number {
  const found =
    /(?:following (?:recipient|address|user|destination)|recipient\(s\)|recipients? list|failed recipients?|did not reach)/i.exec(
      said,
    )
  return found?.index ?? 0
}

function firstNonEmpty(lists: readonly (readonly Address[])[]): readonly Address[] {
  return lists.find((list) => list.length > 0) ?? []
}

function addressesIn(text: string): Address[] {
  const found = (text.match(EMAIL) ?? []).slice(0, 1_000).flatMap((word) => {
    const address = parseAddress(trimOf(word.replace(/^(?:smtp|rfc-?822|mailto)[=:;]/i, ''), "'*."))
    return address === null ? [] : [address]
  })
  return [...new Set(found)]
}

/** Text that follows the address, up to the next blank line after something was said. */
function diagnosticFor(said: string, address: Address): string {
  const at = said.toLowerCase().indexOf(address)
  const after = at === -1 ? said : said.slice(said.lastIndexOf('\n', at) + 1)
  const paragraphs = after.split(/\n[ \t]*\n/)
  const first = paragraphs[0] ?? ''
  const enough = statusFromText(first) !== null
  return (enough ? first : paragraphs.slice(0, 4).join('\n') || said).slice(0, 4_000)
}
