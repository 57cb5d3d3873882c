/** A ticket: one request and everything said about it. Its id is the number people see. */
import type { Address } from '../mail/address.ts'
import type { StatusCategory } from './lifecycle.ts'

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

/** How we know who the requester is. `forwarded`: taken from a forwarded message's header;
 * `agent`: an agent named or corrected him. */
export const REQUESTER_SOURCES = ['sender', 'forwarded', 'api', 'agent', 'unknown'] as const
export type RequesterSource = (typeof REQUESTER_SOURCES)[number]

export interface Ticket {
  readonly id: number
  readonly subject: string
  readonly status: string
  readonly statusCategory: StatusCategory
  readonly priority: Priority
  readonly category: string | null
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, string>>
  readonly inboxId: number | null
  /** Null: the sender could not be told. */
  readonly requesterId: number | null
  readonly requesterSource: RequesterSource
  readonly assigneeId: number | null
  readonly followUpOf: number | null
  readonly mergedInto: number | null
  readonly locale: string | null
  /** The conversation as Outlook names it, from the mail that opened the ticket; base64. */
  readonly threadIndex: string | null
  readonly commentsCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly closedAt: Date | null
  /** Since when a customer has waited for us; null: nobody does. */
  readonly waitingSince: Date | null
  /** When somebody of us first wrote to the customer. */
  readonly firstAnsweredAt: Date | null
  /** Until then nobody needs to look at it; null: it is not put off. */
  readonly snoozedUntil: Date | null
  readonly deletedAt: Date | null
  /** Grows by one with every change. */
  readonly version: number
}

export const PARTICIPANT_ROLES = ['requester', 'cc'] as const
export type ParticipantRole = (typeof PARTICIPANT_ROLES)[number]

export interface Participant {
  readonly userId: number
  readonly email: Address
  readonly name: string | null
  readonly role: ParticipantRole
  /** Does he work on tickets? */
  readonly isStaff: boolean
  /** Does or did he, so that customers do not learn his address? */
  readonly isColleague: boolean
  readonly locale: string | null
  readonly joinedAt: Date
}

/** The word for a ticket without a subject. */
export const NO_SUBJECT = '(no subject)'

/** Longer subjects are stored cut; the source keeps the rest. */
export const SUBJECT_LENGTH_MAX = 5_000

/** The one priority a word means, or null. `medium` is an alias of normal. */
export function findPriority(word: string): Priority | null {
  const wanted = word.toLowerCase() === 'medium' ? 'normal' : word.toLowerCase()
  return PRIORITIES.find((priority) => priority === wanted) ?? null
}
