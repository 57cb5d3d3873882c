/** A delivery status notification as a real mail server writes it (RFC 3464, RFC 6522). */
import { randomId } from '../../ids.ts'
import { headerFields } from '../imap/mime-tree.ts'
import { formatDate } from './trace.ts'

export interface BounceInput {
  serverName: string
  /** Whom the report goes to: the envelope sender of the message. */
  mailFrom: string
  recipient: string
  source: Buffer
  at: Date
}

const NO_SUCH_USER = '550 5.1.1 The account does not exist'

export function composeBounce(input: BounceInput): Buffer {
  const { serverName, mailFrom, recipient, source, at } = input
  const boundary = `=_${randomId(10)}`
  const headers = headerFields(source.subarray(0, headerLength(source))).join('\r\n')
  const lines = [
    `From: Mail Delivery System <MAILER-DAEMON@${serverName}>`,
    `To: ${mailFrom}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${formatDate(at)}`,
    `Message-ID: <${randomId(10)}@${serverName}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${boundary}"`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    `--${boundary}`,
    'Content-Description: Notification',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at host ${serverName}.`,
    '',
    "I'm sorry to have to inform you that your message could not be delivered to one or more",
    "recipients. It's attached below.",
    '',
    `<${recipient}>: host mx.${recipient.split('@')[1]} said: ${NO_SUCH_USER} (in reply to RCPT TO)`,
    '',
    `--${boundary}`,
    'Content-Description: Delivery report',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${serverName}`,
    `Arrival-Date: ${formatDate(at)}`,
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Original-Recipient: rfc822;${recipient}`,
    'Action: failed',
    'Status: 5.1.1',
    `Remote-MTA: dns; mx.${recipient.split('@')[1]}`,
    `Diagnostic-Code: smtp; ${NO_SUCH_USER}`,
    '',
    `--${boundary}`,
    'Content-Description: Undelivered Message Headers',
    'Content-Type: text/rfc822-headers',
    '',
    headers,
    '',
    `--${boundary}--`,
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

function headerLength(source: Buffer): number {
  const end = source.indexOf('\r\n\r\n')
  return end < 0 ? source.length : end
}
