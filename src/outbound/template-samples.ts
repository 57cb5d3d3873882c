/** Samples of what templates are given, every branch taken: `postroom check` tries each with them. */
import { DONE } from '../ticket/command-results.ts'
import { HELD_CHOICES, HELD_REASONS } from '../ticket/held.ts'
import { SafeHtml } from './template-engine.ts'
import { ACCOUNT_NEWS, type NoticeName, type NoticeValues } from './template-values.ts'

const AT = new Date('2026-07-06T10:00:00Z')
const inbox = { name: 'Acme Support' }
const link = 'https://desk.acme.example/t/aebagcuaqbvxw3dpojswc5dpoi'
const ticket = { id: 1042, subject: 'The printer', url: link }
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
  opened: false,
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

const waiting = {
  id: 1042,
  subject: 'Printer on fire',
  requester: 'Ana Lima <ana@customer.example>',
  since: new Date('2026-07-06T08:30:00Z'),
  url: 'https://desk.example/tickets/1042',
}

export const SAMPLES: { readonly [N in NoticeName]: readonly NoticeValues[N][] } = {
  acknowledgement: [
    { verified: true, inbox, ticket, recipient: { name: 'Ana Ray' }, late: null },
    { verified: true, inbox, ticket, recipient: { name: null }, late: { at: waiting.since } },
    {
      verified: false,
      inbox,
      ticket: { ...ticket, url: '' },
      recipient: { name: null },
      late: null,
    },
  ],
  reply: [
    { inbox, ticket, opening: false, comment, quoted },
    { inbox, ticket, opening: false, comment: { ...comment, omitted: 1 }, quoted },
    {
      inbox,
      ticket: { ...ticket, url: '' },
      opening: true,
      comment: { ...comment, omitted: 3 },
      quoted: null,
    },
  ],
  agent_notice: [
    ...PRIORITIES.map((priority, others) => ({
      inbox,
      assigned_by: '',
      entries: [entry],
      ticket: { ...agentsTicket, priority },
      audience: { ...audience, others },
      suggested: '',
      forwarded: others === 1,
    })),
    ...[[entry], []].map((entries) => ({
      inbox,
      assigned_by: 'Carla',
      entries,
      ticket: { ...agentsTicket, priority: 'normal', assignee: 'Bruno' },
      audience,
      suggested: '',
      forwarded: false,
    })),
    {
      inbox,
      assigned_by: '',
      entries: [entry, { ...entry, author: null, internal: true, attachments: 'fire.jpg' }],
      ticket: { ...agentsTicket, priority: 'normal', requester: null, assignee: 'Bruno' },
      audience: null,
      suggested: 'lee@partner.example',
      forwarded: true,
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
  undelivered: [true, false].map((yes) => ({
    ticket: agentsTicket,
    address: 'ana@customer.example',
    detail: yes ? '550 5.1.1 No such user' : '',
    reopened: yes,
    suppressed: yes,
    ...written,
  })),
  not_done: [
    { ...notDone, opened: true },
    { ...notDone, mistakes: [mistake] },
    {
      ...notDone,
      mistakes: [
        { ...mistake, suggestion: '' },
        { line: '#merge', problem: 'incomplete', suggestion: '#merge 1033' },
        { line: '*#note*', problem: 'misplaced', suggestion: '#note' },
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
  digest: [
    { inbox, mine: [waiting], mine_more: 0, unassigned: [], unassigned_more: 0 },
    { inbox, mine: [], mine_more: 0, unassigned: [waiting, waiting], unassigned_more: 7 },
    { inbox, mine: [waiting], mine_more: 3, unassigned: [waiting], unassigned_more: 0 },
  ],
}
