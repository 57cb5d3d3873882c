/** What the daemon and a parser process say to each other, over Node's IPC channel. */
import type { AttachmentContent, Message } from '../../mail/message.ts'

export interface Parsed {
  readonly message: Message
  readonly attachments: readonly AttachmentContent[]
}

/** `safe` is the second attempt after a crash: header scan and first text only, no library. */
export type ParseMode = 'full' | 'safe'

export interface ParseRequest {
  readonly id: number
  readonly source: Uint8Array | { readonly file: string }
  readonly mode: ParseMode
  /** Where large attachments are written; exists and belongs to this request alone. */
  readonly scratchDir: string
}

/** Nobody waits for these any more: those that it has not begun need not be read. */
export interface Leave {
  readonly leave: readonly number[]
}

export type ParseResponse =
  | { readonly kind: 'ready' }
  | { readonly kind: 'left'; readonly id: number }
  | { readonly kind: 'parsed'; readonly id: number; readonly parsed: Parsed }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
