/**
 * Bounces without a machine-readable part: qmail, Exim, old sendmail, gateways and providers write
 * for people only. Who sent it, what it says and which addresses it names decide together; one of
 * them alone is never enough to call a person's mail a bounce.
 */
import { localPartOf, parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { statusFromText } from './bounce-reasons.ts'
import { cleanLine, trimOf } from './clean-text.ts'
import { describeRecipient } from './dsn.ts'
import type { BouncedRecipient } from './message.ts'

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

const phrases = (list: string): readonly string[] =>
  list.split('|').map((phrase) => phrase.trim().replace(/\s+/g, ' '))

/** Subjects of bounces; lower case substrings. */
const SUBJECTS =
  phrases(`mail failed | 邮件传输失败 | 退回 | delivery status notification | undeliver | mail delivery fail | delivery failure | returned mail |
  failure notice | delivery problem | could not be delivered | delivery has failed | mail system error | returned to sender | delivery unsuccessful |
  delivery report | non-delivery | nondeliver | not delivered | mail could not be | message could not be | unzustellbar | nicht zugestellt | zustellung fehlgeschlagen |
  delivery error | mail failure | rejected | unable to deliver | bounce | returning message to sender | warning: message | error sending | message status | failed mail | delivery notification | user unknown |
  non remis | échec de la remise | no se puede entregar | no entregado | devuelto | não entregue | devolvid | mancata consegna | impossibile recapitare | onbestelbaar | ikke leveret | inte leverera |
  недоставлен | не доставлен | 配信不能 | 配信エラー | 送信できません | エラーメール | 退信 | 无法投递 | 반송 | mail delivery | delivery status | problem delivering | postmaster notify | loop alert | service message`)

/** What the text of a bounce says; lower case substrings. */
const STATEMENTS =
  phrases(`无法发送 | 传输失败 | 投递失败 | 发送失败 | 無法投遞 | 発信できません | had fatal errors | failed addresses | mail failed | no valid recipients | delivery errors | unknown host | host not found |
  could not be delivered | couldn't be delivered | cannot be delivered | can not be delivered | was not delivered | not been delivered | unable to deliver |
  undeliverable | undelivered | delivery failed | delivery has failed | delivery to the following | failed permanently | permanent error | permanent fatal error | returned to sender |
  the following address | following recipient | your message did not reach | did not reach | error delivering | error while attempting to deliver | error occurred while | wasn't delivered | rejected by | was rejected | were rejected |
  i wasn't able to deliver | this is a permanent error; i've given up | transcript of session follows | unknown user | user unknown | no such user | message delivery failed | could not deliver | failed to deliver | not deliver |
  undeliverable to | delivery notification | had permanent | mailbox is full | mailbox unavailable | unrouteable | returned mail | unsuccessful | address(es) failed | non-delivery | bounced | nicht zugestellt | konnte nicht | unzustellbar |
  n'a pas pu être | non remis | no se pudo entregar | não pôde ser entregue | não foi possível entregar | impossibile recapitare | 送信できません | 見つかりません | 配信できません | 配送できません | 无法投递 | 退信 | не доставлено | не удалось доставить | <<< 5 | said: 5 | mail could not | had delivery problems | reason: | was not found | can't be sent | rcpt to:`)

/** Where the copy of the original begins; nothing below is about the failure. */
const ORIGINAL =
  phrases(`this is a copy of the message | this is a copy of your message | copy of your message | original message follows | message headers follow | below is a copy | below this line is a copy | below this line is the |
  --- below this line | original message header | ----- original message | unsent message | returned message follows | message header follows | header of the message | headers of the message | message text follows |
  original mail as follows | text of original | ------ begin | unsent message below | received message follows | begin of returned | your original message | --- original | message contents follow | first few lines | the header of the original | ----- message header | your message reads | original message text | returned message | original text | failed message follows | undelivered message | copy of the original | the returned message | original headers | returned mail follows`)

export function isSystemSender(address: Address | null): boolean {
  return address !== null && SYSTEM_SENDER.test(localPartOf(address))
}

const includesAny = (text: string, list: readonly string[]): boolean =>
  list.some((phrase) => text.includes(phrase))

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
  const stated = includesAny(said.toLowerCase().replace(/\s+/g, ' '), STATEMENTS)
  const saysSo = stated || (bySystem && includesAny(subject, SUBJECTS))
  return saysSo ? recipientsIn(evidence, said) : []
}

const STRONG_SUBJECT =
  /^(?:undeliver(?:able|ed)|non-?delivery|delivery failure|failure notice|returned mail|mail delivery fail|delivery status notification|mail system error|message delivery failure|delivery failed|mail could not be delivered|unzustellbar)|: non remis\b|\(delivery failed\)$/

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
      status: statusFromText(diagnostic) ?? statusFromText(said),
      diagnostic: cleanLine(diagnostic, 1_000) || null,
    })
  })
}

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
