/** The demo's SMTP server, seen by the client the daemon uses. */
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Changes } from '../../src/demo/changes.ts'
import type { SmtpFault } from '../../src/demo/smtp/faults.ts'
import type { SmtpServer } from '../../src/demo/smtp/server.ts'
import { startSmtpServer } from '../../src/demo/smtp/server.ts'

let smtp: SmtpServer
const deliveries = new Changes()
let delivered: { mailbox: string; source: string }[] = []

const MAILBOXES = new Set(['support@acme.test', 'ana@example.org'])

beforeEach(async () => {
  delivered = []
  smtp = await startSmtpServer({
    users: { 'support@acme.test': 'secret' },
    deliver: (mailbox, source) => {
      if (MAILBOXES.has(mailbox)) delivered.push({ mailbox, source: source.toString() })
      deliveries.announce()
      return MAILBOXES.has(mailbox)
    },
  })
})

afterEach(() => smtp.close())

interface Mail {
  from?: string
  to?: string[]
  raw?: string
  pass?: string
}

async function send({
  from = 'support@acme.test',
  to = ['ana@example.org'],
  raw = 'From: support@acme.test\r\nSubject: Hello\r\n\r\n.dot\r\nHello\r\n',
  pass = 'secret',
}: Mail = {}) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: smtp.port,
    ignoreTLS: true,
    auth: { user: 'support@acme.test', pass },
    greetingTimeout: 300,
    socketTimeout: 300,
  })
  return transport.sendMail({ raw, envelope: { from, to } })
}

describe('what it can do', () => {
  test('a message is kept as it was sent, with its envelope', async () => {
    await send({ to: ['ana@example.org', 'ben@elsewhere.test'] })
    expect(smtp.received).toMatchObject([
      {
        envelope: {
          mailFrom: 'support@acme.test',
          rcptTo: ['ana@example.org', 'ben@elsewhere.test'],
        },
        user: 'support@acme.test',
        undeliverable: ['ben@elsewhere.test'],
      },
    ])
    expect(smtp.received[0]?.source.toString()).toBe(
      'From: support@acme.test\r\nSubject: Hello\r\n\r\n.dot\r\nHello\r\n',
    )
  })

  test('a delivered message carries the headers of a real server', async () => {
    await send()
    expect(delivered[0]?.source).toMatch(
      /^Return-Path: <support@acme\.test>\r\nDelivered-To: ana@example\.org\r\nReceived: from .*\r\n\tby mx\.demo\.test with ESMTPA id/,
    )
    expect(delivered[0]?.source).toContain('dmarc=pass header.from=acme.test')
  })

  test('mail from a domain whose account did not log in fails DMARC', async () => {
    const raw =
      'Authentication-Results: mx.demo.test; dmarc=pass\r\nFrom: ana@example.org\r\n\r\nHello\r\n'
    await send({ from: 'ana@example.org', to: ['support@acme.test'], raw })
    expect(delivered[0]?.source).toContain('dmarc=fail header.from=example.org')
    expect(delivered[0]?.source).not.toContain('dmarc=pass')
  })

  test('a plus-address reaches the mailbox without the tag', async () => {
    await send({ to: ['support+abc@acme.test'] })
    expect(delivered[0]?.mailbox).toBe('support@acme.test')
    expect(delivered[0]?.source).toContain('Delivered-To: support+abc@acme.test')
  })

  test('a wrong password is refused', async () => {
    await expect(send({ pass: 'wrong' })).rejects.toMatchObject({ responseCode: 535 })
  })

  test('mail to bounce@ comes back as a delivery report', async () => {
    await send({ to: ['bounce@example.org'] })
    const report = await deliveries.until(() => delivered[0]?.source, { what: 'the report' })
    expect(report).toMatch(/^Return-Path: <>\r\nDelivered-To: support@acme\.test/)
    expect(report).toContain('report-type=delivery-status')
    expect(report).toContain('Final-Recipient: rfc822; bounce@example.org')
    expect(report).toContain('Subject: Hello')
  })

  test('a large message arrives whole', async () => {
    const raw = `Subject: big\r\n\r\n${`${`${'a'.repeat(70)}\r\n`.repeat(1_000)}.\r\n`.repeat(40)}`
    await send({ raw })
    expect(smtp.received[0]?.source.toString() === raw).toBe(true)
  })
})

describe('what it can do wrong', () => {
  test.each([
    ['temperror@example.org', { responseCode: 451 }],
    ['permerror@example.org', { responseCode: 550 }],
  ])('mail to %s is refused', async (recipient, error) => {
    await expect(send({ to: [recipient] })).rejects.toMatchObject(error)
    expect(smtp.received).toHaveLength(0)
  })

  test.each([
    ['drop@example.org', 1],
    ['dropdata@example.org', 0],
  ])('the line goes dead for mail to %s', async (recipient, kept) => {
    await expect(send({ to: [recipient] })).rejects.toThrow()
    expect(smtp.received).toHaveLength(kept)
  })

  test.each<[name: string, fault: SmtpFault, error: object, kept: number]>([
    [
      '421 as greeting',
      { at: 'connect', do: 'reply', with: '421 4.3.2 Full' },
      { responseCode: 421 },
      0,
    ],
    [
      'garbage as greeting',
      { at: 'connect', do: 'reply', with: 'SSH-2.0' },
      { code: 'EPROTOCOL' },
      0,
    ],
    ['no greeting', { at: 'connect', do: 'hang' }, { code: 'ETIMEDOUT' }, 0],
    ['454 at AUTH', { at: 'auth', do: 'reply', with: '454 4.7.0 Later' }, { responseCode: 454 }, 0],
    ['452 at MAIL', { at: 'mail', do: 'reply', with: '452 4.3.1 Full' }, { responseCode: 452 }, 0],
    [
      'a greylist at RCPT',
      { at: 'rcpt', do: 'reply', with: '451 4.7.1 Wait' },
      { responseCode: 451 },
      0,
    ],
    ['554 at DATA', { at: 'data', do: 'reply', with: '554 5.7.1 Spam' }, { responseCode: 554 }, 0],
    ['a cut inside the message', { at: 'body', do: 'drop' }, { code: 'ECONNECTION' }, 0],
    [
      '552 after the dot',
      { at: 'dot', do: 'reply', with: '552 5.2.2 Full' },
      { responseCode: 552 },
      0,
    ],
    ['a cut at the dot', { at: 'dot', do: 'drop' }, { code: 'ECONNECTION' }, 0],
    ['a cut after acceptance', { at: 'accepted', do: 'drop' }, { code: 'ECONNECTION' }, 1],
    ['silence after acceptance', { at: 'accepted', do: 'hang' }, { code: 'ETIMEDOUT' }, 1],
    ['an endless reply', { at: 'accepted', do: 'endless' }, {}, 1],
  ])('%s', async (_name, fault, error, kept) => {
    const armed = smtp.faults.add(fault)
    await expect(send()).rejects.toMatchObject(error)
    expect(smtp.received).toHaveLength(kept)
    expect(armed.used).toBe(1)
    await send()
    expect(smtp.received).toHaveLength(kept + 1)
  })

  test('one of two recipients can be refused', async () => {
    smtp.faults.add({ at: 'rcpt', line: /ben@/, do: 'reply', with: '550 5.1.1 No such user' })
    const info = await send({ to: ['ana@example.org', 'ben@example.org'] })
    expect(info.rejected).toEqual(['ben@example.org'])
    expect(smtp.received[0]?.envelope.rcptTo).toEqual(['ana@example.org'])
  })

  test('a late answer is still the right one', async () => {
    smtp.faults.add({ at: 'accepted', do: 'delay', ms: 50 })
    await send()
    expect(smtp.received).toHaveLength(1)
  })

  test('connections are refused while it does not listen', async () => {
    await smtp.stopListening()
    await expect(send()).rejects.toMatchObject({ code: 'ESOCKET' })
    await smtp.listenAgain()
    await send()
  })
})
