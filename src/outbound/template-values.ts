/**
 * What each notice's template is given, and samples of it. A name that is in no sample is unknown:
 * `postroom check` refuses it. The samples take every branch: with and without what may be absent.
 */
import type { Done } from '../ticket/command-results.ts'
import type { Mistake } from '../ticket/commands.ts'
import type { HeldChoice, HeldReason } from '../ticket/held.ts'
import type { SafeHtml } from './template-engine.ts'

export const NOTICES = [
  'acknowledgement',
  'reply',
  'agent_notice',
  'receipt',
  'not_done',
  'undelivered',
  'code',
  'account',
  'digest',
] as const
export type NoticeName = (typeof NOTICES)[number]

interface ForCustomer {
  readonly inbox: { readonly name: string }
  readonly ticket: {
    readonly id: number
    readonly subject: string
    /** Leads the recipient alone to the ticket, without signing in; '' for none. */
    readonly url: string
  }
}

export interface AcknowledgementValues extends ForCustomer {
  /** Was the sender proven? If not, nothing that he wrote may be repeated. */
  readonly verified: boolean
  readonly recipient: { readonly name: string | null }
  /** When the mail arrived, if that was long before we took it in; null: it is answered in time. */
  readonly late: { readonly at: Date } | null
}

export interface ReplyValues extends ForCustomer {
  /** Do we write first, rather than answer? */
  readonly opening: boolean
  readonly comment: {
    readonly text: string
    readonly html: SafeHtml
    /** Attachments too large to be mailed. */
    readonly omitted: number
  }
  /** What it answers; null: nothing, or nothing the recipient may see. */
  readonly quoted: {
    readonly author: string
    readonly at: Date
    /** With `> ` before each line. */
    readonly text: string
    readonly html: SafeHtml
  } | null
}

export interface AgentNoticeValues {
  readonly inbox: { readonly name: string }
  /** The colleague who made the reader the assignee; '' when it is about the entries only. */
  readonly assigned_by: string
  /** What happened, oldest first. */
  readonly entries: readonly {
    /** Null: the sender could not be told. */
    readonly author: string | null
    readonly internal: boolean
    readonly text: string
    readonly html: SafeHtml
    /** File names; '' for none. */
    readonly attachments: string
  }[]
  readonly ticket: {
    readonly id: number
    readonly subject: string
    readonly status: string
    readonly priority: string
    readonly requester: string | null
    readonly assignee: string | null
    readonly url: string
  }
  /** Whom a reply goes to; null: to nobody. */
  readonly audience: { readonly name: string; readonly others: number } | null
  /** Is the requester a guess, from the header of a forwarded mail? */
  readonly forwarded: boolean
  /** Addresses that were copied and are not on the ticket; '' for none. */
  readonly suggested: string
}

/** What an agent's commands did. */
export interface ReceiptValues {
  readonly ticket: AgentNoticeValues['ticket']
  readonly done: readonly {
    readonly what: Done['what']
    /** A status, a name, an address: as people see it; '' for none. */
    readonly value: string
  }[]
  /** What became of the text beside the commands. */
  readonly text: 'none' | 'sent' | 'note'
  /** Does `#undo` revert it? */
  readonly undo: boolean
  /** The commands there are, when somebody asked; '' otherwise. */
  readonly help: string
}

/** Why an agent's mail did nothing, with what he wrote. */
export interface NotDoneValues {
  readonly ticket: { readonly id: number; readonly subject: string; readonly url: string }
  /** The mail opened the ticket, and only its commands were not run. */
  readonly opened: boolean
  readonly mistakes: readonly {
    readonly line: string
    readonly problem: Mistake['problem']
    /** '' for none. */
    readonly suggestion: string
  }[]
  /** Why it was held; null: the mistakes, or `because`, say it. */
  readonly reason: HeldReason | null
  /** A colleague answered first. */
  readonly overtaken: { readonly author: string; readonly minutes: number } | null
  /** A sentence in English; '' when something else says it all. */
  readonly because: string
  /** What he can do with it by a reply of one line; none: he writes it anew. */
  readonly choices: readonly {
    readonly what: HeldChoice
    /** With its `#`. */
    readonly command: string
    /** A mailto link; '' where a reply cannot carry the token. */
    readonly url: string
  }[]
  /** '' when it may not be his. */
  readonly text: string
  readonly html: SafeHtml
}

/** A code that proves an address. No other number of six digits may stand in the mail. */
export interface CodeValues {
  readonly inbox: { readonly name: string }
  readonly purpose: 'register' | 'reset'
  readonly code: string
  /** How long it is good for. */
  readonly minutes: number
}

export const ACCOUNT_NEWS = [
  'exists',
  'invited',
  'approved',
  'rejected',
  'password_changed',
  'waiting',
] as const

/** What happened to an account; `waiting` goes to admins, all else to its owner. */
export interface AccountValues {
  readonly inbox: { readonly name: string }
  readonly news: (typeof ACCOUNT_NEWS)[number]
  /** The address of who waits to be approved; '' otherwise. */
  readonly person: string
  readonly url: string
}

/** An answer that did not arrive. */
export interface UndeliveredValues {
  readonly ticket: NotDoneValues['ticket']
  /** Who did not get it. */
  readonly address: string
  /** What the server said; '' for nothing. */
  readonly detail: string
  readonly reopened: boolean
  /** Does that address get no automatic mail from now on? */
  readonly suppressed: boolean
  readonly text: string
  readonly html: SafeHtml
}

/** What waits, oldest first: an agent's own tickets, and those nobody has taken. */
export interface DigestValues {
  readonly inbox: { readonly name: string }
  readonly mine: readonly DigestLine[]
  /** How many more there are than are listed. */
  readonly mine_more: number
  readonly unassigned: readonly DigestLine[]
  readonly unassigned_more: number
}

export interface DigestLine {
  readonly id: number
  readonly subject: string
  readonly requester: string
  /** Since when the requester waits. */
  readonly since: Date
  readonly url: string
}

export interface NoticeValues {
  readonly digest: DigestValues
  readonly undelivered: UndeliveredValues
  readonly code: CodeValues
  readonly account: AccountValues
  readonly receipt: ReceiptValues
  readonly not_done: NotDoneValues
  readonly acknowledgement: AcknowledgementValues
  readonly reply: ReplyValues
  readonly agent_notice: AgentNoticeValues
}
