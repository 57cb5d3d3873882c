/**
 * What servers say when they refuse mail, as data: phrases, the RFC 3463 status they mean, and
 * the reason in words for people. First match wins, so the specific rows stand first.
 */

interface ReasonRow {
  readonly status: string
  readonly reason: string
  /** Lower case; any of them. */
  readonly phrases: readonly string[]
}

const phrases = (list: string): readonly string[] =>
  list.split('|').map((phrase) => phrase.trim().replace(/\s+/g, ' '))

const ROWS: readonly ReasonRow[] = [
  {
    // RFC 3463 §3.3: X.2.2 mailbox full.
    status: '5.2.2',
    reason: 'mailbox full',
    phrases:
      phrases(`mailbox full | mailbox is full | over quota | quota exceeded | exceeded storage |
      overquota | exceed the quota | exceeding the quota | not enough storage | insufficient disk | mailbox size limit |
      disk quota | inbox is full | out of storage | quota violation | exceeded your quota | account is full | too many messages on this mailbox |
      maximum mailbox size | user has exhausted | mailbox has exceeded | mail box full | storage quota | exceeded its disk space | boite du destinataire pleine`),
  },
  {
    // RFC 3463 §3.3: X.2.1 mailbox disabled.
    status: '5.2.1',
    reason: 'mailbox disabled',
    phrases:
      phrases(`mailbox disabled | account disabled | account is disabled | mailbox unavailable or disabled | inactive user |
      user is inactive | account inactive | account has been disabled | account suspended | account is suspended | is no longer active | mailbox is inactive | mailbox temporarily disabled |
      is currently suspended | deactivated | account has expired | account locked | account expired | user suspended | account is locked | mailbox currently suspended | recipient suspend | recipient's account is disabled | sender has been suspended`),
  },
  {
    // RFC 3463 §3.4: X.3.4 message too big for system.
    status: '5.3.4',
    reason: 'message too large',
    phrases:
      phrases(`message too large | message too big | message size exceeds | exceeds fixed maximum message size | message exceeds maximum |
      maximum message size | size exceeds | message file too big | exceeded maximum inbound message size | max message size | message length exceeds | exceeds size limit | mail too large |
      body too big | message is too large | larger than the current system limit | exceeds the maximum size`),
  },
  {
    // RFC 3463 §3.5: X.4.7 delivery time expired.
    status: '4.4.7',
    reason: 'gave up after too long',
    phrases:
      phrases(`delivery time expired | message expired | retry timeout exceeded | retry time not reached | queue too long | delivery expired | could not be delivered for |
      has been in the queue too long | too long in the queue | message timed out | giving up on | wasn't able to establish an smtp connection | cannot send message for |
      unable to deliver message for | delivery attempts have failed | has not been collected after`),
  },
  {
    // RFC 3463 §3.2: X.1.2 bad destination system.
    status: '5.1.2',
    reason: 'no such domain or host',
    phrases:
      phrases(`host unknown | unknown host | domain not found | no such domain | name service error for | host or domain name not found | host not found |
      domain does not exist | unrouteable address | unroutable address | no mx record | nxdomain | bad destination system | unable to resolve | name or service not known | couldn't find any host |
      unrouteable mail domain | all relevant mx records point to non-existent hosts | domain must exist | no route to domain | mx points to non-existent | dns error: | domain name not found | domain isn't found | cannot find your domain | unknown mail server | illegal host/domain | host/domain syntax`),
  },
  {
    // RFC 3463 §3.2: X.1.1 bad destination mailbox.
    status: '5.1.1',
    reason: 'no such mailbox',
    phrases:
      phrases(`user unknown | unknown user | no such user | user not found | does not exist | doesn't exist | unknown recipient | recipient unknown | no mailbox here | no such recipient |
      invalid recipient | recipient not found | address unknown | unknown address | mailbox unavailable | mailbox not found | no such mailbox | not a valid | invalid mailbox | unknown local part | unknown local-part |
      not listed in | is unknown | recipient address rejected: user | no longer valid | invalid user | bad address | no such address | undeliverable address | user doesn't have | account not available | no account by that name | mailbox does not exist | unable to find recipient |
      not our customer | address rejected | account that you tried to reach | no such person | addressee unknown | unknown account | not a known user | is not known at this | undefined mail | no local mailbox | couldn't be found | could not be found | wasn't found | unknown or illegal alias | badly formed address | unable to chdir to maildir |
      unknown mailbox | user reject | usuario no existe | there is no one at this address | destination addresses were unknown | resolver.adr.recipnotfound | resolver.adr.exrecipnotfound | invalid address | no user | unknown email address | user invalid | not local | deliver_to_recipient unknown | user is unknown`),
  },
  {
    // RFC 3463 §3.8: X.7.1 delivery not authorised.
    status: '5.7.1',
    reason: 'refused by policy',
    phrases:
      phrases(`spam | blocked | blacklist | blocklist | relaying denied | relay denied | relay access denied | not authorized | not authorised | access denied | policy | rejected by | unsolicited |
      relaying not allowed | rbl | spamhaus | dnsbl | content rejected | virus | malware | prohibited | permission denied | not permitted | authentication required | refused to talk | bad reputation | administrative prohibition | message refused | restricted | message rejected | transaction failed | delivery not authorized | banned |
      unable to relay | does not allow | authentifizierung | dmarc | spf | dkim | reverse dns | ptr record | not allowed | message content`),
  },
  {
    // RFC 3463 §3.5: X.4.1 no answer from host.
    status: '4.4.1',
    reason: 'the other server does not answer',
    phrases:
      phrases(`connection timed out | connection refused | no route to host | network is unreachable | timed out | connection reset | lost connection | host is down | network error | could not connect |
      couldn't connect | connection was dropped | connect to | no answer from host | too many connections | unable to connect`),
  },
  {
    // RFC 3463 §3.5: X.4.6 routing loop detected.
    status: '5.4.6',
    reason: 'mail loop',
    phrases: phrases(
      'too many hops | mail loop | routing loop | loops back to myself | mail forwarding loop | hop count exceeded',
    ),
  },
  {
    // RFC 3463 §3.7: X.6.x content.
    status: '5.6.0',
    reason: 'content not accepted',
    phrases: phrases(
      'content error | invalid content | conversion required | mime error | media not supported | malformed',
    ),
  },
  {
    // RFC 3463 §3.4: X.3.0 mail system.
    status: '5.3.0',
    reason: 'error in the receiving system',
    phrases: phrases(
      "local configuration error | mailer error | service unavailable | system error | unknown mailer error | command died | command output | can't create | insufficient system resources | mail system configuration error | pipe to",
    ),
  },
]

/** SMTP reply codes of RFC 5321 §4.2.3 that say something by themselves. */
const REPLY_STATUS: Readonly<Record<string, string>> = {
  '421': '4.3.2',
  '450': '4.2.0',
  '451': '4.3.0',
  '452': '4.2.2',
  '501': '5.5.4',
  '503': '5.5.1',
  '550': '5.1.1',
  '551': '5.1.6',
  '552': '5.2.2',
  '553': '5.1.3',
  '554': '5.7.1',
}

const TEXT_LENGTH_MAX = 4_000
/** RFC 3463 §2, as RFC 2034 writes it into replies; a success says nothing about a failure. */
const ENHANCED = /(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/g
const REPLY = /(?<![\d.-])([45]\d\d)(?=[\s-])/
/** "ResponseCode 421," and "error code: 550": written by gateways around the reply. */
const NAMED_REPLY = /(?:code|error|status)\W{0,5}([45]\d\d)(?!\d)/i

/**
 * The RFC 3463 status a refusal means: written in it, else by phrase and SMTP reply code. Null
 * when the text says nothing about it.
 */
export function statusFromText(text: string): string | null {
  const sample = text.slice(0, TEXT_LENGTH_MAX)
  const written = writtenStatus(sample)
  if (written !== null) return written
  const reply = REPLY.exec(sample)?.[1] ?? NAMED_REPLY.exec(sample)?.[1] ?? null
  const row = rowFor(sample)
  // The class is what the server said; the phrase only tells the detail.
  if (row !== null) return reply === null ? row.status : reply.charAt(0) + row.status.slice(1)
  return reply === null ? null : (REPLY_STATUS[reply] ?? `${reply.charAt(0)}.0.0`)
}

/**
 * The status code a server wrote itself, the most telling one when there are several: a refusal
 * is often quoted within the sentence that gives up.
 */
export function writtenStatus(text: string): string | null {
  let best: string | null = null
  for (const [, severity, subject, detail] of text.slice(0, TEXT_LENGTH_MAX).matchAll(ENHANCED)) {
    const code = `${severity}.${Number(subject)}.${Number(detail)}`
    if (best === null || tellsMore(code, best)) best = code
  }
  return best
}

/** Does the first status say more about the cause than the second? */
export const tellsMore = (status: string, other: string): boolean => detail(status) > detail(other)

/** RFC 3463 §3: x.0.0 says nothing, x.4.7 that the time was up but not why, x.y.0 little. */
function detail(status: string): number {
  if (status.endsWith('.0.0')) return 0
  if (status.endsWith('.4.7')) return 1
  return status.endsWith('.0') ? 2 : 3
}

/** The reason in words, from the diagnostic or else from the status. */
export function reasonOf(status: string | null, diagnostic: string | null): string | null {
  const row = diagnostic === null ? null : rowFor(diagnostic.slice(0, TEXT_LENGTH_MAX))
  if (row !== null) return row.reason
  if (status === null) return null
  return ROWS.find((candidate) => candidate.status.slice(1) === status.slice(1))?.reason ?? null
}

function rowFor(text: string): ReasonRow | null {
  const lower = text.toLowerCase().replace(NAMES, ' ').replace(/\s+/g, ' ')
  return ROWS.find((row) => row.phrases.some((phrase) => lower.includes(phrase))) ?? null
}

/** Addresses and links are names: `virus-team@example.org` tells nothing about a virus. */
const NAMES = /https?:\/\/[^\s<>]{1,250}|[^\s<>@:;,"'()]{1,64}@[^\s<>@:;,"'()]{1,250}/g
