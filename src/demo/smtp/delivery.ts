/** What the demo's mail server does with a message it has accepted, for one of its recipients. */
import { composeBounce } from './bounce.ts'
import { withTrace } from './trace.ts'

export interface AcceptedMail {
  source: Buffer
  mailFrom: string
  recipient: string
  /** Who logged in, or null. */
  user: string | null
  id: string
  clientName: string
  clientAddress: string
  at: Date
}

export interface DeliveryDeps {
  serverName: string
  /** Puts a message into a mailbox; false when there is no such mailbox. */
  deliver: (mailbox: string, source: Buffer) => boolean
}

export const localPartOf = (address: string): string =>
  (address.split('@')[0] ?? '').split('+')[0]?.toLowerCase() ?? ''

/** `support+tag@acme.test` is delivered to `support@acme.test` (RFC 5233). */
const mailboxOf = (address: string): string => address.replace(/\+[^@]*@/, '@').toLowerCase()

/** False when nobody here has such a mailbox. */
export function deliverMail({ serverName, deliver }: DeliveryDeps, mail: AcceptedMail): boolean {
  if (isGone(mail.recipient)) {
    // After the sender has heard that we took it, as in real life.
    setImmediate(() => sendBounce({ serverName, deliver }, mail))
    return false
  }
  const traced = withTrace(mail.source, {
    ...mail,
    serverName,
    protocol: mail.user === null ? 'ESMTP' : 'ESMTPA',
    authenticatedDomain: mail.user?.split('@')[1]?.toLowerCase() ?? null,
  })
  return deliver(mailboxOf(mail.recipient), traced)
}

/** Nobody is told about a message that has no sender (RFC 5321 §4.5.5). */
function sendBounce({ serverName, deliver }: DeliveryDeps, mail: AcceptedMail): void {
  if (mail.mailFrom === '') return
  const report = composeBounce({ ...mail, serverName })
  const traced = withTrace(report, {
    ...mail,
    serverName,
    clientName: serverName,
    mailFrom: '',
    recipient: mail.mailFrom,
    protocol: 'ESMTP',
    authenticatedDomain: serverName,
  })
  deliver(mailboxOf(mail.mailFrom), traced)
}

/** Recipients whose mail comes back: `bounce@` for tests, `gone@` looks like a person's. */
const isGone = (recipient: string): boolean => ['bounce', 'gone'].includes(localPartOf(recipient))
