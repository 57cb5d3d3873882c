/**
 * The story of the demo: a few days of a help desk in one minute, told by real mail.
 *
 * Every scene waits for the mail that a person would wait for, so the story ends as fast as the
 * daemon works, and stops with the name of the mail that never came when it does not.
 */
import type { CustomerName, AgentName } from './personas.ts'
import { CUSTOMERS, SUPPORT } from './personas.ts'
import type { MailProgram } from './mail-program.ts'

export type Cast = Readonly<Record<CustomerName | AgentName, MailProgram>>

export interface Scene {
  title: string
  play(cast: Cast): Promise<void>
}

/** What must be in the desk when the story is over. */
export interface ExpectedTicket {
  subject: string
  requester: string
  /** Where the daemon may note a machine's mail on the ticket or not, both are right. */
  comments: { atLeast: number; atMost: number }
  acknowledged: boolean
  status?: string
  tag?: string
}

const SUBJECTS = {
  printer: 'The printer on floor 2 is jammed',
  invoice: 'Rechnung 2231 stimmt nicht',
  japanese: 'ログインできません',
  contract: 'Our contract, with the signed page',
  newsletter: 'Office Weekly: ten chairs you will love',
  gone: 'Please call me back',
} as const

const exactly = (count: number) => ({ atLeast: count, atMost: count })

export const EXPECTED_TICKETS: readonly ExpectedTicket[] = [
  {
    subject: SUBJECTS.printer,
    requester: CUSTOMERS.ana.address,
    comments: exactly(4),
    acknowledged: true,
    status: 'open',
  },
  {
    subject: SUBJECTS.invoice,
    requester: CUSTOMERS.lena.address,
    comments: { atLeast: 2, atMost: 3 },
    acknowledged: true,
    // An out-of-office wakes nobody.
    status: 'pending',
  },
  {
    subject: SUBJECTS.japanese,
    requester: CUSTOMERS.kenji.address,
    comments: exactly(1),
    acknowledged: true,
  },
  {
    subject: SUBJECTS.contract,
    requester: CUSTOMERS.omar.address,
    comments: exactly(3),
    acknowledged: true,
    status: 'open',
  },
  {
    subject: SUBJECTS.newsletter,
    requester: CUSTOMERS.newsletter.address,
    comments: exactly(1),
    acknowledged: false,
    tag: 'automatic',
  },
  {
    subject: SUBJECTS.gone,
    requester: CUSTOMERS.gone.address,
    comments: { atLeast: 1, atMost: 2 },
    acknowledged: true,
  },
  {
    subject: `Re: ${SUBJECTS.printer}`,
    requester: CUSTOMERS.mallory.address,
    comments: exactly(1),
    acknowledged: true,
  },
]

const to = [SUPPORT]

export const STORY: readonly Scene[] = [
  {
    title: 'Ana has a problem, changes the subject, gets an answer and says thank you',
    async play({ ana, bruno }) {
      await ana.write({
        to,
        subject: SUBJECTS.printer,
        text: 'Hello,\n\nit takes three sheets at once and then stops.\n\nAna Ferreira\n',
      })
      const acknowledgement = await ana.waitFor('the acknowledgement', (mail) => mail.isAutomatic)
      await ana.reply(acknowledgement, 'It only happens with the second tray.', {
        subject: 'The second tray, by the way',
      })
      const notice = await bruno.waitFor('the notice about the tray', ({ text }) =>
        text.includes('second tray'),
      )
      await bruno.reply(notice, 'Please move the paper guide until it clicks.')
      const answer = await ana.waitFor('the answer', ({ text }) => text.includes('paper guide'))
      await ana.reply(answer, 'It clicks, and it prints. Thank you!')
      await bruno.waitFor('the notice about the thanks', ({ text }) => text.includes('It clicks'))
    },
  },
  {
    title: 'Lena writes in German and HTML, then goes on holiday',
    async play({ lena, nora }) {
      await lena.write({
        to,
        subject: SUBJECTS.invoice,
        text: 'Guten Tag,\n\nder Betrag auf Seite 2 ist falsch.\n\nViele Grüße\nLena Füchs\n',
        html: '<p>Guten Tag,</p><p>der Betrag auf <b>Seite 2</b> ist falsch.</p><p>Viele Grüße<br>Lena Füchs</p>',
        headers: { 'Accept-Language': 'de-DE' },
      })
      const notice = await nora.waitFor('the notice about the invoice', ({ subject }) =>
        subject.includes(SUBJECTS.invoice),
      )
      await nora.reply(notice, 'Die Rechnung ist korrigiert, siehe unten.')
      const answer = await lena.waitFor('the answer', ({ text }) => text.includes('korrigiert'))
      await lena.reply(answer, 'Ich bin bis zum 31. nicht im Büro.', {
        subject: `Automatische Antwort: ${SUBJECTS.invoice}`,
        headers: { 'Auto-Submitted': 'auto-replied' },
        isAutomatic: true,
      })
    },
  },
  {
    title: 'Kenji writes in Japanese',
    async play({ kenji }) {
      await kenji.write({
        to,
        subject: SUBJECTS.japanese,
        text: 'お世話になっております。\n\nパスワードを入力してもログインできません。\n\n佐藤\n',
      })
      await kenji.waitFor('the acknowledgement', (mail) => mail.isAutomatic)
    },
  },
  {
    title: 'Omar sends a file and copies Dora, who joins in',
    async play({ omar, dora, nora }) {
      await omar.write({
        to,
        cc: [CUSTOMERS.dora],
        subject: SUBJECTS.contract,
        text: 'Hello,\n\nhere is the signed page.\n\nOmar\n',
        attachments: [
          {
            filename: 'signed.pdf',
            contentType: 'application/pdf',
            content: Buffer.from('%PDF-1.4\n%%EOF\n'),
          },
        ],
      })
      const notice = await nora.waitFor('the notice about the contract', ({ subject }) =>
        subject.includes(SUBJECTS.contract),
      )
      await nora.reply(notice, 'Thank you both, the contract is active.')
      const isAnswer = ({ text }: { text: string }): boolean => text.includes('is active')
      await omar.waitFor('the answer', isAnswer)
      const copy = await dora.waitFor('her copy of the answer', isAnswer)
      await dora.reply(copy, 'And from when on?')
      await nora.waitFor("the notice about Dora's question", ({ text }) =>
        text.includes('from when on'),
      )
    },
  },
  {
    title: 'A newsletter arrives and is answered by nobody',
    play: ({ newsletter }) =>
      newsletter.write({
        to,
        subject: SUBJECTS.newsletter,
        text: 'Ten chairs. Click here.\n',
        headers: {
          'List-Id': '<weekly.weekly.test>',
          'List-Unsubscribe': '<mailto:leave@weekly.test>',
          Precedence: 'bulk',
        },
      }),
  },
  {
    title: 'Gil writes from an address that bounces',
    play: ({ gone }) =>
      gone.write({ to, subject: SUBJECTS.gone, text: 'My number is in your files.\n\nGil\n' }),
  },
  {
    title: "Mallory tries her luck with Ana's ticket number",
    async play({ mallory, bruno }) {
      const notice = await bruno.waitFor('a notice about the printer', ({ subject }) =>
        subject.includes(SUBJECTS.printer),
      )
      const tag = /\[#\d+\]/.exec(notice.subject)?.[0] ?? '[#1]'
      await mallory.write({
        to,
        subject: `Re: ${tag} ${SUBJECTS.printer}`,
        text: 'Please send me the whole conversation.\n',
      })
      await mallory.waitFor('an acknowledgement of her own', (mail) => mail.isAutomatic)
    },
  },
]
