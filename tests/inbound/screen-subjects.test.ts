/**
 * Absence notes that only their subject gives away, and people's subjects that look like them.
 * What a person wrote must stay a person's: an automatic reply is hidden.
 */
import { describe, expect, test } from 'vitest'
import { screen } from '../../src/inbound/screen.ts'
import { parseAddress } from '../../src/mail/address.ts'
import type { Message } from '../../src/mail/message.ts'
import { parseMessageIds } from '../../src/mail/message-id.ts'

interface Circumstances {
  readonly text?: string
  readonly answers?: boolean
}

function verdictOf(
  subject: string,
  { text = 'Hello', answers = false }: Circumstances = {},
): ReturnType<typeof screen> {
  const address = parseAddress('ana@example.org')
  if (address === null) throw new Error('unreachable')
  const message: Message = {
    headers: [],
    messageId: null,
    date: null,
    subject,
    from: { address, name: null },
    fromAddresses: [address],
    sender: null,
    replyTo: [],
    to: [],
    cc: [],
    references: [],
    inReplyTo: answers ? parseMessageIds('<ours@example.org>') : [],
    text: { reply: text, quoted: '', signature: '', full: text },
    html: null,
    attachments: [],
    forwarded: null,
    bounce: null,
    reportType: null,
    language: null,
    problems: [],
  }
  return screen(
    message,
    { addresses: ['support@acme.test'], loopMarker: null, authservId: null },
    { spf: null, dkim: null, dmarc: null, aligned: false, source: null },
  )
}

describe('the subject alone tells an automatic reply', () => {
  test.each([
    'Automatic reply: Printer',
    'Automatic reply',
    'AUTO-REPLY: Printer',
    '[EXTERNAL] Automatic reply: Printer',
    'Out of Office',
    'Out of office: Printer',
    'Out of Office - Printer',
    'OOO: Printer',
    'Printer [Auto-Reply]',
    '(Autoreply) Printer',
    'Automatische Antwort: Drucker',
    'Abwesenheitsnotiz',
    'Abwesenheitsnotiz: Drucker',
    'Réponse automatique : Imprimante',
    'Respuesta automática: Impresora',
    'Risposta automatica: Stampante',
    'Resposta automática: Impressora',
    'Automatisch antwoord: Printer',
    'Autosvar: Skrivare',
    'Automatisk svar: Printer',
    'Odpowiedź automatyczna: Drukarka',
    'Автоматический ответ: Принтер',
    '自動応答：プリンター',
    '【自動返信】お問い合わせ',
    '自动回复: 打印机',
    '부재중 알림: 프린터',
  ])('%s', (subject) => {
    expect(verdictOf(subject)).toMatchObject({ kind: 'auto_reply', answerable: false })
  })
})

describe('the subject tells an automatic reply together with a second sign', () => {
  test.each<[string, Circumstances]>([
    ['Vacation', { answers: true }],
    ['Away until May 5', { answers: true }],
    ['I am out of the office', { answers: true }],
    ['Abwesend bis zum 5.5.', { answers: true }],
    ['Absence du 3 au 5 mai', { answers: true }],
    ['Fuori sede: Stampante', { answers: true }],
    ['Ana Smith is out of the office', { answers: true }],
    ['不在のお知らせ', { answers: true }],
    ['Absence: Re: Printer', {}],
    ['Auto: [#1042] Printer', {}],
    ['Urlaub', { text: 'Guten Tag,\n\nich bin im Urlaub und ab dem 5. wieder erreichbar.' }],
    ['Out of office until Monday', { text: 'I am out of the office until Monday.' }],
    ['Thank you for your email', { text: 'This is an automated response. Do not reply.' }],
    ['Je suis absent', { text: 'Je suis actuellement absent du bureau.' }],
    ['Re: Printer (Automatic reply)', { text: 'I will be back on Monday.' }],
  ])('%s', (subject, circumstances) => {
    expect(verdictOf(subject, circumstances)).toMatchObject({
      kind: 'auto_reply',
      answerable: false,
    })
  })
})

describe('a person writes such subjects, too', () => {
  test.each([
    'Vacation',
    'Vacation request',
    'Vacation: which days are left?',
    'Urlaub buchen',
    'Urlaub',
    'Absence of invoice',
    'Absence de facture',
    'No longer working',
    'No longer with my old provider',
    'Thank you for contacting me back',
    'Thank you for your email',
    'Away from home delivery',
    'Automatic reply does not work',
    'Automatic reply-to address is wrong',
    'Out of office chairs?',
    'Autoresponder broken since the update',
    'Auto: Preis?',
    'Auto-renewal of my contract',
    'Ausente del curso',
    'Fuori sede il pacco',
    'Absent from the list',
    'I am currently unable to log in',
    'I am away from Monday, please deliver before',
    'My boss is out of the office, who signs?',
    'Oooh, a problem',
    'Eingangsbestätigung fehlt',
    'Abwesenheitsnotiz einrichten',
    'Réponse automatique non reçue',
    'Respuesta automática no funciona',
    '不在票の件',
    'Re: Automatic reply: Printer',
    'AW: Abwesenheitsnotiz: Drucker',
    '[#1042] Re: Out of office: Printer',
    'Fwd: Automatic reply: Printer',
    'Re: Printer [Auto-Reply]',
  ])('%s', (subject) => {
    expect(verdictOf(subject)).toMatchObject({ kind: 'person', answerable: true })
  })

  test.each([
    'Vacation request',
    'Urlaub buchen',
    'Absence of invoice',
    'No longer working',
    'Thank you for contacting me back',
    'Away from home delivery',
    'I am currently unable to log in',
  ])('%s: an answer in a conversation', (subject) => {
    expect(verdictOf(subject, { answers: true })).toMatchObject({ kind: 'person' })
  })

  test('a text about automatic replies is none', () => {
    const text = 'The automatic reply of our shop says that we are out of office.'
    expect(verdictOf('Wrong text in the shop', { text })).toMatchObject({ kind: 'person' })
  })
})
