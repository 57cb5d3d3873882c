/**
 * Mail as the demo's people write it: a small composer of our own, so that what the daemon reads
 * was not made by the code the daemon writes with.
 */
import { randomId } from '../ids.ts'

export interface Person {
  name: string
  address: string
}

export interface Attachment {
  filename: string
  contentType: string
  content: Buffer
}

export interface Mail {
  from: Person
  to: readonly Person[]
  cc?: readonly Person[]
  subject: string
  text: string
  html?: string
  attachments?: readonly Attachment[]
  inReplyTo?: string
  references?: readonly string[]
  /** Further headers, e.g. `Auto-Submitted`. */
  headers?: Readonly<Record<string, string>>
}

export interface ComposedMail {
  /** With angle brackets. */
  messageId: string
  source: Buffer
}

/** RFC 2047 §2: an encoded word has at most 75 characters, so 15 of four bytes each fit. */
const WORD_CHARACTERS = 15

const isAscii = (text: string): boolean => /^[\t\r\n\x20-\x7e]*$/.test(text)

export function composeMail(mail: Mail, at: Date): ComposedMail {
  const messageId = `<${randomId(10)}@${mail.from.address.split('@')[1]}>`
  const headers: [string, string][] = [
    ['From', formatPerson(mail.from)],
    ['To', mail.to.map(formatPerson).join(', ')],
    ...(mail.cc === undefined ? [] : [['Cc', mail.cc.map(formatPerson).join(', ')] as const]),
    ['Subject', encodeWords(mail.subject)],
    ['Date', at.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', messageId],
    ...(mail.inReplyTo === undefined ? [] : [['In-Reply-To', mail.inReplyTo] as const]),
    ...(mail.references === undefined
      ? []
      : [['References', mail.references.join('\r\n ')] as const]),
    ...Object.entries(mail.headers ?? {}),
    ['MIME-Version', '1.0'],
  ].map(([name = '', value = '']) => [name, value])
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  return { messageId, source: Buffer.from([...lines, bodyOf(mail)].join('\r\n')) }
}

function bodyOf(mail: Mail): string {
  const text = textPart('plain', mail.text)
  const written =
    mail.html === undefined ? text : multipart('alternative', [text, textPart('html', mail.html)])
  const attached = (mail.attachments ?? []).map(attachmentPart)
  return attached.length === 0 ? written : multipart('mixed', [written, ...attached])
}

function multipart(kind: string, parts: readonly string[]): string {
  const boundary = `=_${randomId(8)}`
  const inside = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${inside}--${boundary}--\r\n`
}

function textPart(kind: string, text: string): string {
  const lines = text.replace(/\r?\n/g, '\r\n')
  const [encoding, content] = isAscii(lines)
    ? ['7bit', lines]
    : ['base64', base64Lines(Buffer.from(lines))]
  return (
    `Content-Type: text/${kind}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n\r\n${content}`
  )
}

function attachmentPart({ filename, contentType, content }: Attachment): string {
  return (
    `Content-Type: ${contentType}; name="${filename}"\r\n` +
    `Content-Disposition: attachment; filename="${filename}"\r\n` +
    `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(content)}`
  )
}

const base64Lines = (bytes: Buffer): string =>
  bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n')

const formatPerson = ({ name, address }: Person): string =>
  isAscii(name) ? `"${name}" <${address}>` : `${encodeWords(name)} <${address}>`

function encodeWords(text: string): string {
  if (isAscii(text)) return text
  const characters = Array.from(text)
  const words: string[] = []
  for (let at = 0; at < characters.length; at += WORD_CHARACTERS) {
    const part = characters.slice(at, at + WORD_CHARACTERS).join('')
    words.push(`=?utf-8?B?${Buffer.from(part).toString('base64')}?=`)
  }
  return words.join('\r\n ')
}
