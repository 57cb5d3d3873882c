/** Who wrote it, and may we answer? One row per rule. */
import { describe, expect, test } from 'vitest'
import { screen } from '../../src/inbound/screen.ts'
import { parseAddress } from '../../src/mail/address.ts'
import type { BouncedRecipient, Message } from '../../src/mail/message.ts'
import type { Authentication, OwnIdentity } from '../../src/mail/verdict.ts'

const OWN: OwnIdentity = {
  addresses: ['support@acme.test', 'sales@acme.test'],
  loopMarker: 'marker-1',
  authservId: null,
}
const NOBODY: Authentication = { spf: null, dkim: null, dmarc: null, aligned: false, source: null }

interface Changes {
  readonly from?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly subject?: string
  readonly reportType?: string
  readonly bounced?: readonly Partial<BouncedRecipient>[]
}

/** A person's mail, changed. */
function aMessage({
  from = ['ana@example.org'],
  headers = {},
  subject = 'Printer',
  reportType,
  bounced,
}: Changes): Message {
  const addresses = from.flatMap((text) => parseAddress(text) ?? [])
  const [first] = addresses
  const recipient = parseAddress('bo@example.org')
  if (recipient === null) throw new Error('unreachable')
  return {
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    messageId: null,
    date: null,
    subject,
    from: first === undefined ? null : { address: first, name: null },
    fromAddresses: addresses,
    sender: null,
    replyTo: [],
    to: [],
    cc: [],
    references: [],
    inReplyTo: [],
    text: { reply: 'x', quoted: '', signature: '', full: 'x' },
    html: null,
    attachments: [],
    forwarded: null,
    bounce:
      bounced === undefined
        ? null
        : {
            recipients: bounced.map((change) => ({
              address: recipient,
              status: '5.1.1',
              action: 'failed',
              diagnostic: null,
              permanent: true,
              reason: null,
              ...change,
            })),
            originalMessageId: null,
            system: null,
          },
    reportType: reportType ?? null,
    language: null,
    problems: [],
  }
}

const verdictOf = (changes: Changes): ReturnType<typeof screen> =>
  screen(aMessage(changes), OWN, NOBODY)

test('a person is a person, and may be answered', () => {
  expect(verdictOf({})).toEqual({
    kind: 'person',
    reasons: ['nothing says that a machine wrote it'],
    answerable: true,
  })
})

describe('machines are recognised and never answered', () => {
  test.each<[string, Changes, string]>([
    ['our loop marker', { headers: { 'x-postroom-loop': 'marker-1' } }, 'loop'],
    ['one of our addresses', { from: ['sales@acme.test'] }, 'own'],
    ['a failed delivery report', { reportType: 'delivery-status', bounced: [{}] }, 'bounce'],
    ['a bounce without fields', { from: ['mailer-daemon@mx.test'], bounced: [{}] }, 'bounce'],
    [
      'a delayed delivery report',
      { reportType: 'delivery-status', bounced: [{ action: 'delayed', permanent: false }] },
      'bounce',
    ],
    [
      'delayed for one, delivered to another',
      { reportType: 'delivery-status', bounced: [{ action: 'delivered' }, { action: 'delayed' }] },
      'bounce',
    ],
    [
      'a delivered report',
      { reportType: 'delivery-status', bounced: [{ action: 'delivered' }] },
      'report',
    ],
    [
      'a relayed report',
      { reportType: 'delivery-status', bounced: [{ action: 'relayed' }, { action: 'expanded' }] },
      'report',
    ],
    ['a read receipt', { reportType: 'disposition-notification' }, 'report'],
    ['a complaint', { reportType: 'feedback-report' }, 'report'],
    [
      'Auto-Submitted: auto-replied',
      { headers: { 'auto-submitted': 'auto-replied (vacation)' } },
      'auto_reply',
    ],
    ['X-Autoreply', { headers: { 'x-autoreply': 'yes' } }, 'auto_reply'],
    ['Precedence: auto_reply', { headers: { precedence: 'auto_reply' } }, 'auto_reply'],
    ['an absence note by its subject', { subject: 'Automatic reply: Printer' }, 'auto_reply'],
    ['an absence note in German', { subject: 'Abwesenheitsnotiz: Drucker' }, 'auto_reply'],
    ['an absence note in Japanese', { subject: '自動返信: プリンター' }, 'auto_reply'],
    ['X-Spam-Flag', { headers: { 'x-spam-flag': 'YES' } }, 'spam'],
    ['List-Id', { headers: { 'list-id': '<list.example.org>' } }, 'list'],
    ['Precedence: list', { headers: { precedence: 'list' } }, 'list'],
    ['Precedence: bulk', { headers: { precedence: 'bulk' } }, 'bulk'],
    ['List-Unsubscribe', { headers: { 'list-unsubscribe': '<https://example.org>' } }, 'bulk'],
    [
      'Auto-Submitted: auto-generated',
      { headers: { 'auto-submitted': 'auto-generated' } },
      'auto_generated',
    ],
    [
      'X-Auto-Response-Suppress',
      { headers: { 'x-auto-response-suppress': 'OOF, AutoReply' } },
      'auto_generated',
    ],
    ['a null return path', { headers: { 'return-path': '<>' } }, 'auto_generated'],
    ['a mail system', { from: ['postmaster@example.org'] }, 'auto_generated'],
  ])('%s', (_, changes, kind) => {
    expect(verdictOf(changes)).toMatchObject({ kind, answerable: false })
  })

  test('what is ours wins over what is automatic, and every reason is told', () => {
    const verdict = verdictOf({
      headers: { 'x-postroom-loop': 'marker-1', 'auto-submitted': 'auto-replied' },
    })
    expect(verdict.kind).toBe('loop')
    expect(verdict.reasons).toHaveLength(2)
  })

  test.each<[string, Changes]>([
    ['Auto-Submitted: no', { headers: { 'auto-submitted': 'no' } }],
    ["somebody else's loop marker", { headers: { 'x-postroom-loop': 'another' } }],
    ['an answer to an automatic subject', { subject: 'Re: Automatic reply: Printer' }],
    ['X-Spam-Flag: NO', { headers: { 'x-spam-flag': 'NO' } }],
    ['a return path', { headers: { 'return-path': '<ana@example.org>' } }],
  ])('%s is still a person', (_, changes) => {
    expect(verdictOf(changes)).toMatchObject({ kind: 'person', answerable: true })
  })
})

describe('a person gets no automatic answer', () => {
  test.each<[string, Changes]>([
    ['without an address', { from: [] }],
    ['with two addresses', { from: ['ana@example.org', 'mallory@example.org'] }],
    ['who takes no replies', { from: ['no-reply@example.org'] }],
    ['who takes no replies, in French', { from: ['ne-pas-repondre@example.org'] }],
  ])('%s', (_, changes) => {
    expect(verdictOf(changes)).toMatchObject({ kind: 'person', answerable: false })
  })

  test('after too many hops', () => {
    const message = aMessage({})
    const received = Array.from({ length: 51 }, () => ({ name: 'received', value: 'from a by b' }))
    expect(screen({ ...message, headers: received }, OWN, NOBODY).answerable).toBe(false)
  })
})
