import { describe, expect, test } from 'vitest'
import { type Facts, triage } from '../../src/inbound/triage.ts'
import type { VerdictKind } from '../../src/mail/verdict.ts'
import { loadLifecycle } from '../../src/lifecycles.ts'
import { onCustomerMessage, ruleOf } from '../../src/ticket/lifecycle.ts'

const LIFECYCLE = loadLifecycle('default')

const verdict = (kind: VerdictKind, answerable = kind === 'person'): Facts['verdict'] => ({
  kind,
  answerable,
  reasons: [`it is ${kind}`],
})

/** A ticket in this status, the sender on it. */
const on = (
  status: string,
  { senderTakesPart = true, reopenWindowMs = 0 } = {},
): Pick<Facts, 'ticket' | 'trust'> => ({
  ticket: {
    status: ruleOf(LIFECYCLE, status),
    onCustomer: onCustomerMessage(LIFECYCLE, status, { forMs: 1_000, reopenWindowMs }),
    senderTakesPart,
  },
  trust: 'own_token',
})

const decide = (more: Partial<Facts> = {}): string => {
  const decision = triage({
    verdict: verdict('person'),
    ticket: null,
    trust: null,
    related: false,
    sender: 'customer',
    agentProven: false,
    repeatsNotice: false,
    readable: true,
    writesToCustomer: false,
    forwarded: false,
    bouncedOutboxId: null,
    failedForGood: true,
    imported: false,
    blocked: false,
    onlyThanks: false,
    thanks: 'reopen',
    ...more,
  })
  switch (decision.do) {
    case 'open_ticket': {
      const marks = [
        decision.requester,
        decision.acknowledge ? 'acknowledged' : 'silent',
        ...(decision.automatic ? ['automatic'] : []),
        ...(decision.followUp ? ['follow-up'] : []),
        ...(decision.imported ? ['imported'] : []),
      ]
      return `ticket: ${marks.join(', ')}`
    }
    case 'add_comment': {
      const moved = decision.moveTo === null ? '' : ` -> ${decision.moveTo}`
      const reopened = decision.reopening ? ' (reopening)' : ''
      const internal = decision.internal ? 'internal ' : ''
      return `${internal}comment by ${decision.as}${moved}${reopened}${decision.notify ? ', notice' : ''}`
    }
    case 'record_bounce':
      return `bounce of ${decision.outboxId}`
    case 'settle':
      return decision.fate
    default:
      throw new Error('not a decision')
  }
}

const is = (kind: VerdictKind) => ({ verdict: verdict(kind) })
const AGENT = { sender: 'agent' as const }
const GONE = { sender: 'disabled_agent' as const }
const notice = (status: string) => on(status, { senderTakesPart: false })

type Row = readonly [what: string, facts: Partial<Facts>, want: string]

describe('a person', () => {
  const ROWS: readonly Row[] = [
    ['new', {}, 'ticket: sender, acknowledged'],
    ['whose address is blocked', { blocked: true }, 'ignored'],
    ['who is blocked and answers', { blocked: true, ...on('pending') }, 'ignored'],
    [
      'an agent in whose name somebody was blocked',
      { blocked: true, ...AGENT },
      'ticket: sender, silent',
    ],
    [
      'new, but not to be answered',
      { verdict: verdict('person', false) },
      'ticket: sender, silent',
    ],
    ['new, sender unknown', { sender: 'unknown' }, 'ticket: unknown, silent'],
    ['a stranger with somebody’s hint', { related: true }, 'ticket: sender, acknowledged'],
    ['on an open ticket', on('open'), 'comment by customer, notice'],
    ['on one in progress', on('in_progress'), 'comment by customer, notice'],
    ['on a pending ticket', on('pending'), 'comment by customer -> open, notice'],
    ['on a resolved ticket', on('resolved'), 'comment by customer -> open, notice'],
    [
      'who only says thanks, on a resolved ticket',
      { ...on('resolved'), onlyThanks: true },
      'comment by customer -> open, notice',
    ],
    [
      'who only says thanks, on a resolved ticket that is to stay so',
      { ...on('resolved'), onlyThanks: true, thanks: 'keep' },
      'comment by customer',
    ],
    [
      'who only says thanks, on a closed ticket that is to stay so',
      { ...on('closed'), onlyThanks: true, thanks: 'keep' },
      'system',
    ],
    [
      'who only says thanks, where the customer is asked something',
      { ...on('pending'), onlyThanks: true, thanks: 'keep' },
      'comment by customer -> open, notice',
    ],
    ['on a closed ticket', on('closed'), 'ticket: sender, acknowledged, follow-up'],
    [
      'on a closed ticket within its window',
      on('closed', { reopenWindowMs: 9_999 }),
      'comment by customer -> open (reopening), notice',
    ],
    ['a forward by a customer', { forwarded: true }, 'ticket: sender, acknowledged'],
  ]
  test.each(ROWS)('%s', (_what, facts, want) => expect(decide(facts)).toBe(want))
})

describe('an agent', () => {
  const proven = { ...AGENT, agentProven: true }
  const ROWS: readonly Row[] = [
    ['with his token', { ...proven, ...notice('open') }, 'comment by agent -> pending'],
    [
      'with his token, on a resolved one',
      { ...proven, ...notice('resolved') },
      'comment by agent -> pending',
    ],
    ['with his token, on a closed one', { ...proven, ...notice('closed') }, 'comment by agent'],
    ['with his token, not authenticated', { ...AGENT, ...notice('open') }, 'quarantined'],
    ['by a claim only', { ...proven, ...notice('open'), trust: 'participant' }, 'quarantined'],
    ['by a hint that was not enough', { ...proven, related: true }, 'quarantined'],
    [
      'whose mail could not be read as usual',
      { ...proven, ...notice('open'), readable: false },
      'quarantined',
    ],
    [
      'who is the requester himself',
      { ...AGENT, ...on('pending') },
      'comment by customer -> open, notice',
    ],
    ['with new mail', AGENT, 'ticket: sender, silent'],
    ['who forwards', { ...AGENT, forwarded: true }, 'ticket: forwarded, silent'],
    [
      'who writes to a customer and copies us',
      { ...AGENT, writesToCustomer: true },
      'ticket: addressee, silent',
    ],
    [
      'who writes to a customer, proven, and quotes a forward',
      { ...proven, writesToCustomer: true, forwarded: true },
      'ticket: addressee, silent',
    ],
    [
      'with a colleague’s token',
      { ...proven, ...notice('open'), trust: 'colleague_token' },
      'internal comment by agent, notice',
    ],
    [
      'with a colleague’s token, not authenticated',
      { ...AGENT, ...notice('open'), trust: 'colleague_token' },
      'quarantined',
    ],
    [
      'with a colleague’s token, on a closed one',
      { ...proven, ...notice('closed'), trust: 'colleague_token' },
      'quarantined',
    ],
    ['who forwards, proven', { ...proven, forwarded: true }, 'ticket: forwarded, acknowledged'],
    ['away', { ...AGENT, ...notice('open'), ...is('auto_reply') }, 'system'],
    [
      'behind a gateway that says bulk',
      { ...proven, ...notice('open'), ...is('bulk') },
      'quarantined',
    ],
    ['disabled, with his token', { ...GONE, agentProven: true, ...notice('open') }, 'quarantined'],
    ['disabled, with a hint', { ...GONE, related: true }, 'quarantined'],
    ['disabled, away', { ...GONE, ...notice('open'), ...is('auto_reply') }, 'system'],
    ['disabled, bulk', { ...GONE, ...notice('open'), ...is('bulk') }, 'quarantined'],
    ['disabled, with new mail', GONE, 'ticket: sender, silent'],
  ]
  test.each(ROWS)('%s', (_what, facts, want) => expect(decide(facts)).toBe(want))
})

describe('a machine', () => {
  const ROWS: readonly Row[] = [
    ['auto_reply, threaded', { ...is('auto_reply'), ...on('pending') }, 'comment by customer'],
    ['auto_reply, on a closed ticket', { ...is('auto_reply'), ...on('closed') }, 'system'],
    ['auto_reply, otherwise', is('auto_reply'), 'system'],
    ['bounce of a delivery', { ...is('bounce'), bouncedOutboxId: 3 }, 'bounce of 3'],
    [
      'bounce that says only later',
      { ...is('bounce'), bouncedOutboxId: 3, failedForGood: false },
      'system',
    ],
    ['bounce, threaded', { ...is('bounce'), ...on('pending') }, 'system'],
    ['bounce, otherwise', is('bounce'), 'system'],
    ['report about a delivery', { ...is('report'), bouncedOutboxId: 3 }, 'system'],
    ['report, otherwise', is('report'), 'system'],
    ['list, threaded', { ...is('list'), ...on('pending') }, 'comment by customer, notice'],
    ['bulk, threaded', { ...is('bulk'), ...on('resolved') }, 'comment by customer, notice'],
    [
      'auto_generated, threaded',
      { ...is('auto_generated'), ...on('open') },
      'comment by customer, notice',
    ],
    [
      'auto_generated, on a closed ticket',
      { ...is('auto_generated'), ...on('closed') },
      'ticket: sender, silent, automatic, follow-up',
    ],
    ['list, otherwise', is('list'), 'ticket: sender, silent, automatic'],
    ['bulk, otherwise', is('bulk'), 'ticket: sender, silent, automatic'],
    ['auto_generated, otherwise', is('auto_generated'), 'ticket: sender, silent, automatic'],
    [
      'auto_generated, sender unknown',
      { ...is('auto_generated'), sender: 'unknown' },
      'ticket: unknown, silent, automatic',
    ],
    ['spam, threaded', { ...is('spam'), ...on('open') }, 'comment by customer, notice'],
    ['spam, on a closed ticket', { ...is('spam'), ...on('closed') }, 'quarantined'],
    ['spam, otherwise', is('spam'), 'quarantined'],
    ['loop, threaded', { ...is('loop'), ...on('open') }, 'system'],
    ['loop, otherwise', is('loop'), 'system'],
    ['own, threaded', { ...is('own'), ...on('open') }, 'system'],
    ['own, otherwise', is('own'), 'system'],
  ]
  test.each(ROWS)('%s', (_what, facts, want) => expect(decide(facts)).toBe(want))

  test.each(['auto_reply', 'list', 'bulk', 'auto_generated', 'spam'] as const)(
    '%s never reopens anything, not even within the window',
    (kind) => {
      const facts = { ...is(kind), ...on('closed', { reopenWindowMs: 9_999 }) }
      expect(decide(facts)).not.toContain('->')
    },
  )
})

describe('old mail taken over at the first connection', () => {
  const old = { imported: true }
  const ROWS: readonly Row[] = [
    ['opens a ticket nobody is thanked for', old, 'ticket: sender, silent, imported'],
    ['completes its closed ticket', { ...old, ...on('closed') }, 'comment by customer (reopening)'],
    ['by a list', { ...old, ...is('list') }, 'ticket: sender, silent, automatic, imported'],
    ['by a list, threaded', { ...old, ...is('list'), ...on('open') }, 'comment by customer'],
  ]
  test.each(ROWS)('%s', (_what, facts, want) => expect(decide(facts)).toBe(want))
})
