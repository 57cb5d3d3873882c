/**
 * What strangers try with line ends and control characters in what we repeat: to add a recipient, a
 * header or a second mail. Everything is read from the SMTP server, envelope and bytes.
 */
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  after,
  AGENT,
  answerTo,
  attack,
  authentic,
  byText,
  desk,
  mailbox,
  OUR_SERVER,
  passed,
} from './attack-desk.ts'

const VICTIM = 'victim@stranger.test'
const PROVEN = { 'Authentication-Results': passed(AGENT) }

type Received = (typeof desk.world.smtp.received)[number]

/** What the server took while that was done. */
async function receivedWhile(work: () => Promise<unknown>): Promise<readonly Received[]> {
  const before = new Set(desk.world.smtp.received)
  await work()
  return desk.world.smtp.received.filter((one) => !before.has(one))
}

const headOf = ({ source }: Received): string =>
  source.toString('latin1').split('\r\n\r\n')[0] ?? ''
const headerNames = (one: Received): string[] =>
  headOf(one)
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.split(':')[0] ?? '')

const newestNotice = (): string => mailbox(AGENT).at(-1) ?? expect.fail('no notice')

beforeAll(() => attack({ inbox: { authserv_id: OUR_SERVER } }))
afterAll(() => desk.close())

describe('B5: line ends and control characters', () => {
  const HOSTILE: Readonly<Record<string, string>> = {
    'a header': `x\r\nBcc: ${VICTIM}\r\nX-Evil: 1`,
    'a recipient': `a@b.test\r\nRCPT TO:<${VICTIM}>\r\n`,
    'an end of the head': `x\r\n\r\n<b>body</b>\n.\n`,
    'bare line ends': `x\rBcc: ${VICTIM}\nX-Evil: 1`,
    controls: 'x\u0000\u0007\u001b]0;y\u007f\u0085\u009b\u2028\u2029y',
    'other directions': '\u202emoc.live\u2066\u2067\u200e',
  }
  const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
  const quoted = (text: string): string =>
    `=?utf-8?Q?${[...Buffer.from(text)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')}?=`
  const percent = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

  const PLACES: Readonly<Record<string, (text: string, from: string) => Record<string, string>>> = {
    'the subject': (text) => ({ Subject: word(text) }),
    'the subject, quoted-printable': (text) => ({ Subject: `Re: ${quoted(text)}` }),
    'the name': (text, from) => ({ From: `${word(text)} <${from}>` }),
    'the name, quoted': (text, from) => ({ From: `"${quoted(text)}" <${from}>` }),
    'Reply-To': (text, from) => ({ 'Reply-To': `${word(text)} <${from}>, ${word(text)}@b.test` }),
    'In-Reply-To': (text) => ({ 'In-Reply-To': `<${word(text)}@customer.test>` }),
    'Message-ID and References': (text) => ({
      'Message-ID': `<${quoted(text)}@customer.test>`,
      References: `<a@b.test> <${word(text)}@customer.test> ${word(text)}`,
    }),
    'the name of a thread': (text) => ({ 'Thread-Index': word(text), 'Thread-Topic': word(text) }),
  }

  let customers = 0
  /** A customer writes and the agent answers: everything that leaves because of it. */
  async function exchange(
    headers: Record<string, string> = {},
    answered: { headers?: Record<string, string>; text?: string } = {},
  ): Promise<{ from: string; received: readonly Received[] }> {
    const from = `ana5-${customers}@customer.test`
    const received = await receivedWhile(async () => {
      await after(authentic(from, headers))
      const { text = 'We look into it.' } = answered
      await after(answerTo(newestNotice(), AGENT, { ...PROVEN, ...answered.headers }, text))
    })
    return { from, received }
  }

  /** Headers of mail about nothing special; more than these is an attack that worked. */
  let usual: Set<string>
  beforeAll(async () => {
    const { received } = await exchange()
    const attached = await exchange({}, withFile('a.txt'))
    usual = new Set([...received, ...attached.received].flatMap(headerNames))
  })

  const withFile = (parameter: string) => ({
    headers: { 'Content-Type': 'multipart/mixed; boundary="b"' },
    text: `--b\n\nSee there.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; ${parameter}\n\nx\n--b--`,
  })

  async function expectHarmless(
    { from, received }: Awaited<ReturnType<typeof exchange>>,
    others: readonly string[] = [],
  ): Promise<void> {
    const to = received.flatMap(({ envelope }) => envelope.rcptTo).toSorted(byText)
    expect(to).toEqual([AGENT, from, from, ...others].toSorted(byText))
    for (const one of received) {
      expect(headOf(one).replaceAll('\r\n', '')).toMatch(/^[\x20-\x7e\t]*$/)
      expect(headerNames(one).filter((name) => !usual.has(name))).toEqual([])
      expect(headerNames(one)).toHaveLength(new Set(headerNames(one)).size)
      const { subject, from: author, to: shown, attachments } = await simpleParser(one.source)
      const names = [author, shown].flat().flatMap((list) => list?.value ?? [])
      const words = [
        subject,
        ...names.map(({ name }) => name),
        ...attachments.map((a) => a.filename),
      ]
      expect(words.join('')).not.toMatch(
        /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
      )
      const shownTo = [shown ?? []]
        .flat()
        .flatMap(({ value }) => value.map(({ address }) => address))
      expect(shownTo).toEqual(one.envelope.rcptTo)
    }
    expect(mailbox(VICTIM)).toEqual([])
  }

  for (const [place, headersWith] of Object.entries(PLACES)) {
    test.each(Object.entries(HOSTILE))(`${place} with %s`, async (_what, text) => {
      customers += 1
      await expectHarmless(await exchange(headersWith(text, `ana5-${customers}@customer.test`)))
    })
  }

  test.each(Object.entries(HOSTILE))('an attachment’s name with %s', async (_what, text) => {
    customers += 1
    for (const parameter of [`filename*=utf-8''${percent(text)}.txt`, `filename="${word(text)}"`]) {
      customers += 1
      await expectHarmless(await exchange({}, withFile(parameter)))
    }
  })

  test.each(Object.entries(HOSTILE))('a variable of the templates with %s', async (_what, text) => {
    customers += 1
    // An agent’s own name: who speaks to customers, and who gave a ticket to a colleague.
    const { email } = await desk.addUser(`carla${customers}@acme.test`, 'agent', text)
    const from = `ana5-${customers}@customer.test`
    const received = await receivedWhile(async () => {
      await after(authentic(from))
      const notice = mailbox(email).at(-1) ?? expect.fail('no notice')
      const proven = { 'Authentication-Results': passed(email) }
      await after(answerTo(notice, email, proven, '#assign bruno\n\nWe look into it.'))
    })
    await desk.store.transaction((tx) => tx('users').where({ email }).update({ state: 'disabled' }))
    // Bruno hears that it is his now, and she gets a receipt.
    await expectHarmless({ from, received }, [email, email, AGENT])
  })
})

describe('B6: ends of mail in the middle of an answer', () => {
  const smuggled = (end: string): string =>
    `Before.${end}MAIL FROM:<eve@stranger.test>\r\nRCPT TO:<${VICTIM}>\r\nDATA\r\nSubject: Smuggled\r\n\r\nx${end}After.`
  const BODIES: Readonly<Record<string, string>> = {
    'LF dot LF': smuggled('\n.\n'),
    'CR dot CR': smuggled('\r.\r'),
    'LF dot CRLF': smuggled('\n.\r\n'),
    'CRLF dot CRLF': smuggled('\r\n.\r\n'),
    'CRLF dot LF': smuggled('\r\n.\n'),
    'CR CR LF dot CR CR LF': smuggled('\r\r\n.\r\r\n'),
    'NUL before and after the dot': smuggled('\r\n\0.\0\r\n'),
    'dots at the begin of lines': 'One.\r\n..\r\n...\r\n.x\r\n.\r\nLast.',
    'bare CR': 'One\rtwo\rthree.',
    'lines that are too long': `${'x'.repeat(998)}\r\n${'.'.repeat(5_000)}\r\nLast.`,
  }
  const lines = (text: string): string[] =>
    text
      .replaceAll('\0', '')
      .split(/\r*\n|\r/)
      .map((line) => line.trimEnd())

  test.each(Object.entries(BODIES))('%s: one mail, with the same text', async (what, text) => {
    const from = `ana6-${what.toLowerCase().replaceAll(' ', '-')}@customer.test`
    await after(authentic(from))
    const received = await receivedWhile(() =>
      after(
        answerTo(
          newestNotice(),
          AGENT,
          { ...PROVEN, 'Content-Transfer-Encoding': 'base64' },
          Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\n'),
        ),
      ),
    )
    expect(received.map(({ envelope }) => envelope.rcptTo)).toEqual([[from]])
    const [{ source } = expect.fail('nothing was sent')] = received
    expect(source.toString('latin1')).not.toMatch(/\r(?!\n)|(?<!\r)\n/)
    expect(
      Math.max(
        ...source
          .toString('latin1')
          .split('\r\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThan(999)
    const { text: arrived = '' } = await simpleParser(source)
    const sent = lines(text).filter((line) => line !== '')
    expect(
      lines(arrived)
        .filter((line) => line !== '')
        .slice(0, sent.length),
    ).toEqual(sent)
    expect(mailbox(VICTIM)).toEqual([])
  })
})
