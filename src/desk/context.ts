/** What every desk verb needs beside its transaction and its input. */
import type { NoticeContext } from '../outbound/notices.ts'
import type { OtherDesks } from '../other-desks.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Tx } from '../store/open.ts'
import type { Comment, CommentSource, Visibility } from '../ticket/comment.ts'
import type { Authentication } from '../mail/verdict.ts'
import type { Lifecycle } from '../ticket/lifecycle.ts'
import type { User } from '../ticket/user.ts'

export interface DeskContext extends NoticeContext {
  readonly lifecycle: Lifecycle
  readonly blobs: Blobs
  readonly otherDesks: OtherDesks
  /** Those a ticket may be put into; none: there are no categories. */
  readonly categories: readonly string[]
  /** Whom notices go to; by default looked up each time. A batch asks once. */
  readonly agentsOf?: (tx: Tx) => Promise<User[]>
}

/** An attachment whose bytes are stored already. */
export interface AttachedBlob {
  /** Of the upload that it is; absent: it came with its message. */
  readonly uploadId?: number
  readonly filename: string | null
  readonly contentType: string
  readonly size: number
  readonly sha256: string
  readonly inline: boolean
  readonly contentId: string | null
}

/** What somebody said, from whichever door it came. */
export interface Said {
  /** The rule by which it came to its ticket: shown with the event. Absent: somebody put it there. */
  readonly because?: string
  readonly text: string
  readonly quotedText: string
  readonly fullText: string
  readonly html: string | null
  readonly source: CommentSource
  /** The message it came as; null when it came through the API. */
  readonly messageId: string | null
  readonly referenceIds: readonly string[]
  readonly inboundId: number | null
  readonly authentication: Authentication | null
  readonly attachments: readonly AttachedBlob[]
}

/** Text typed into the API, and files sent to it before. */
export const saidByApi = (text: string, attachments: readonly AttachedBlob[] = []): Said => ({
  text,
  quotedText: '',
  fullText: text,
  html: null,
  source: 'api',
  messageId: null,
  referenceIds: [],
  inboundId: null,
  authentication: null,
  attachments,
})

export interface Author {
  readonly type: Comment['authorType']
  /** Null: nobody we could name. */
  readonly user: User | null
  /** Who typed it in for the author: he caused what happens, and needs no notice of it. */
  readonly recordedBy?: User
}

export interface CommentInput extends Said {
  /** When it was said, if that was before we heard of it. */
  readonly saidAt?: Date
  readonly ticketId: number
  readonly visibility: Visibility
  readonly author: Author
}
