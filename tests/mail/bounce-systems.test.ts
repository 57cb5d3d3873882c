/** Each mail system's bounce in its own words: who failed, why, and whose way of writing it is. */
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/mail/address.ts'
import { BOUNCE_SYSTEMS } from '../../src/mail/bounce-systems/all.ts'
import { bouncedInText, systemWriting } from '../../src/mail/bounce-text.ts'
import { LANGUAGES } from '../../src/mail/languages/all.ts'
import { phrases } from '../../src/mail/phrases.ts'

const ORIGINAL = 'From: support@acme.test\nTo: someone-else@example.net\nSubject: Re: Printer\n'

interface Sample {
  readonly subject: string
  readonly text: string
  readonly status: string
}

/** By the name of the system. All failed recipients are ana@example.org. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  Sendmail: {
    subject: 'Returned mail: see transcript for details',
    text: `The original message was received at Mon, 5 Jan 2026 10:00:00 +0100\nfrom mx.acme.test\n\n   ----- The following addresses had permanent fatal errors -----\n<ana@example.org>\n    (reason: 550 5.1.1 <ana@example.org>... User unknown)\n\n   ----- Transcript of session follows -----\n<<< 550 5.1.1 <ana@example.org>... User unknown\n\n   ----- Original message follows -----\n${ORIGINAL}`,
    status: '5.1.1',
  },
  Postfix: {
    subject: 'Undelivered Mail Returned to Sender',
    text: `This is the mail system at host mx.acme.test.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<ana@example.org>: host mx.example.org[192.0.2.1] said: 552 5.2.2 Mailbox full\n    (in reply to RCPT TO command)\n`,
    status: '5.2.2',
  },
  qmail: {
    subject: 'failure notice',
    text: `Hi. This is the qmail-send program at mx.acme.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ana@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 No such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n${ORIGINAL}`,
    status: '5.1.1',
  },
  Exim: {
    subject: 'Mail delivery failed: returning message to sender',
    text: `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ana@example.org\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\n${ORIGINAL}`,
    status: '5.1.2',
  },
  'Microsoft Exchange': {
    subject: 'Undeliverable: Re: Printer',
    text: `Your message did not reach some or all of the intended recipients.\n\n      Subject:  Re: Printer\n      Sent:     05.01.2026 10:00\n\nThe following recipient(s) could not be reached:\n\n      ana@example.org on 05.01.2026 10:00\n            The e-mail account does not exist at the organization this message was sent to.\n            <mx.acme.test #5.1.1>\n`,
    status: '5.1.1',
  },
  'Microsoft 365': {
    subject: 'Undeliverable: Re: Printer',
    text: `Your message to ana@example.org couldn't be delivered.\n\nana wasn't found at example.org.\n\nsupport        Office 365        ana\nAction Required                  Recipient\n\nUnknown To address\n\nStatus code: 550 5.1.10\n\nOriginal Message Details\n\nSender Address: support@acme.test\n`,
    status: '5.1.10',
  },
  'HCL Domino': {
    subject: 'DELIVERY FAILURE: User ana (ana@example.org) not listed in Domino Directory',
    text: `Your message\n\n  Subject: Re: Printer\n\nYour Document: Re: Printer\nwas not delivered to: ana@example.org\nbecause: User ana (ana@example.org) not listed in Domino Directory\n`,
    status: '5.1.1',
  },
  Gmail: {
    subject: 'Delivery Status Notification (Failure)',
    text: `Delivery to the following recipient failed permanently:\n\n     ana@example.org\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the server: 550 550 5.1.1 no such user (state 14).\n\n----- Original message -----\n\n${ORIGINAL}`,
    status: '5.1.1',
  },
  'Yahoo Mail': {
    subject: 'Failure Notice',
    text: `Sorry, we were unable to deliver your message to the following address.\n\n<ana@example.org>:\nRemote host said: 554 delivery error: this account has been disabled\n\n--- Below this line is a copy of the message.\n\n${ORIGINAL}`,
    status: '5.2.1',
  },
  'mail.ru': {
    subject: 'Mail failure.',
    text: `Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:\n\n**********************\n\nana@example.org non-local user: user not found\n\n**********************\n`,
    status: '5.1.1',
  },
  IMail: {
    subject: 'Undeliverable Mail',
    text: `Unknown user: ana@example.org\n\nundeliverable to ana@example.org\n\nOriginal message follows.\n\n${ORIGINAL}`,
    status: '5.1.1',
  },
  GroupWise: {
    subject: 'Message status - undeliverable',
    text: `The message that you sent was undeliverable to the following:\n\tana@example.org (user not found)\n\nGroupWise internet agent\n`,
    status: '5.1.1',
  },
  'Oracle Messaging Server': {
    subject: 'Delivery Notification: Delivery has failed',
    text: `This report relates to a message you sent with the following header fields:\n\n  Subject: Re: Printer\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: ana@example.org\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 unknown recipient\n`,
    status: '5.1.1',
  },
  'CommuniGate Pro': {
    subject: 'NOTICE: mail delivery status.',
    text: `This is a delivery status notification from mx.acme.test,\nrunning the Courier mail server.\n\nYour message has not been delivered to the following recipients:\n\nana@example.org\nNo such domain.\n`,
    status: '5.1.2',
  },
  OpenSMTPD: {
    subject: 'Delivery status notification: error',
    text: `    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nana@example.org: 550 5.1.1 User unknown\n\n    Below is a copy of the original message:\n\n${ORIGINAL}`,
    status: '5.1.1',
  },
  'Mail gateway': {
    subject: 'Undeliverable Mail: "Re: Printer"',
    text: `Your message:\n   From:    support@acme.test\n   Subject: Re: Printer\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected:\n    ana@example.org\n\nMailMarshal\n`,
    status: '5.1.1',
  },
  'Japanese mobile carrier': {
    subject: 'Mail System Error - Returned Mail',
    text: `Each of the following recipients was rejected by a remote mail server.\nThe reasons given by the server are included to help you determine why\neach recipient was rejected.\n\n    Recipient: <ana@example.org>\n    Reason:    User unknown\n`,
    status: '5.1.1',
  },
  'Zoho Mail': {
    subject: 'Undelivered Mail Returned to Sender',
    text: `This message was created automatically by mail delivery software of Zoho Mail.\n A message that you sent could not be delivered to one or more of its recipients.\n\n[Status: Error, Address: <ana@example.org>, ResponseCode 550, , user unknown.]\n`,
    status: '5.1.1',
  },
  'amavisd-new': {
    subject: 'Considered UNSOLICITED BULK EMAIL, apparently from you',
    text: `A message from <support@acme.test> to:\n-> ana@example.org\n\nwas considered unsolicited bulk e-mail (UBE), and was rejected.\n\nReason: 554 5.7.0 Reject, amavisd-new\n`,
    status: '5.7.0',
  },
}

const address = (text: string): NonNullable<ReturnType<typeof parseAddress>> => {
  const parsed = parseAddress(text)
  if (parsed === null) throw new Error(`no address: ${text}`)
  return parsed
}

function bounced({ subject, text }: Omit<Sample, 'status'>): ReturnType<typeof bouncedInText> {
  return bouncedInText({
    subject,
    text,
    from: address('mailer-daemon@mx.acme.test'),
    fromText: 'MAILER-DAEMON@mx.acme.test',
    nullReturnPath: true,
    noReply: false,
    failedRecipients: [],
    notified: [address('support@acme.test')],
    originalTo: [],
  })
}

test.each(BOUNCE_SYSTEMS.filter(({ marks }) => marks !== undefined).map(({ name }) => name))(
  '%s is understood and recognised',
  (name) => {
    const sample = SAMPLES[name]
    if (sample === undefined) throw new Error(`no sample of ${name}`)
    const recipients = bounced(sample).map(({ address: failed, status }) => [failed, status])
    expect(recipients).toEqual([['ana@example.org', sample.status]])
    expect(systemWriting(sample.text)).toBe(name)
  },
)

describe.each(
  LANGUAGES.flatMap(({ code, bounce }) => (bounce === undefined ? [] : [[code, bounce] as const])),
)('translated: %s', (_, bounce) => {
  test.each(phrases(bounce.statements))('%s', (statement) => {
    const subject = phrases(bounce.subjects)[0] ?? ''
    const found = bounced({ subject, text: `${statement}:\n\nana@example.org\n` })
    expect(found).toMatchObject([{ address: 'ana@example.org', action: 'failed' }])
  })
})

test('phrases are in lower case, as they are compared', () => {
  for (const { name, ...lists } of BOUNCE_SYSTEMS) {
    for (const list of Object.values(lists))
      expect(`${name} ${list}`).toBe(`${name} ${list.toLowerCase()}`)
  }
})

test('a person who quotes one of them is no bounce', () => {
  for (const { text } of Object.values(SAMPLES)) {
    const found = bouncedInText({
      subject: 'What does this mean?',
      text: `Hello, I got this, what shall I do?\n\n${text}`,
      from: address('bo@example.org'),
      fromText: 'Bo <bo@example.org>',
      nullReturnPath: false,
      noReply: false,
      failedRecipients: [],
      notified: [address('support@acme.test')],
      originalTo: [],
    })
    expect(found).toEqual([])
  }
})
