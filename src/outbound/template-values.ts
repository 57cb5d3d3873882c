/**
 * What each notice's template is given, and samples of it. A name that is in no sample is unknown:
 * `postroom check` refuses it. The samples take every branch: with and without what may be absent.
 */
import { DONE, type Done } from '../ticket/command-results.ts'
import type { Mistake } from '../ticket/commands.ts'
import { HELD_CHOICES, HELD_REASONS, type HeldChoice, type HeldReason } from '../ticket/held.ts'
import { SafeHtml } from './template-engine.ts'

export const NOTICES = [
  'acknowledgement',
  'reply',
  'agent_notice',
  'receipt',
  'not_done',
  'code',
  'account',
] as const
export type NoticeName = (typeof NOTICES)[number]

interface ForCustomer {
  readonly inbox: { readonly name: string }
  readonly ticket: { readonly id: number; readonly subject: string }
}

export interface AcknowledgementValues extends ForCustomer {
  /** Was the sender proven? If not, nothing that he wrote may be repeated. */
  readonly verified: boolean
  readonly recipient: { readonly name: string | null }
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

export interface NoticeValues {
  readonly code: CodeValues
  readonly account: AccountValues
  readonly receipt: ReceiptValues
  readonly not_done: NotDoneValues
  readonly acknowledgement: AcknowledgementValues
  readonly reply: ReplyValues
  readonly agent_notice: AgentNoticeValues
}

const AT = new Date('2026-07-06T10:00:00Z')
const inbox = { name: 'Acme Support' }
const ticket = { id: 1042, subject: 'The printer' }
const comment = { text: 'Use water.', html: new SafeHtml('Use water.'), omitted: 0 }
const quoted = {
  author: 'Ana Ray',
  at: AT,
  text: '> It is on fire.',
  html: new SafeHtml('It is on fire.'),
}
const entry = {
  author: 'Ana Ray',
  internal: false,
  text: 'It is on fire.',
  html: new SafeHtml('It is on fire.'),
  attachments: '',
}
const agentsTicket = {
  ...ticket,
  status: 'Open',
  requester: 'Ana Ray <ana@customer.example>',
  assignee: null,
  url: 'https://desk.acme.example/tickets/1042',
}
const audience = { name: 'Ana Ray', others: 0 }
const PRIORITIES = ['low', 'normal', 'high', 'urgent']

const written = { text: 'Use water.', html: new SafeHtml('Use water.') }
const mistake = { line: '#clsoe', problem: 'unknown', suggestion: '#close' } as const
const notDone = {
  ticket: agentsTicket,
  mistakes: [],
  reason: null,
  overtaken: null,
  because: '',
  choices: [],
  ...written,
}
const choices = HELD_CHOICES.map((what, index) => ({
  what,
  command: `#${what}`,
  url: index === 0 ? '' : 'mailto:support@acme.example',
}))

const url = 'https://desk.acme.example'

export const SAMPLES: { readonly [N in NoticeName]: readonly NoticeValues[N][] } = {
  acknowledgement: [
    { verified: true, inbox, ticket, recipient: { name: 'Ana Ray' } },
    { verified: true, inbox, ticket, recipient: { name: null } },
    { verified: false, inbox, ticket, recipient: { name: null } },
  ],
  reply: [
    { inbox, ticket, opening: false, comment, quoted },
    { inbox, ticket, opening: false, comment: { ...comment, omitted: 1 }, quoted },
    { inbox, ticket, opening: true, comment: { ...comment, omitted: 3 }, quoted: null },
  ],
  agent_notice: [
    ...PRIORITIES.map((priority, others) => ({
      inbox,
      entries: [entry],
      ticket: { ...agentsTicket, priority },
      audience: { ...audience, others },
      suggested: '',
    })),
    {
      inbox,
      entries: [entry, { ...entry, author: null, internal: true, attachments: 'fire.jpg' }],
      ticket: { ...agentsTicket, priority: 'normal', requester: null, assignee: 'Bruno' },
      audience: null,
      suggested: 'lee@partner.example',
    },
  ],
  receipt: [
    {
      ticket: { ...agentsTicket, priority: 'normal' },
      done: DONE.map((what) => ({ what, value: 'high' })),
      text: 'sent',
      undo: true,
      help: '',
    },
    {
      ticket: { ...agentsTicket, priority: 'normal' },
      done: [{ what: 'assignee', value: '' }],
      text: 'note',
      undo: false,
      help: '#close, #take',
    },
    {
      ticket: { ...agentsTicket, priority: 'normal' },
      done: [],
      text: 'none',
      undo: false,
      help: '#close, #take',
    },
  ],
  not_done: [
    { ...notDone, mistakes: [mistake] },
    {
      ...notDone,
      mistakes: [
        { ...mistake, suggestion: '' },
        { line: '#merge', problem: 'incomplete', suggestion: '#merge 1033' },
      ],
    },
    { ...notDone, because: 'Ticket 1042 is closed.', choices },
    { ...notDone, overtaken: { author: 'Ben', minutes: 2 }, choices },
    ...HELD_REASONS.map((reason) => ({ ...notDone, reason, text: '', html: new SafeHtml('') })),
  ],
  code: [
    { inbox, purpose: 'register', code: '040506', minutes: 10 },
    { inbox, purpose: 'reset', code: '040506', minutes: 10 },
  ],
  account: ACCOUNT_NEWS.map((news) => ({
    inbox,
    news,
    person: news === 'waiting' ? 'lee@partner.example' : '',
    url,
  })),
}
