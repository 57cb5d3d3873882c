/** A comment: one entry in a ticket. Public ones are mailed to the participants. */
import type { Authentication } from '../mail/verdict.ts'

export const VISIBILITIES = ['public', 'internal'] as const
export type Visibility = (typeof VISIBILITIES)[number]
export const AUTHOR_TYPES = ['customer', 'agent', 'system'] as const
export type AuthorType = (typeof AUTHOR_TYPES)[number]
export const COMMENT_SOURCES = ['email', 'api', 'web'] as const
export type CommentSource = (typeof COMMENT_SOURCES)[number]

export interface Comment {
  readonly id: number
  readonly ticketId: number
  readonly visibility: Visibility
  readonly authorType: AuthorType
  readonly authorId: number | null
  /** Only what the writer wrote now. */
  readonly text: string
  readonly quotedText: string
  readonly fullText: string
  /** Sanitised. */
  readonly html: string | null
  readonly source: CommentSource
  readonly messageId: string | null
  readonly referenceIds: readonly string[]
  readonly inboundId: number | null
  readonly authentication: Authentication | null
  readonly createdAt: Date
  /** When its author corrected it; notes only. */
  readonly editedAt: Date | null
  /** When an admin withdrew it: what it said is gone. */
  readonly deletedAt: Date | null
}

/** Who caused a change: written into the event. */
export type Actor =
  | { readonly type: 'user'; readonly id: number }
  | { readonly type: 'system'; readonly id: null }

export const SYSTEM: Actor = { type: 'system', id: null }
