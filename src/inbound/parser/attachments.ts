/** The list of attachments: what is not shown, bounded, with the names people expect. */
import { scanHeaderBlock } from '../../mail/header-block.ts'
import { decodeWords } from '../../mail/encoded-word.ts'
import { headerOf } from '../../mail/message.ts'
import type { AttachmentContent } from '../../mail/message.ts'
import type { Body } from './body.ts'
import { bytesOf } from './content.ts'
import { LIMITS } from './limits.ts'
import { asAttachment, safeFilename } from './part.ts'
import type { Part } from './part.ts'

/** Attachments in order of appearance; what is over the limit is told in `problems`. */
export function attachmentsOf(body: Body, problems: string[]): AttachmentContent[] {
  const { attached } = body
  if (attached.length > LIMITS.attachmentsMax) {
    const more = attached.length - LIMITS.attachmentsMax
    problems.push(`${more} more attachments are in the original only`)
  }
  const html = body.html ?? ''
  return attached.slice(0, LIMITS.attachmentsMax).map((part) => {
    const inline = part.disposition === 'inline' || isShown(part, html)
    return asAttachment(named(part), inline && part.type !== 'message/rfc822')
  })
}

function isShown(part: Part, html: string): boolean {
  return part.contentId !== null && html.includes(`cid:${part.contentId}`)
}

/** mailparser gives attached messages no name: their subject is one. */
function named(part: Part): Part {
  if (part.filename !== null || part.type !== 'message/rfc822') return part
  const { headers } = scanHeaderBlock(bytesOf(part.content).subarray(0, 64_000), {
    linesMax: 500,
    valueLengthMax: 2_000,
  })
  const subject = decodeWords(headerOf({ headers }, 'subject') ?? '')
  const name = safeFilename(subject.replace(/[/\\]/g, '-')) ?? 'message'
  return { ...part, filename: safeFilename(`${name}.eml`) }
}
