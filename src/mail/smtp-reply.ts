/**
 * What an SMTP server said, and what it means for the message (RFC 5321 §4.2, RFC 3463).
 *
 * Pure. The same reply means different things at different moments: a 550 to RCPT speaks of the
 * recipient, a 535 of our own login. So a reply is always judged together with its stage.
 */
export interface SmtpReply {
  readonly code: number
  /** RFC 3463 status, e.g. `5.1.1`, or null. */
  readonly status: string | null
  /** One line for people: code, status and text. */
  readonly line: string
}

/** session: greeting, EHLO, STARTTLS, login. end: the answer to the message itself. */
export type SmtpStage = 'session' | 'mail' | 'rcpt' | 'data' | 'end'

/** What a refusal is about: who else must wait, and whether the same message may go again. */
export type SmtpRefusal =
  | { kind: 'temporary'; scope: 'recipient' | 'message' | 'server' }
  | { kind: 'permanent'; badRecipient: boolean }

/** Longer texts are cut: they are shown to people, and a server may send a megabyte. */
const LINE_MAX = 500

const REPLY_LINE = /^([2-5]\d\d)(?:[ -](.*))?$/
const ENHANCED_STATUS = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/

/** Reads a complete reply; null when it is none. Lines may end in LF or CRLF. */
export function parseReply(raw: string): SmtpReply | null {
  const texts: string[] = []
  let code: number | null = null
  let status: string | null = null
  for (const line of raw.slice(0, 8 * LINE_MAX).split('\n')) {
    const [matched, digits, text = ''] = REPLY_LINE.exec(printable(line)) ?? []
    if (matched === undefined) continue
    code ??= Number(digits)
    const enhanced = ENHANCED_STATUS.exec(text)?.[1] ?? null
    status ??= enhanced
    texts.push(enhanced === null ? text : text.slice(enhanced.length).trim())
  }
  if (code === null) return null
  const words = [String(code), ...(status === null ? [] : [status]), ...texts]
  return { code, status, line: words.join(' ').trim().slice(0, LINE_MAX) }
}

/** One line without control characters, whatever the server sent. */
export function printable(text: string): string {
  return text
    .slice(0, 2 * LINE_MAX)
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
}

/** The extensions of an EHLO reply: upper-case keyword to its parameters (RFC 5321 §4.1.1.1). */
export function extensionsOf(ehlo: string): ReadonlyMap<string, string> {
  const extensions = new Map<string, string>()
  // The first line is the server's name.
  for (const line of ehlo.split('\n').slice(1)) {
    const [, digits, text = ''] = REPLY_LINE.exec(line.trim()) ?? []
    if (digits === undefined) continue
    const space = text.indexOf(' ')
    const keyword = space === -1 ? text : text.slice(0, space)
    extensions.set(keyword.toUpperCase(), space === -1 ? '' : text.slice(space + 1).trim())
  }
  return extensions
}

/** RFC 4954 §6: about our login, so the operator's to repair, not the message's fault. */
const LOGIN_CODES = [530, 534, 535, 538]

export function refusalOf(reply: SmtpReply, stage: SmtpStage): SmtpRefusal {
  const { code } = reply
  // 421: the server closes (RFC 5321 §3.8). 503: the session is confused, a new one may work.
  if (stage === 'session' || code === 421 || code === 503 || LOGIN_CODES.includes(code)) {
    return { kind: 'temporary', scope: 'server' }
  }
  if (code >= 500) return { kind: 'permanent', badRecipient: namesBadRecipient(reply, stage) }
  if (isSystemTrouble(reply)) return { kind: 'temporary', scope: 'server' }
  return { kind: 'temporary', scope: stage === 'rcpt' ? 'recipient' : 'message' }
}

/** The server as a whole has no room or no time: waiting helps every message, not only this. */
function isSystemTrouble({ code, status }: SmtpReply): boolean {
  // RFC 3463 §3.4: X.3.x is the mail system's status; X.3.4 "message too big for system" is not.
  if (status !== null) return status.startsWith('4.3.') && status !== '4.3.4'
  // RFC 5321 §4.2.3: 452 insufficient system storage; 454 (RFC 3207, 4954) is about TLS and login.
  return code === 452 || code === 454
}

/** Statuses that say the address itself is wrong (RFC 3463 §3.2, §3.3; X.1.10 by RFC 7505). */
export const BAD_ADDRESS: readonly string[] = [
  '5.1.0',
  '5.1.1',
  '5.1.2',
  '5.1.3',
  '5.1.6',
  '5.1.10',
  '5.2.1',
]

/** Words of refusals by policy. They come with 550 too, and say nothing about the address. */
const POLICY =
  /relay|denied|authenti|spam|block|policy|blacklist|reputation|sender|spf|dkim|dmarc|tls|limit/i

/**
 * Whether later mail to this recipient is pointless. Wrong guesses silence a customer, so a bare
 * 550 counts only where it can be about nothing else.
 */
function namesBadRecipient({ code, status, line }: SmtpReply, stage: SmtpStage): boolean {
  if (stage !== 'rcpt' && stage !== 'end') return false
  if (status !== null) return BAD_ADDRESS.includes(status)
  return stage === 'rcpt' && [550, 551, 553].includes(code) && !POLICY.test(line)
}
