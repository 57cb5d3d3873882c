/** Reads stored attachments for a mail of ours, within what usual mail servers accept. */
import type { AttachmentsToSend } from '../outbound/comment-mail.ts'
import type { OutgoingAttachment } from '../outbound/compose.ts'
import type { AttachedBlob, DeskContext } from './context.ts'

/** Most servers refuse more than 25 MB after base64, which adds a third. */
const BYTES_MAX = 17 * 1024 * 1024

/** An agent's own S/MIME or PGP signature names his private address, and fits another message. */
const SIGNATURES = /^application\/(?:(?:x-)?pkcs7-signature|pgp-signature|pgp-keys)$/

export const isSignature = (contentType: string): boolean => SIGNATURES.test(contentType)

/** The attachments that fit, in order, and how many stay on the ticket because they do not. */
export async function attachmentsToSend(
  context: DeskContext,
  attachments: readonly AttachedBlob[],
): Promise<AttachmentsToSend> {
  const sent: OutgoingAttachment[] = []
  let bytes = 0
  let omitted = 0
  for (const attachment of attachments) {
    if (isSignature(attachment.contentType)) continue
    if (bytes + attachment.size > BYTES_MAX) {
      omitted += 1
      continue
    }
    const content = await context.blobs.get(attachment.sha256)
    if (content === null) {
      omitted += 1
      continue
    }
    bytes += attachment.size
    sent.push({
      filename: attachment.filename,
      contentType: attachment.contentType,
      content,
    })
  }
  return { sent, omitted }
}
