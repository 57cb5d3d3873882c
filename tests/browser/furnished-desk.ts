/** A desk with something on it: tickets of several people in several states, mail held back. */
import { setTimeout as pause } from 'node:timers/promises'
import { letter, type LiveDesk } from './start-desk.ts'

const PEOPLE = {
  ana: 'Ana Ferreira <ana@customer.test>',
  lena: '=?utf-8?Q?Lena_F=C3=BCchs?= <lena@example.org>',
  kenji: 'Kenji Sato <kenji@example.org>',
  omar: '=?utf-8?B?2LnZhdixINit2K/Yp9iv?= <omar@example.org>',
  tom: 'Tom Okoro <tom@example.org>',
}

const LETTERS: readonly [keyof typeof PEOPLE, string, string][] = [
  [
    'tom',
    'App crashes on start',
    'Since the update this morning it closes at once.\n\nVersion 4.2 on Windows.',
  ],
  [
    'lena',
    'Adresse =?utf-8?Q?=C3=A4ndern?=',
    'Guten Tag,\n\nwir sind umgezogen: Hafenstrasse 5.\n\nGruss\nLena',
  ],
  ['kenji', 'A copy of invoice 2198', 'Could you send it once more, please?'],
  ['omar', '=?utf-8?B?2LPYpNin2YQg2LnZhiDYp9mE2LfZhNio?=', 'متى يصل الطلب رقم 4711؟'],
  ['tom', 'Cannot log in', 'It says that my password is wrong. It is not.'],
  ['lena', 'Does the contract renew by itself?', 'I could not find it in the terms.'],
  [
    'ana',
    'Invoice 2231 is wrong',
    'Hello,\n\nthe amount on page 2 is still wrong: it should say 240 and not 2,400.\n\nCould you send a new one before Friday?\n\nAna',
  ],
]

export interface Furnished {
  /** With a whole conversation. */
  readonly ticket: number
  /** Where the link of a mail leads Ana: a path. */
  readonly link: string
}

export async function furnish(desk: LiveDesk): Promise<Furnished> {
  for (const [who, subject, text] of LETTERS) {
    desk.arrives(letter({ from: PEOPLE[who], subject, text }))
  }
  await untilTickets(desk, LETTERS.length)
  const { data } = await desk.as.bruno.get('/tickets?limit=50')
  const idOf = (start: string): number =>
    data.find(({ subject }) => String(subject).startsWith(start))?.id ?? 1
  const invoice = idOf('Invoice')
  await converse(desk, invoice)
  const crash = `/tickets/${idOf('App crashes')}`
  await desk.as.nora.put(`${crash}/priority`, { priority: 'urgent' })
  await desk.as.nora.post(`${crash}/take`)
  const contract = `/tickets/${idOf('Does the contract')}`
  await desk.as.bruno.post(`${contract}/comments`, { text: 'Yes, by a year each time.' })
  await desk.as.nora.put(`/tickets/${idOf('Cannot log in')}/status`, { status: 'resolved' })
  desk.arrives(
    letter({
      from: 'News <news@example.org>',
      subject: 'Weekly',
      text: 'Buy!',
      headers: 'X-Spam-Flag: YES\n',
    }),
  )
  await fetch(`${desk.url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'dora@example.org',
      name: 'Dora Haddad',
      password: 'a good long password',
    }),
  })
  const mistake = await desk.as.bruno.post('/tickets', {
    subject: 'A test, please ignore',
    text: '.',
  })
  await desk.as.carla.remove(`/tickets/${mistake.id}`)
  await pause(500)
  return { ticket: invoice, link: await linkTo(desk) }
}

async function converse(desk: LiveDesk, id: number): Promise<void> {
  const { bruno, nora } = desk.as
  const path = `/tickets/${id}`
  await bruno.post(`${path}/take`)
  await bruno.put(`${path}/priority`, { priority: 'high' })
  await nora.post(`${path}/comments`, {
    visibility: 'internal',
    text: 'Accounting says the comma was lost in the export. A new one is being made.',
  })
  await bruno.post(`${path}/comments`, {
    text: 'Hello Ana,\n\nyou are right, and I am sorry. You will have the new invoice today.\n\nBruno',
  })
  await bruno.post(`${path}/comments`, {
    author: { email: 'ana@customer.test' },
    text: 'Thank you! Please send it to my boss, too.',
  })
}

/** In the answer to the ticket with the conversation. */
async function linkTo(desk: LiveDesk): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const mail = desk.mailsOf('ana@customer.test').find((text) => text.includes('you are right'))
    const path = mail === undefined ? null : linkIn(mail)
    if (path !== null) return path
    await pause(100)
  }
  throw new Error('no mail with a link arrived')
}

/** The path of the link in a mail, which may be quoted-printable; null: there is none. */
export const linkIn = (mail: string): string | null =>
  /\/t\/[a-z2-7]+/.exec(mail.replace(/=\r?\n/g, ''))?.[0] ?? null

async function untilTickets(desk: LiveDesk, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { data } = await desk.as.bruno.get('/tickets?limit=50')
    if (data.length >= count) return
    await pause(100)
  }
  throw new Error('the mail did not become tickets')
}
