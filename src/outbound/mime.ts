/** From fields to bytes: nodemailer's composer, fed nothing but what we validated. */
import MailComposer from 'nodemailer/lib/mail-composer'
import type { NamedAddress } from '../mail/address.ts'
import { nameText } from '../mail/header-text.ts'
import type { MailFields } from './compose.ts'

const addressObject = (who: NamedAddress) => ({
  address: who.address,
  name: who.name === null ? '' : nameText(who.name),
})

/**
 * RFC 2046 §5.2.1 forbids encoding a message or a multipart, so they would travel as they came:
 * with bare line ends, 8-bit bytes and lines of any length. As bytes they are encoded.
 */
const attachedType = (contentType: string): string =>
  /^(?:message|multipart)\//i.test(contentType) ? 'application/octet-stream' : contentType

/**
 * The exact message that every attempt will send. Message-ID, Date and boundaries are in it, so
 * an attempt repeated is byte-identical.
 */
export async function toMime(fields: MailFields): Promise<Buffer> {
  const composer = new MailComposer({
    from: addressObject(fields.from),
    to: fields.to.map(addressObject),
    cc: fields.cc.map(addressObject),
    ...(fields.replyTo === null ? {} : { replyTo: { address: fields.replyTo, name: '' } }),
    subject: fields.subject,
    messageId: `<${fields.messageId}>`,
    ...(fields.inReplyTo === null ? {} : { inReplyTo: `<${fields.inReplyTo}>` }),
    references: fields.references.map((id) => `<${id}>`),
    date: fields.date,
    text: fields.text,
    html: fields.html,
    headers: fields.headers.map(([key, value]) => ({ key, value })),
    attachments: fields.attachments.map((attachment) => ({
      filename: attachment.filename ?? false,
      contentType: attachedType(attachment.contentType),
      content: attachment.content,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  })
  return composer.compile().build()
}
