/**
 * What is left of a message whose words were erased: a mark that tells whether another one is the
 * same, and nothing else. Without it a copy that is still on the server would come in again.
 */
import { createHash } from 'node:crypto'
import type { InboundMessage } from './inbound-messages.ts'

/** No Message-ID of ours or anybody's has a space. */
const PREFIX = 'erased '

/** Stands where its Message-ID stood; `null`: there is nothing to know it by. */
export function erasedMark({
  messageId,
  bodyHash,
  sha256,
}: Pick<InboundMessage, 'messageId' | 'bodyHash' | 'sha256'>): string | null {
  const known = messageId === null ? sha256 : `${messageId} ${bodyHash ?? ''}`
  if (known === null) return null
  return `${PREFIX}${createHash('sha256').update(known).digest('hex')}`
}

export const isErasedMark = (text: string | null): boolean => text?.startsWith(PREFIX) === true

/** The Message-ID of a row, unless it is such a mark. */
export const messageIdOfRow = (text: string | null): string | null =>
  isErasedMark(text) ? null : text
