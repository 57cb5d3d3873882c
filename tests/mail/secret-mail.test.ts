import { describe, expect, test } from 'vitest'
import { isForAgentsAlone, provesWhoReads } from '../../src/mail/secret-mail.ts'
import type { Message } from '../../src/mail/message.ts'
import type { Authentication, VerdictKind } from '../../src/mail/verdict.ts'
import { aMessage } from '../inbound/a-message.ts'

const saying = (subject: string, full: string, from = 'noreply@service.test'): Message => ({
  ...aMessage({ from, subject }),
  text: { reply: full, quoted: '', signature: '', full },
})

describe('mail that proves who reads it', () => {
  test.each([
    ['Your verification code', 'Your code is 493201. It is good for ten minutes.'],
    ['Sign in', 'Your one-time password: 12 34 is not it, 123-456 is.'],
    ['Bestätigungscode', 'Ihr Bestätigungscode lautet: 4832'],
    ['Votre code de vérification', 'Entrez G7KP2 pour continuer.'],
    ['認証コードのお知らせ', '認証コード：83921'],
    ['您的验证码', '您的验证码是 204918，五分钟内有效。'],
    ['Reset your password', 'Follow https://service.test/reset?token=eyJhbGciOiJIUzI1NiJ9x'],
    ['Ana invited you to Workspace', 'Join: https://app.test/join/AbCdEf0123456789xyz'],
  ])('%s', (subject, text) => {
    expect(provesWhoReads(saying(subject, text))).toBe(true)
  })

  test('a button counts as its link', () => {
    const message = saying('Confirm your email', 'Press the button.')
    const html = '<a href="https://service.test/confirm/0123456789abcdef0">Confirm</a>'
    expect(provesWhoReads({ ...message, html })).toBe(true)
  })

  test.each([
    ['Your invoice 493201', 'We thank you for your order 493201.'],
    ['The verification code', 'It never arrives. What shall I do?'],
    ['Password', 'I forgot my password; the page says nothing.'],
    ['Reset', 'Please reset your password at https://service.test/help'],
  ])('%s is none', (subject, text) => {
    expect(provesWhoReads(saying(subject, text))).toBe(false)
  })
})

describe('who may not see it', () => {
  const code = ['Your verification code', 'Your code is 493201.'] as const
  const auth = (dmarc: string | null): Authentication => ({
    spf: null,
    dkim: null,
    dmarc,
    aligned: dmarc === 'pass',
    source: null,
  })
  const verdict = (kind: VerdictKind) => ({ kind, reasons: [], answerable: kind === 'person' })

  test.each([
    ['a machine’s', 'accounts@service.test', 'auto_generated', null, true],
    ['a no-reply address’s', 'no-reply@service.test', 'person', null, true],
    ['one in another’s name', 'ana@customer.test', 'person', 'fail', true],
    ['a person’s who asks about a code', 'ana@customer.test', 'person', null, false],
  ] as const)('%s', (_, from, kind, dmarc, expected) => {
    expect(isForAgentsAlone(saying(...code, from), verdict(kind), auth(dmarc))).toBe(expected)
  })
})
