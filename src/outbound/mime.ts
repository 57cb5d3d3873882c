/**
 * From fields to bytes: nodemailer's composer, fed nothing but what we validated.
 *
 * The composer writes a message through a chain of streams, which takes ten turns of the event
 * loop while a transaction waits. A message without large attachments is put together from the
 * composer's own parts at once: the same tree, the same headers, the same encoders.
 */
import { encode as base64, wrap as wrapBase64 } from 'nodemailer/lib/base64'
import MailComposer from 'nodemailer/lib/mail-composer'
import type MimeNode from 'nodemailer/lib/mime-node'
import { encode as quotedPrintable, wrap as wrapQuotedPrintable } from 'nodemailer/lib/qp'
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
  const tree = composer.compile()
  const attached = fields.attachments.reduce((sum, { content }) => sum + content.length, 0)
  return attached > AT_ONCE_BYTES_MAX ? tree.build() : Buffer.from(ended(withCrLf(written(tree))))
}

/** Encoding more would hold up everything else for too long. */
const AT_ONCE_BYTES_MAX = 256 * 1024

const withCrLf = (text: string): string => text.replaceAll(/(?<!\r)\n/g, '\r\n')

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\r\n`)

/** One node of the composer's tree with all below it, as `build` writes it. */
function written(node: MimeNode): string {
  // Headers first: making them decides on the encoding and the boundary.
  const parts = [node.buildHeaders(), '\r\n\r\n', bodyOf(node)]
  if (node.multipart) {
    for (const [index, child] of node.childNodes.entries()) {
      parts.push(`${index > 0 ? '\r\n' : ''}--${node.boundary}\r\n`, written(child))
    }
    parts.push(`\r\n--${node.boundary}--\r\n`)
  }
  return parts.join('')
}

function bodyOf(node: MimeNode): string {
  const { content } = node
  if (content === undefined || content === '') return ''
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) {
    throw new TypeError('a part of an outgoing message is neither text nor bytes')
  }
  const encoding = node.getTransferEncoding()
  if (encoding === 'base64') return wrapBase64(base64(content))
  if (encoding === 'quoted-printable') return wrapQuotedPrintable(quotedPrintable(content))
  return content.toString()
}
