/** Bounces: the fields of RFC 3464, and what systems write that know no fields. */
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/mail/address.ts'
import type { Address } from '../../src/mail/address.ts'
import { reasonOf, statusFromText } from '../../src/mail/bounce-reasons.ts'
import { bouncedInText, explainedInText, isSystemSender } from '../../src/mail/bounce-text.ts'
import type { TextEvidence } from '../../src/mail/bounce-text.ts'
import { parseFieldGroups, recipientsOf } from '../../src/mail/dsn.ts'
import { sesNotification } from '../../src/mail/ses-notification.ts'

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
      // What is declared stands, vague as it is; the words give the reason.
      status: '4.0.0',
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
  // What the server wrote stands, even when it is vague; success codes of the dialogue say nothing.
  ['550 5.0.0 no such user', '5.0.0'],
  ['Out: 250 2.1.0 Ok Out: 451 4.3.0 queue file write error', '4.3.0'],
  // Quoted within the sentence that gives up stands why.
  ['554 4.4.7 message expired <421 4.4.2 connection timed out>', '4.4.2'],
  ["5.1.0 unknown address error 550-'5.2.2 mailbox full'", '5.2.2'],
  ['ResponseCode 421, host not reachable', '4.3.2'],
  // Names are no words.
  ['<virus-team@example.org>: see https://example.org/blocked', null],
  ['all is well', null],
])('%s means %s', (text, status) => {
  expect(statusFromText(text)).toBe(status)
})

test.each([
  ['5.0.0', '550 no such user', '5.0.0', 'the declared status stands, words alone do not overrule'],
  ['5.0.0', '550 5.1.1 no such user', '5.1.1', 'a vague one gives way to what the server wrote'],
  ['4.4.7', '450 4.7.1 greylisted', '4.7.1', 'so does "time is up"'],
  ['5.1.1', '550 5.7.1 blocked', '5.7.1', 'and a translation of the reply'],
  ['5.1.1', 'relay says 5.7.1 somewhere', '5.1.1', 'but not to a number inside a sentence'],
  ['4.0.0', '550 5.1.1 no such user', '4.0.0', 'temporary stays temporary'],
])('status %s with "%s" is %s: %s', (declared, diagnostic, status) => {
  const fields = `Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: ${declared}\nDiagnostic-Code: smtp; ${diagnostic}\n`
  expect(recipientsOf(parseFieldGroups(fields))[0]?.status).toBe(status)
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

describe('Amazon SES', () => {
  const mail = { commonHeaders: { messageId: '<m1@acme.test>' } }
  const footer = '\n\n--\nIf you wish to stop receiving notifications from this topic, ...\n'

  test('tells a bounce as JSON', () => {
    const bounce = {
      bounceType: 'Permanent',
      bouncedRecipients: [
        {
          emailAddress: 'ana@example.org',
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 user unknown',
        },
      ],
    }
    const text = JSON.stringify({ notificationType: 'Bounce', bounce, mail })
    expect(sesNotification(text + footer)).toMatchObject({
      recipients: [
        { address: 'ana@example.org', status: '5.1.1', diagnostic: '550 5.1.1 user unknown' },
      ],
      originalMessageId: 'm1@acme.test',
      system: 'Amazon SES',
    })
  })

  test('tells a delivery, which is no failure', () => {
    const delivery = { recipients: ['ana@example.org'], smtpResponse: '250 2.6.0 received' }
    const text = JSON.stringify({ notificationType: 'Delivery', delivery, mail })
    expect(sesNotification(text + footer)?.recipients).toMatchObject([
      { action: 'delivered', status: '2.6.0', permanent: false },
    ])
  })

  test.each(['{"notificationType":"Bounce"', '{"notificationType":"Complaint"}', 'Hello {}', '{}'])(
    '%s is none',
    (text) => {
      expect(sesNotification(text)).toBeNull()
    },
  )
})

test('an exit code is no diagnostic: the text tells more', () => {
  const [recipient] = recipientsOf(
    parseFieldGroups(
      'Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Unix; 255\n',
    ),
  )
  if (recipient === undefined) throw new Error('no recipient')
  const text = 'The program for <ana@example.org> failed:\n554 5.3.0 unknown mailer error 255'
  expect(explainedInText(recipient, text)).toMatchObject({ status: '5.3.0' })
})
