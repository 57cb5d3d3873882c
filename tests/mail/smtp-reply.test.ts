import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  extensionsOf,
  parseReply,
  refusalOf,
  type SmtpRefusal,
  type SmtpStage,
} from '../../src/mail/smtp-reply.ts'

describe('reading a reply', () => {
  test.each([
    ['250 OK', 250, null, '250 OK'],
    ['250', 250, null, '250'],
    ['550 5.1.1 no such user', 550, '5.1.1', '550 5.1.1 no such user'],
    ['550-5.1.1 no such\r\n550 5.1.1 user here\r\n', 550, '5.1.1', '550 5.1.1 no such user here'],
    ['451 4.7.1', 451, '4.7.1', '451 4.7.1'],
    ['452 1.2.3 is not a status', 452, null, '452 1.2.3 is not a status'],
    ['550 bell\u0007 and \u202e bidi', 550, null, '550 bell  and   bidi'],
  ])('%j', (raw, code, status, line) => {
    expect(parseReply(raw)).toEqual({ code, status, line })
  })

  test.each(['', 'hello', '2500 OK', '199 no', '999 no', '25', '-250 OK'])(
    '%j is no reply',
    (raw) => {
      expect(parseReply(raw)).toBeNull()
    },
  )

  test('is short and printable, whatever the server sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        const reply = parseReply(`550 ${text}`)
        expect(reply?.line.length).toBeLessThanOrEqual(500)
        expect(reply?.line).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})

test('the extensions of an EHLO reply, without the server’s name', () => {
  const ehlo = '250-mx.acme.example PIPELINING\r\n250-SIZE 1000\n250-8bitmime\n250 AUTH PLAIN LOGIN'
  expect([...extensionsOf(ehlo)]).toEqual([
    ['SIZE', '1000'],
    ['8BITMIME', ''],
    ['AUTH', 'PLAIN LOGIN'],
  ])
})

describe('what a refusal means', () => {
  const server: SmtpRefusal = { kind: 'temporary', scope: 'server' }
  const recipient: SmtpRefusal = { kind: 'temporary', scope: 'recipient' }
  const message: SmtpRefusal = { kind: 'temporary', scope: 'message' }
  const failed: SmtpRefusal = { kind: 'permanent', badRecipient: false }
  const gone: SmtpRefusal = { kind: 'permanent', badRecipient: true }

  test.each<[SmtpStage, string, SmtpRefusal]>([
    ['session', '554 no service for you', server],
    ['session', '535 5.7.8 wrong password', server],
    ['mail', '530 5.7.0 authentication required', server],
    ['mail', '503 5.5.1 bad sequence', server],
    ['mail', '452 insufficient system storage', server],
    ['mail', '451 4.3.0 try later', server],
    ['mail', '451 4.7.1 try later', message],
    ['mail', '552 5.3.4 too big', failed],
    ['mail', '550 5.7.1 not your address', failed],
    ['rcpt', '421 4.3.2 closing', server],
    ['rcpt', '450 4.2.0 greylisted', recipient],
    ['rcpt', '451 greylisted', recipient],
    ['rcpt', '452 4.2.2 mailbox full', recipient],
    ['rcpt', '452 4.3.1 no space', server],
    ['rcpt', '550 5.1.1 no such user', gone],
    ['rcpt', '550 no such user here', gone],
    ['rcpt', '553 no such domain', gone],
    ['rcpt', '550 relay not permitted', failed],
    ['rcpt', '550 5.7.1 blocked', failed],
    ['rcpt', '552 5.2.2 mailbox full', failed],
    ['rcpt', '553 5.1.8 bad sender', failed],
    ['data', '451 try later', message],
    ['data', '554 no valid recipients', failed],
    ['end', '451 4.7.1 try later', message],
    ['end', '421 closing', server],
    ['end', '554 5.6.0 looks like spam', failed],
    ['end', '550 no such user', failed],
    ['end', '550 5.1.1 no such user', gone],
  ])('%s: %s', (stage, raw, refusal) => {
    const reply = parseReply(raw)
    expect(reply && refusalOf(reply, stage)).toEqual(refusal)
  })
})
