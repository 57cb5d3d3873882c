/** What the API answers, as far as the dashboard looks at it. Types only: nothing here runs. */
export type { CommentJson as Comment, EventJson as DeskEvent } from '../../api/comment-json.ts'
export type { AttachmentJson as Attachment } from '../../api/comment-json.ts'
export type {
  ConnectionJson as Connection,
  InboundJson as Inbound,
  OutboxJson as Outgoing,
} from '../../api/mail-json.ts'
export type { PersonJson as Person, UserJson as User } from '../../api/people-json.ts'
export type { TicketJson as Ticket } from '../../api/ticket-json.ts'
export type { TicketLinkJson as TicketLink } from '../../api/ticket-links.ts'
export type { StatusJson as Status } from '../../api/statuses.ts'
import type { ConnectionJson } from '../../api/mail-json.ts'
import type { UserJson } from '../../api/people-json.ts'

export interface Page<Item> {
  readonly data: readonly Item[]
  readonly page: { readonly next_cursor: string | null; readonly has_more: boolean }
}

export interface LoggedIn {
  readonly user: UserJson
  readonly session: Session | null
}

export interface LoginMethods {
  readonly registration: 'open' | 'approval' | 'closed'
  /** Null: passwords only. */
  readonly provider: { readonly name: string; readonly path: string } | null
}

export interface Session {
  readonly id: number
  readonly address: string | null
  readonly user_agent: string | null
  readonly created_at: string
  readonly last_used_at: string
  readonly expires_at: string
  readonly current: boolean
}

export interface Stats {
  readonly total: number
  readonly by_status: Readonly<Record<string, number>>
  readonly by_category: Readonly<Record<string, number>>
  readonly open: number
  readonly resolved: number
  readonly high_priority: number
  readonly unassigned: number
  readonly mine: number
  readonly open_mine: number
  readonly open_unassigned: number
  readonly oldest_waiting_s: number | null
}

export interface Inbox {
  readonly id: number
  readonly name: string
  readonly address: string
  readonly paused_at: string | null
  readonly imap: ConnectionJson
  readonly smtp: ConnectionJson
  readonly pending: number
}

export interface Token {
  readonly id: number
  readonly name: string
  readonly scopes: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}
