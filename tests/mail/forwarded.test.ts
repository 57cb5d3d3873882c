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
      'mutt with every header field',
      `----- Forwarded message from Ana Lima <ana@example.org> -----\n\nReturn-Path: <ana@example.org>\nReceived: from [127.0.0.1] by mx.example.org\n\tfor <bruno@example.org>; Mon, 5 Jan 2026 10:00:00 +0000\nFrom: Ana Lima <ana@example.org>\nTo: bruno@example.org\nSubject: Printer\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMessage-ID: <x@example.org>\nContent-Type: text/plain\n\n${BODY}`,
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

describe('a line that ends the forwarded mail is no part of it, and what is below is the forwarder’s', () => {
  const HEAD =
    'Date: Mon, 5 Jan 2026 10:00:00 +0100\nFrom: Ana Lima <ana@example.org>\nTo: Bruno <bruno@example.org>\nSubject: Printer'
  const found = (text: string) => findForwarded({ subject: 'Fwd: Printer', isReply: false }, text)
  const mutt = (inner: string): string =>
    `----- Forwarded message from Ana Lima <ana@example.org> -----\n\n${HEAD}\n\n${inner}\n\n----- End forwarded message -----\n`

  test.each([
    ['mutt', mutt(BODY)],
    [
      'mutt in German',
      `----- Weitergeleitete Nachricht von Ana Lima <ana@example.org> -----\n\n${HEAD}\n\n${BODY}\n\n----- Ende weitergeleitete Nachricht -----\n`,
    ],
    [
      'mutt in Finnish, whose last line begins as the first',
      `----- Välitetty viesti osoitteesta Ana Lima <ana@example.org> -----\n\n${HEAD}\n\n${BODY}\n\n----- Välitetty viesti loppuu -----\n`,
    ],
    [
      'Gnus',
      `-------------------- Start of forwarded message --------------------\n${HEAD}\n\n${BODY}\n-------------------- End of forwarded message --------------------\n`,
    ],
    ['MH', `------- Forwarded Message\n\n${HEAD}\n\n${BODY}\n\n------- End of Forwarded Message\n`],
  ])('%s', (_, forward) => {
    const below = 'He called, too.\n\n-- \nBruno, 2nd floor\n'
    expect(found(`FYI\n\n${forward}\n${below}`)).toMatchObject({
      from: ANA,
      subject: 'Printer',
      text: BODY,
      note: 'FYI\n\nHe called, too.',
    })
    expect(found(forward)).toMatchObject({ text: BODY, note: '' })
  })

  test('a forward in a forward: each line ends its own', () => {
    const inner = mutt('Inside.').trim()
    const gmail = `---------- Forwarded message ---------\nFrom: Lee <lee@example.org>\nDate: today\nSubject: x\nTo: Ana\n\nInside.`
    const outer = (text: string) => found(`${mutt(`${BODY}\n\n${text}`)}\nBelow.`)
    expect(outer(inner)).toMatchObject({ text: `${BODY}\n\n${inner}`, note: 'Below.' })
    expect(outer(gmail)).toMatchObject({ text: `${BODY}\n\n${gmail}`, note: 'Below.' })
    const outermost = `---------- Forwarded message ---------\n${HEAD}\n\n${inner}\n\nAna`
    expect(found(outermost)).toMatchObject({ text: `${inner}\n\nAna`, note: '' })
  })

  test('words that only begin like that, or have no dashes, are text', () => {
    const text = '----- End forwarded message and go on -----\nEnd forwarded message\n'
    expect(found(mutt(text))?.text).toBe(text.trim())
  })
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
