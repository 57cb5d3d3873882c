/** Bounces: the fields of RFC 3464, and what systems write that know no fields. */
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/mail/address.ts'
import type { Address } from '../../src/mail/address.ts'
import { reasonOf, statusFromText } from '../../src/mail/bounce-reasons.ts'
import { bouncedInText, isSystemSender } from '../../src/mail/bounce-text.ts'
import type { TextEvidence } from '../../src/mail/bounce-text.ts'
import { parseFieldGroups, recipientsOf } from '../../src/mail/dsn.ts'

const FIELDS = `Reporting-MTA: dns; mx.acme.test

Final-Recipient: rfc822; ana@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ana@example.org>:
    Recipient address rejected

Original-Recipient: rfc822;bo@example.org
Final-Recipient: rfc822;bo+x@inside.example.org
Action: delayed
Status: 4.0.0
Diagnostic-Code: smtp; 452 mailbox full
`

test('each recipient has its action, status, diagnostic and reason', () => {
  expect(recipientsOf(parseFieldGroups(FIELDS))).toEqual([
    {
      address: 'ana@example.org',
      status: '5.1.1',
      action: 'failed',
      diagnostic: '550 5.1.1 <ana@example.org>: Recipient address rejected',
      permanent: true,
      reason: 'no such mailbox',
    },
    {
      address: 'bo@example.org',
      // "Other" says nothing, so the words decide; the class stays the declared one.
      status: '4.2.2',
      action: 'delayed',
      diagnostic: '452 mailbox full',
      permanent: false,
      reason: 'mailbox full',
    },
  ])
})

test.each([
  ['550 5.1.1 no such user', '5.1.1'],
  ['550 no such user here', '5.1.1'],
  ['452 over quota', '4.2.2'],
  ['554 rejected as spam', '5.7.1'],
  ['Connection timed out', '4.4.1'],
  ['host unknown', '5.1.2'],
  ['version 5.1.1.7 of the software', null],
  ['all is well', null],
])('%s means %s', (text, status) => {
  expect(statusFromText(text)).toBe(status)
})

test('a status without words has a reason, too', () => {
  expect(reasonOf('4.2.2', null)).toBe('mailbox full')
  expect(reasonOf('5.9.9', null)).toBeNull()
})

describe('bounces that are only text', () => {
  const address = (text: string): Address => {
    const parsed = parseAddress(text)
    if (parsed === null) throw new Error(`no address: ${text}`)
    return parsed
  }
  const evidence = (changes: Partial<TextEvidence>): TextEvidence => ({
    subject: 'failure notice',
    text: '',
    from: address('mailer-daemon@mx.example.org'),
    fromText: 'MAILER-DAEMON@mx.example.org',
    nullReturnPath: true,
    noReply: false,
    failedRecipients: [],
    notified: [address('support@acme.test')],
    originalTo: [],
    ...changes,
  })

  test('qmail', () => {
    const text = `Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ana@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

To: other@example.org
`
    expect(bouncedInText(evidence({ text }))).toMatchObject([
      { address: 'ana@example.org', status: '5.1.1', permanent: true },
    ])
  })

  test('Exim names the recipient in a header', () => {
    const failed = [address('ana@example.org')]
    const text = 'This message was created automatically.\n\n  ana@example.org\n    mailbox is full'
    expect(bouncedInText(evidence({ failedRecipients: failed, text }))).toMatchObject([
      { address: 'ana@example.org', status: '5.2.2' },
    ])
  })

  test('a warning is no failure yet', () => {
    const text =
      'THIS IS A WARNING MESSAGE ONLY.\nDelivery to the following recipient has been delayed:\n  ana@example.org'
    expect(bouncedInText(evidence({ text }))).toMatchObject([
      { action: 'delayed', permanent: false },
    ])
  })

  test('a person who writes about an undelivered mail is no bounce', () => {
    const person = evidence({
      subject: 'My mail could not be delivered',
      from: address('ana@example.org'),
      fromText: 'Ana <ana@example.org>',
      nullReturnPath: false,
      text: 'Hello, my mail to bo@example.org could not be delivered: 550 no such user. Help?',
    })
    expect(bouncedInText(person)).toEqual([])
  })
})

test('mail systems are known by their local part only', () => {
  expect(isSystemSender(parseAddress('MAILER-DAEMON@example.org'))).toBe(true)
  expect(isSystemSender(parseAddress('postmaster@example.org'))).toBe(true)
  expect(isSystemSender(parseAddress('ana@postmaster.test'))).toBe(false)
  expect(isSystemSender(parseAddress('postmasters-club@example.org'))).toBe(false)
})
