/** What is made of a message that no parser survives: a ticket that says so, with the original. */
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { AttachedBlob } from '../desk/context.ts'
import type { Parsed } from './parse.ts'

/** The stored source itself, as an attachment. */
export const originalOf = (row: InboundMessage): AttachedBlob[] =>
  row.sha256 === null
    ? []
    : [
        {
          filename: 'message.eml',
          contentType: 'message/rfc822',
          size: row.size,
          sha256: row.sha256,
          inline: false,
          contentId: null,
        },
      ]

/** The original is attached as stored; nothing in it is interpreted. */
export function unreadable(row: InboundMessage): Parsed {
  const text =
    'This message could not be read: the parser failed on it twice. The original is attached.'
  return {
    message: {
      headers: [],
      messageId: null,
      date: null,
      subject: '(unreadable message)',
      from: null,
      fromAddresses: [],
      sender: null,
      replyTo: [],
      to: [],
      cc: [],
      references: [],
      inReplyTo: [],
      text: { reply: text, quoted: '', signature: '', full: text },
      html: null,
      attachments: [],
      forwarded: null,
      bounce: null,
      reportType: null,
      language: null,
      problems: ['the parser failed on this message twice', ...row.reasons],
    },
    attachments: [],
  }
}
