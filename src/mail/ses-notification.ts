/**
 * Amazon SES reports bounces and deliveries as JSON in a mail of its notification service: the
 * same facts as RFC 3464 in other words.
 */
import { parseAddress } from './address.ts'
import { cleanLine } from './clean-text.ts'
import { describeRecipient } from './dsn.ts'
import type { BounceReport, BouncedRecipient } from './message.ts'
import { parseMessageIds } from './message-id.ts'

const LENGTH_MAX = 300_000
const RECIPIENTS_MAX = 500
const BEGINS = /^\s{0,20}\{\s{0,20}"(?:notificationType|eventType)"\s{0,5}:/

/** What the text of a notification says, or null when it is none of a bounce or a delivery. */
export function sesNotification(text: string): BounceReport | null {
  if (!BEGINS.test(text)) return null
  const notification = parsed(text.slice(0, LENGTH_MAX))
  const bounce = member(notification, 'bounce')
  const delivery = member(notification, 'delivery')
  const recipients =
    bounce === null
      ? list(delivery, 'recipients').flatMap((address) => delivered(address, delivery))
      : list(bounce, 'bouncedRecipients').flatMap((one) => bounced(one, bounce))
  if (recipients.length === 0) return null
  const headers = member(member(notification, 'mail'), 'commonHeaders')
  const [originalMessageId = null] = parseMessageIds(string(headers, 'messageId'))
  return {
    recipients: recipients.slice(0, RECIPIENTS_MAX),
    originalMessageId,
    system: 'Amazon SES',
  }
}

/** The object the text begins with: the notification is one line, a footer follows. */
function parsed(text: string): unknown {
  const end = text.lastIndexOf(
    '}',
    text.indexOf('\n--') === -1 ? text.length : text.indexOf('\n--'),
  )
  try {
    return JSON.parse(text.slice(0, end + 1).replace(/\n/g, ''))
  } catch {
    return null
  }
}

function bounced(one: unknown, bounce: unknown): BouncedRecipient[] {
  const address = parseAddress(string(one, 'emailAddress') ?? '')
  if (address === null) return []
  const transient = string(bounce, 'bounceType') === 'Transient'
  return [
    describeRecipient(address, {
      action: string(one, 'action')?.toLowerCase() ?? 'failed',
      status: string(one, 'status') ?? (transient ? '4.0.0' : null),
      diagnostic: diagnosticOf(string(one, 'diagnosticCode')),
    }),
  ]
}

function delivered(recipient: unknown, delivery: unknown): BouncedRecipient[] {
  const address = parseAddress(typeof recipient === 'string' ? recipient : '')
  if (address === null) return []
  const diagnostic = diagnosticOf(string(delivery, 'smtpResponse'))
  // RFC 3463 §2: 2.X.X is success, in the receiving server's own words.
  const status = /(?<![\d.])2\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(diagnostic ?? '')?.[0] ?? '2.0.0'
  return [describeRecipient(address, { action: 'delivered', status, diagnostic })]
}

const diagnosticOf = (text: string | null): string | null =>
  text === null ? null : cleanLine(text.replace(/^smtp;\s?/i, ''), 1_000) || null

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Object.entries(value).find(([key]) => key === name)?.[1] ?? null)
    : null
}

function string(value: unknown, name: string): string | null {
  const found = member(value, name)
  return typeof found === 'string' ? found : null
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name)
  return Array.isArray(found) ? found : []
}
