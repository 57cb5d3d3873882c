/** A message as its reader sees it: the headers a reply needs, and the text. */
import type { MimePart } from './imap/mime-tree.ts'
import { headerOf, mimeOf } from './imap/mime-tree.ts'

export interface ReadMail {
  from: string
  /** Where an answer goes: Reply-To, or else From. */
  replyTo: string
  subject: string
  messageId: string
  references: readonly string[]
  isAutomatic: boolean
  text: string
}

export function readMail(source: Buffer): ReadMail {
  const mail = mimeOf(source)
  const from = addressIn(headerOf(mail, 'from') ?? '')
  return {
    from,
    replyTo: addressIn(headerOf(mail, 'reply-to') ?? '') || from,
    subject: decodeWords(headerOf(mail, 'subject') ?? ''),
    messageId: headerOf(mail, 'message-id') ?? '',
    references: (headerOf(mail, 'references') ?? '').split(/\s+/).filter((id) => id !== ''),
    isAutomatic: (headerOf(mail, 'auto-submitted') ?? 'no') !== 'no',
    text: (textOf(mail) ?? '').replaceAll('\r\n', '\n'),
  }
}

const addressIn = (header: string): string =>
  header.split(/[\s<>",]/).find((word) => word.includes('@')) ?? ''

/** The first plain text part. */
function textOf(part: MimePart): string | null {
  if (part.type === 'text/plain') return decodeBody(part)
  for (const child of part.parts) {
    const text = textOf(child)
    if (text !== null) return text
  }
  return null
}

function decodeBody(part: MimePart): string {
  const encoding = headerOf(part, 'content-transfer-encoding')?.toLowerCase()
  const text = part.body.toString('latin1')
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString()
  if (encoding === 'quoted-printable') {
    return decodeQuotedPrintable(text.replace(/=\r?\n/g, ''))
  }
  return part.body.toString()
}

/** RFC 2047; white space between two encoded words belongs to neither. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_word, kind: string, encoded: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(encoded, 'base64').toString()
        : decodeQuotedPrintable(encoded.replaceAll('_', ' ')),
    )
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}
