/** Mail forwarded by hand, as clients write it. */
import { describe, expect, test } from 'vitest'
import { findForwarded } from '../../src/mail/forwarded.ts'

const BODY = 'The printer is broken.\n\nAna'
const ANA = { address: 'ana@example.org', name: 'Ana Lima' }

describe('the original sender, subject and text are found', () => {
  test.each([
    [
      'Gmail',
      `---------- Forwarded message ---------\nFrom: Ana Lima <ana@example.org>\nDate: Mon, Jan 5, 2026 at 10:00 AM\nSubject: Printer\nTo: <bruno@example.org>\n\n\n${BODY}`,
    ],
    [
      'Apple Mail',
      `Begin forwarded message:\n\n${quoted(`From: Ana Lima <ana@example.org>\nSubject: Printer\nDate: 5 January 2026\nTo: bruno@example.org\n\n${BODY}`)}`,
    ],
    [
      'Thunderbird in German',
      `-------- Weitergeleitete Nachricht --------\nBetreff: \tPrinter\nDatum: \tMon, 5 Jan 2026 10:00:00 +0100\nVon: \tAna Lima <ana@example.org>\nAn: \tbruno@example.org\n\n\n${BODY}`,
    ],
    [
      'Outlook',
      `________________________________\nFrom: Ana Lima <ana@example.org>\nSent: Monday, January 5, 2026 10:00\nTo: Bruno <bruno@example.org>\nSubject: Printer\n\n${BODY}`,
    ],
    [
      'Outlook without the blank line',
      `From: Ana Lima <ana@example.org>\nDate: Monday, 5 January 2026 at 10:00\nTo: Bruno <bruno@example.org>\nSubject: Printer\n${BODY}`,
    ],
    [
      'old Outlook with mailto',
      `-----Original Message-----\nFrom: Ana Lima [mailto:ana@example.org]\nSent: Monday\nTo: Bruno\nSubject: Printer\n\n${BODY}`,
    ],
    [
      'Outlook in French',
      `De : Ana Lima <ana@example.org>\nEnvoyé : lundi 5 janvier 2026 10:00\nÀ : Bruno <bruno@example.org>\nObjet : Printer\n\n${BODY}`,
    ],
    [
      'Yahoo on one line',
      `   ----- Forwarded Message ----- From: Ana Lima <ana@example.org>To: "b@example.org" <b@example.org>Sent: Monday, January 5, 2026Subject: Printer\n ${BODY}`,
    ],
    [
      'Yahoo in Turkish, whose capital has a dot',
      `   ----- İletilmiş Mesaj ----- Kimden: Ana Lima <ana@example.org>Kime: "b@example.org" <b@example.org>Gönderilen: 5 Ocak 2026 10:00:00Konu: Printer\n ${BODY}`,
    ],
    [
      'Yahoo in Portuguese, which loses a colon, too',
      `   ----- Mensagem reencaminhada ----- De: Ana Lima <ana@example.org>Para: "b@example.org" <b@example.org>Enviado: 5 de janeiro de 2026, 10:00:00 CETAssunto Printer\n ${BODY}`,
    ],
  ])('%s', (_, forward) => {
    const found = findForwarded({ subject: 'Fwd: Printer', isReply: false }, `FYI\n\n${forward}\n`)
    expect(found).toMatchObject({ from: ANA, subject: 'Printer', text: BODY, note: 'FYI' })
  })

  function quoted(text: string): string {
    return text
      .split('\n')
      .map((line) => `> ${line}`.trimEnd())
      .join('\n')
  }
})

test('a subject that is missing in the block is that of the mail', () => {
  const text =
    'Von: Ana Lima <ana@example.org>\nGesendet: Montag, 5. Januar 2026\nAn: Bruno\n\nKaputt.'
  expect(findForwarded({ subject: 'WG: Drucker', isReply: false }, text)?.subject).toBe('Drucker')
})

describe('a reply is no forward', () => {
  const REPLY = `Thanks.\n\nFrom: Ana Lima <ana@example.org>\nSent: Monday\nTo: Bruno\nSubject: Printer\n\n${BODY}`

  test.each([
    ['by its subject', { subject: 'Re: Printer', isReply: false }],
    ['by its headers', { subject: 'Printer', isReply: true }],
  ])('%s', (_, head) => {
    expect(findForwarded(head, REPLY)).toBeNull()
  })

  test('a reply to a mail that was forwarded once', () => {
    const text =
      'Thanks.\n\nOn Mon, 5 Jan 2026 at 10:00, Bruno <b@example.org> wrote:\n> ---------- Forwarded message ---------\n> From: Ana <ana@example.org>\n'
    expect(findForwarded({ subject: 'Re: Fwd: Printer', isReply: true }, text)).toBeNull()
  })

  test('a mail about forwarding', () => {
    expect(
      findForwarded(
        { subject: 'Question', isReply: false },
        'I forwarded the message: did you get it?',
      ),
    ).toBeNull()
  })
})
