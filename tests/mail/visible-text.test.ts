/** What a writer wrote now, in the shapes that mail clients give it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { htmlToText } from '../../src/mail/html.ts'
import { visibleText } from '../../src/mail/visible-text.ts'

const QUOTE = '> It is broken.\n> Since Monday.\n'

describe('what is quoted is folded', () => {
  test.each([
    ['Gmail', 'On Mon, 5 Jan 2026 at 10:00, Ana Lima <ana@example.org> wrote:\n\n'],
    ['Gmail, wrapped', 'On Mon, 5 Jan 2026 at 10:00, Ana Lima <\nana@example.org> wrote:\n\n'],
    ['Apple Mail', 'On 5. Jan 2026, at 10:00, Ana Lima <ana@example.org> wrote:\n\n'],
    ['Thunderbird', 'On 05/01/2026 10:00, Ana Lima wrote:\n'],
    ['German', 'Am 05.01.2026 um 10:00 schrieb Ana Lima <ana@example.org>:\n'],
    ['German, reversed', 'Ana Lima <ana@example.org> schrieb am Mo., 5. Jan. 2026, 10:00:\n\n'],
    ['French', 'Le lun. 5 janv. 2026 à 10:00, Ana Lima <ana@example.org> a écrit :\n\n'],
    ['Spanish', 'El lun, 5 ene 2026 a las 10:00, Ana Lima (<ana@example.org>) escribió:\n\n'],
    ['Portuguese', 'Em seg., 5 de jan. de 2026 às 10:00, Ana <ana@example.org> escreveu:\n\n'],
    ['Italian', 'Il giorno lun 5 gen 2026 alle ore 10:00 Ana <ana@example.org> ha scritto:\n\n'],
    ['Dutch', 'Op ma 5 jan 2026 om 10:00 schreef Ana Lima <ana@example.org>:\n\n'],
    ['Swedish', 'mån 5 jan. 2026 kl. 10:00 skrev Ana Lima <ana@example.org>:\n\n'],
    ['Danish', 'Den 5. jan. 2026 kl. 10.00 skrev Ana Lima <ana@example.org>:\n'],
    ['Polish', 'pon., 5 sty 2026 o 10:00 Ana Lima <ana@example.org> napisał(a):\n\n'],
    ['Czech', 'Dne 5. 1. 2026 v 10:00 Ana Lima napsal(a):\n'],
    ['Russian', 'пн, 5 янв. 2026 г. в 10:00, Ana Lima <ana@example.org>:\n\n'],
    ['Gmail, long ago', '2026-01-05 10:00 GMT+01:00 Ana Lima\n\n'],
    ['Turkish', 'Ana Lima <ana@example.org>, 5 Oca 2026 Pzt, 10:00 tarihinde şunu yazdı:\n\n'],
    ['Japanese', '2026年1月5日(月) 10:00 Ana Lima <ana@example.org>:\n\n'],
    ['Chinese', '在 2026年1月5日，Ana Lima <ana@example.org> 写道：\n\n'],
  ])('%s', (_, attribution) => {
    const { reply, quoted } = visibleText(`Thank you, it works.\n\n${attribution}${QUOTE}`)
    expect(reply).toBe('Thank you, it works.')
    expect(quoted).toContain('> It is broken.')
  })

  test.each([
    [
      'Outlook',
      '________________________________\nFrom: Ana <ana@example.org>\nSent: Monday\nTo: Bruno\nSubject: Printer\n',
    ],
    [
      'Outlook without a rule',
      'From: Ana Lima\nSent: Monday, January 5, 2026\nTo: Bruno\nSubject: Printer\n',
    ],
    [
      'Outlook in German',
      'Von: Ana <ana@example.org>\nGesendet: Montag, 5. Januar 2026\nAn: Bruno\nBetreff: Drucker\n',
    ],
    [
      'Outlook in bold',
      '*From:* Ana <ana@example.org>\n*Sent:* Monday\n*To:* Bruno\n*Subject:* Printer\n',
    ],
    [
      'Outlook in Japanese',
      '差出人: Ana <ana@example.org>\n送信日時: 2026年1月5日\n宛先: Bruno\n件名: Printer\n',
    ],
    ['old Outlook', '-----Original Message-----\nFrom: Ana\n'],
    ['a Danish phone', '-------- Oprindelig besked --------\nFra: Ana\n'],
    ['Zoho', '---- On Mon, 05 Jan 2026 10:00:00 +0100 ana@example.org wrote ----\n'],
  ])('%s, whose quotation has no marks', (_, header) => {
    const { reply, quoted } = visibleText(`Thank you.\n\n${header}\nIt is broken.\n`)
    expect(reply).toBe('Thank you.')
    expect(quoted).toContain('It is broken.')
  })
})

describe('where the answer stands', () => {
  const ATTRIBUTION = 'On Mon, 5 Jan 2026 at 10:00, Ana <ana@example.org> wrote:\n'

  test('bad input 101: below the quotation', () => {
    expect(visibleText(`${ATTRIBUTION}${QUOTE}\nThank you.\n`).reply).toBe('Thank you.')
  })

  test('bad input 101: between the questions: they stay', () => {
    const { reply } = visibleText(
      `${ATTRIBUTION}> Red?\n\nYes.\n\n> Blue?\n\nNo, and here is why.\n\n> Bye\n`,
    )
    expect(reply).toBe('> Red?\n\nYes.\n\n> Blue?\n\nNo, and here is why.')
  })

  test('bad input 101: above and below one quotation: both parts', () => {
    expect(visibleText(`Hello,\n\n${ATTRIBUTION}${QUOTE}\nRegards, Bruno\n`).reply).toBe(
      'Hello,\n\nRegards, Bruno',
    )
  })

  test('a quotation made by hand belongs to the text', () => {
    const text = '> To be, or not to be\n\nThis line is wrong.'
    expect(visibleText(text).reply).toBe(text)
  })

  test('a mail that is nothing but quotation is shown', () => {
    expect(visibleText(`${ATTRIBUTION}${QUOTE}`).reply).toContain('It is broken.')
  })

  test('below a forwarded mail that a line ends, and above it', () => {
    const forward =
      '----- Forwarded message from Lee <lee@example.org> -----\n\nFrom: Lee <lee@example.org>\nSubject: x\n\nWe are closed.\n\n----- End forwarded message -----'
    const { reply, quoted } = visibleText(`See here.\n\n${forward}\n\nIs that so?\n`)
    expect(reply).toBe('See here.\n\nIs that so?')
    expect(quoted).toBe(forward)
    expect(visibleText(`${forward}\n\nIs that so?\n`).reply).toBe('Is that so?')
  })
})

describe('what is no quotation', () => {
  test.each([
    [
      'a sentence about dates',
      'The options are:\n\n2024-01-15 14:30:25\n15.01.2024 14:30\nat 2:30 PM\n\nPick one.',
    ],
    [
      'a log file',
      'The log:\n2026-01-05 10:00:00 ERROR user <ana@example.org> wrote: no\n2026-01-05 10:00:01 OK\nThanks',
    ],
    ['one line of a log', 'It says:\n\n2026-01-05 10:00:00 Error in module 5\n\nWhat now?'],
    ['a sentence with date and verb', 'Am 05.01.2026 habe ich Ihnen geschrieben.\nKeine Antwort.'],
    ['... below another', 'Guten Tag,\n\nam 05.01.2026 habe ich Ihnen geschrieben\nund warte.'],
    ['... with an address', 'Hello,\n\non 5 Jan 2026 you and ana@example.org wrote.\nThanks.'],
    ['the word wrote', 'As I wrote: the printer is broken.\nPlease help.'],
    ['a rule in the text', 'Points\n----\n\n1. One\n2. Two\n\n====\n\nMore.'],
    ['From at the beginning of a line', 'From: the bottom of my heart\nthank you.'],
    ['the end of a paragraph before an attribution-like line', 'Il est en panne.\nMerci.'],
  ])('%s', (_, text) => {
    expect(visibleText(text).reply).toBe(text)
  })

  test('the last line of a paragraph does not join the attribution below it', () => {
    const text = 'Il ne marche pas\nLe mar. 30 avr. 2024, 11:53, Service a écrit :\n\n> Bonjour\n'
    expect(visibleText(text).reply).toBe('Il ne marche pas')
  })
})

describe('signatures', () => {
  test('below the delimiter they are folded', () => {
    const { reply, signature } = visibleText('Thank you.\n\n-- \nAna Lima\nExample Ltd\n')
    expect(reply).toBe('Thank you.')
    expect(signature).toBe('-- \nAna Lima\nExample Ltd')
  })

  test('a closing stays', () => {
    const text = 'Thank you.\n\nBest regards\nAna'
    expect(visibleText(text).reply).toBe(text)
  })

  test.each([
    'Sent from my iPhone',
    'Von meinem iPhone gesendet',
    'Envoyé de mon iPhone',
    'Get Outlook for Android<https://example.org/x>',
  ])('a phone adds: %s', (line) => {
    expect(visibleText(`Thank you.\n\n${line}\n`).reply).toBe('Thank you.')
  })

  test('so is one within a paragraph', () => {
    const text = 'Hello, my parcel is lost.\nSent with DHL yesterday\nWhere is it?'
    expect(visibleText(text).reply).toBe(text)
  })

  test('a sentence that begins like a phone is a sentence', () => {
    const text = 'Hello.\n\nSent from my desk, which is better than a phone, I tell you.'
    expect(visibleText(text).reply).toBe(text)
  })
})

describe('lost line ends', () => {
  test('a word that belongs to the attribution is nobody’s answer', () => {
    const line = 'El El vie, 3 de marzo de 2026 a la(s) 9:21 a.m., Ana <ana@example.org> escribió:'
    expect(visibleText(`Hola.\n\n${line}\n> Hi\n`).reply).toBe('Hola.')
  })

  test('an attribution on the line of the answer', () => {
    expect(
      visibleText('answer On Wed, Jan 4, 2026 at 3:59 PM, ana@example.org wrote:\n> Hi\n').reply,
    ).toBe('answer')
  })
})

test('HTML is read through the same rules', () => {
  const text = htmlToText(
    '<div>Thank you.</div><div class="gmail_quote"><div>On Mon, 5 Jan 2026 at 10:00, Ana &lt;ana@example.org&gt; wrote:<br></div><blockquote class="gmail_quote"><div>It is broken.</div></blockquote></div>',
  )
  const { reply, quoted } = visibleText(text)
  expect(reply).toBe('Thank you.')
  expect(quoted).toContain('> It is broken.')
})

test('nothing is lost: every word of the text is in one of the pieces', () => {
  const line = fc.constantFrom(
    'alpha',
    '> beta',
    '',
    '-- ',
    'On Mon, 5 Jan 2026 at 10:00, Ana <ana@example.org> wrote:',
    'From: Ana <ana@example.org>',
    'Sent: Monday',
    'To: Bruno',
    'Subject: x',
    '________________________________',
    'Sent from my iPhone',
    '-----Original Message-----',
    '> On Monday wrote:',
    'gamma delta',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 25 }), (lines) => {
      const full = lines.join('\n')
      const { reply, quoted, signature } = visibleText(full)
      const count = (text: string): string[] => (text.match(/[a-z]{4,}/g) ?? []).toSorted()
      expect(count(`${reply}\n${quoted}\n${signature}`)).toEqual(count(full))
    }),
    { numRuns: 500 },
  )
})

/** Lines that made other parsers hang. */
const HOSTILE = [
  '\n',
  '>',
  '>\n',
  ' ',
  '\t',
  '-',
  '_',
  '<',
  'On ',
  'On Mon, 1 Jan 2026 at 10:00\n',
  ' on x at y',
  'wrote:\n',
  'From: a\n',
  'a@b.test\n',
  '-- \n',
  'Sent from my iPhone\n',
  'x ----- a ----- y\n',
  '----- Forwarded message -----\n',
  '---- End forwarded message ----\n',
  '> a\nb\n',
]

test.each(HOSTILE)('the time for %j grows with its length, not faster', (piece) => {
  const time = (size: number): number => {
    const text = piece.repeat(Math.ceil(size / piece.length))
    const started = performance.now()
    visibleText(text)
    return performance.now() - started
  }
  time(20_000)
  const best = (size: number): number => Math.min(...Array.from({ length: 5 }, () => time(size)))
  // Four times the text: sixteen times the time would be quadratic.
  expect(best(200_000)).toBeLessThan(10 * best(50_000) + 40)
})
