/**
 * What strangers try, against loops that fetch, take in and send for real: who hears what is read
 * from the SMTP server, to the last recipient. Each test is one attack, on people of its own.
 */
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disableUser } from '../../src/desk/manage-users.ts'
import { observed, tendAlerts } from '../../src/desk/tend-alerts.ts'
import { listAlerts } from '../../src/store/alerts.ts'
import { sourceOf } from '../../src/store/outbox.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const AGENT = 'bruno@acme.test'
const OUR_SERVER = 'mx.acme.test'
const fresh = onSqlite(onDesk)
const scratch = makeScratch('attacks')
const parser = sharedParser(scratch)
let desk: RunningDesk
let taken = 0

async function start(tree: Parameters<typeof startDesk>[2]): Promise<void> {
  desk = await startDesk(await fresh(), parser, { agent_notices: { coalesce: '0s' }, ...tree })
  await desk.addUser(AGENT, 'agent', 'Bruno')
  desk.start('fetch', 'intake', 'send')
  taken = 0
}

afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

interface Heard {
  readonly to: string
  readonly kind: string
  readonly source: string
}

/** These mails arrive; everything that leaves because of them. */
async function after(...mails: readonly string[]): Promise<Heard[]> {
  const { read } = desk.store
  const before = await read('outbox').max({ id: 'id' }).first<{ id: number | null }>()
  for (const mail of mails) desk.arrives(mail)
  taken += mails.length
  await until(
    'everything to be taken in and sent',
    async () => {
      const rows = await read('inbound_messages').select<{ fate: string }[]>('fate')
      const owed = await read('outbox').whereIn('outcome', ['queued', 'sending', 'ending'])
      return (
        rows.length >= taken && rows.every(({ fate }) => fate !== 'pending') && owed.length === 0
      )
    },
    30,
    120_000,
  )
  const sent = await read('outbox')
    .where('id', '>', before?.id ?? 0)
    .where({ outcome: 'sent' })
    .orderBy('id')
    .select<{ id: number; rcpt_to: string; kind: string }[]>('id', 'rcpt_to', 'kind')
  return Promise.all(
    sent.map(async ({ id, rcpt_to: to, kind }) => ({
      to,
      kind,
      source: (await sourceOf(read, id))?.source.toString('latin1') ?? '',
    })),
  )
}

const recipients = (heard: readonly Heard[]): string[] => heard.map(({ to }) => to).toSorted(byText)
const byText = (a: string, b: string): number => a.localeCompare(b)

/** What lies in somebody's mailbox. */
const mailbox = (address: string): string[] =>
  desk.world.inboxOf(address).map(({ source }) => source.toString('latin1'))

const lastTicket = async (): Promise<Record<string, unknown>> =>
  (await desk.store.read('tickets').orderBy('id', 'desc').first()) as Record<string, unknown>

const commentsOf = (id: unknown): Promise<Record<string, unknown>[]> =>
  desk.store.read('comments').where({ ticket_id: id }).orderBy('id').select()

const lastFate = async (): Promise<string> =>
  (await desk.store.read('inbound_messages').orderBy('id', 'desc').first('fate')).fate

const emailOf = async (id: unknown): Promise<string | null> =>
  id === null ? null : (await desk.store.read('users').where({ id }).first('email')).email

const headerOf = (source: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n/g, '') ?? ''

/** Our own server’s word that the sender is who he says. */
const passed = (from: string, verdict = 'pass'): string =>
  `${OUR_SERVER}; dmarc=${verdict} header.from=${from.split('@')[1] ?? ''}`

const mail = (
  from: string,
  more: Record<string, string | null | readonly string[]> = {},
  text = 'It is on fire.',
): string => aMail({ headers: { From: from, ...more }, text })

const authentic = (
  from: string,
  more: Record<string, string | null | readonly string[]> = {},
  text?: string,
): string => mail(from, { 'Authentication-Results': passed(from), ...more }, text)

/** As a mail client answers what this person got last; `more` is what the attacker changes. */
function answerTo(
  got: string,
  from: string,
  more: Record<string, string | null> = {},
  text = 'Me again.',
): string {
  const id = headerOf(got, 'Message-ID')
  return mail(
    from,
    {
      To: headerOf(got, 'Reply-To'),
      Subject: headerOf(got, 'Subject'),
      'In-Reply-To': id,
      References: id,
      ...more,
    },
    text,
  )
}

/** An authentic customer with a ticket; what he and the agent got. */
async function aTicketOf(customer: string): Promise<{ id: number; ack: string; notice: string }> {
  const heard = await after(authentic(customer))
  expect(recipients(heard)).toEqual([AGENT, customer].toSorted(byText))
  const of = (to: string): string => heard.find((one) => one.to === to)?.source ?? ''
  const { id } = await lastTicket()
  return { id: Number(id), ack: of(customer), notice: of(AGENT) }
}

/** Nobody but the agent heard of it, and a ticket of its own was opened. */
async function expectOwnTicket(heard: readonly Heard[], original: number): Promise<void> {
  expect(recipients(heard)).toEqual([AGENT])
  expect(Number((await lastTicket())['id'])).toBeGreaterThan(original)
  expect(await commentsOf(original)).toHaveLength(1)
}

describe('with a mail server that authenticates', () => {
  beforeAll(() => start({ inbox: { authserv_id: OUR_SERVER } }))
  afterAll(() => desk.close())

  test('bad input 87: A1: without a word of our server a mail is a ticket, and its sender nobody we would answer', async () => {
    expect(recipients(await after(mail('ana1@customer.test')))).toEqual([AGENT])
    expect(await emailOf((await lastTicket())['requester_id'])).toBe('ana1@customer.test')
  })

  test.each([
    ['below our own', [passed('ana2@customer.test', 'fail'), passed('ana2@customer.test')]],
    ['of a server that is called nearly like ours', [`${OUR_SERVER}.evil.test; dmarc=pass`]],
    ['in a comment', [`other.test (${OUR_SERVER}); dmarc=pass header.from=customer.test`]],
  ])('A2: a forged verdict %s is not believed', async (_what, verdicts) => {
    const forged = mail('ana2@customer.test', { 'Authentication-Results': verdicts })
    expect(recipients(await after(forged))).toEqual([AGENT])
  })

  test.each([[[AGENT, 'eve3@stranger.test']], [['eve3@stranger.test', AGENT]]])(
    'A3: two authors %j have no rights, not even with an agent’s token',
    async (authors) => {
      const { id, notice } = await aTicketOf('ana3@customer.test')
      const heard = await after(
        answerTo(notice, '', { From: authors as never, 'Authentication-Results': passed(AGENT) }),
      )
      expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
      expect((await commentsOf(id)).filter((one) => one['author_type'] === 'agent')).toEqual([])
      await desk.store.transaction((tx) => tx('tickets').where({ id }).update({ deleted_at: 1 }))
      await desk.store.transaction((tx) =>
        tx('users')
          .where({ email: 'ana3@customer.test' })
          .update({ email: `old${id}@customer.test` }),
      )
    },
  )

  test.each([
    ['a name that hides an address', `=?utf-8?q?bruno=40acme.test=3E?= <eve4@stranger.test>`],
    ['an address as a name', `"${AGENT}" <eve4@stranger.test>`],
    ['a domain that looks alike', 'bruno@xn--cme-7cd.test'],
    ['a NUL', 'bruno@acme.test\u0000'],
  ])('A4: %s makes nobody an agent', async (_what, from) => {
    const { id, notice } = await aTicketOf(`ana4${Math.random()}@customer.test`)
    const heard = await after(answerTo(notice, from))
    expect(heard.filter(({ to }) => to.endsWith('@customer.test'))).toEqual([])
    expect((await commentsOf(id)).filter((one) => one['author_type'] === 'agent')).toEqual([])
  })

  test('A5: Reply-To is no identity, and nothing of ours goes there', async () => {
    const heard = await after(authentic('ana5@customer.test', { 'Reply-To': AGENT }))
    expect(recipients(heard)).toEqual(['ana5@customer.test', AGENT].toSorted(byText))
    const ticket = await lastTicket()
    expect(await emailOf(ticket['requester_id'])).toBe('ana5@customer.test')
    expect(await commentsOf(ticket['id'])).toMatchObject([{ author_type: 'customer' }])
  })

  test('A6: a token that was changed, or is another person’s, opens no door', async () => {
    const { id, ack } = await aTicketOf('ana6@customer.test')
    const reply = headerOf(ack, 'Reply-To')
    const changed = reply.replace(/.(?=@)/, (last) => (last === 'a' ? 'b' : 'a'))
    const bare = { 'In-Reply-To': null, References: null, Subject: 'Hello' }
    await expectOwnTicket(await after(answerTo(ack, 'eve6@stranger.test', bare)), id)
    await expectOwnTicket(
      await after(answerTo(ack, 'eve6@stranger.test', { ...bare, To: changed })),
      id,
    )
  })

  test('A7: who knows ids and numbers, but takes no part, gets a ticket of his own', async () => {
    const { id, ack } = await aTicketOf('ana7@customer.test')
    const subject = { To: 'support@acme.test', Subject: `Re: [#${id}] The printer` }
    await expectOwnTicket(await after(answerTo(ack, 'eve7@stranger.test', subject)), id)
    expect(await desk.store.read('ticket_links').where({ related_id: id })).toHaveLength(1)
    expect(mailbox('ana7@customer.test')).toHaveLength(1)
  })

  test('A8: a forged requester brings nobody in', async () => {
    const { id } = await aTicketOf('ana8@customer.test')
    // In Ana's name, by number alone: she takes part, so it is a comment; whom it copies does not.
    const forged = mail('ana8@customer.test', {
      Subject: `Re: [#${id}]`,
      Cc: 'eve8@stranger.test',
      'Authentication-Results': passed('ana8@customer.test', 'fail'),
    })
    await after(forged)
    const notice = mailbox(AGENT).at(-1) ?? ''
    const heard = await after(answerTo(notice, AGENT, { 'Authentication-Results': passed(AGENT) }))
    expect(recipients(heard)).toEqual(['ana8@customer.test'])
    expect(mailbox('eve8@stranger.test')).toEqual([])
  })

  test('A9: an agent’s name without his token, or unauthenticated, publishes nothing', async () => {
    const { id, ack, notice } = await aTicketOf('ana9@customer.test')
    const claim = { To: 'support@acme.test', 'In-Reply-To': headerOf(ack, 'Message-ID') }
    const aligned = { ...claim, 'Authentication-Results': passed(AGENT) }
    const forgeries = [
      answerTo(ack, AGENT, claim),
      answerTo(notice, AGENT),
      answerTo(ack, AGENT, aligned),
    ]
    for (const forged of forgeries) {
      const heard = await after(forged)
      expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
      expect(await lastFate()).toBe('quarantined')
    }
    expect(await commentsOf(id)).toHaveLength(1)
  })

  test('A9: an agent who was disabled is not published, and not told', async () => {
    const carl = await desk.addUser('carl9@acme.test', 'agent', 'Carl')
    const customer = 'anac9@customer.test'
    const heard = await after(authentic(customer))
    const notice = heard.find(({ to }) => to === carl.email)?.source ?? ''
    await desk.store.transaction((tx) => disableUser(tx, { user: carl }, new Date()))
    const from = { 'Authentication-Results': passed(carl.email) }
    expect(await after(answerTo(notice, carl.email, from))).toEqual([])
    expect(await lastFate()).toBe('quarantined')
  })

  test('A10: commands in the mail of who has not proven himself are words', async () => {
    const { id } = await aTicketOf('ana10@customer.test')
    const forged = mail(
      'ana10@customer.test',
      { Subject: `Re: [#${id}]`, 'Authentication-Results': passed('ana10@customer.test', 'fail') },
      '#close',
    )
    await after(forged)
    expect(await desk.store.read('tickets').where({ id }).first('status')).toEqual({
      status: 'open',
    })
    expect((await commentsOf(id)).at(-1)).toMatchObject({ text: '#close' })
  })

  test('A12: a code that a forged mail brings into a ticket is repeated to nobody', async () => {
    const { id, ack } = await aTicketOf('ana12@customer.test')
    const forged = answerTo(
      ack,
      'no-reply@service.test',
      { 'Auto-Submitted': 'auto-generated' },
      'Your verification code is 748213. Do not share it with anybody.',
    )
    const heard = await after(forged)
    expect(heard.map(({ source }) => source).join('')).not.toContain('748213')
    expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
    expect(await commentsOf(id)).toHaveLength(1)
  })

  test('A13: a tagged address is another person', async () => {
    await after(authentic('ana13@customer.test'))
    const { requester_id: one } = await lastTicket()
    await after(authentic('ana13+x@customer.test'))
    expect((await lastTicket())['requester_id']).not.toBe(one)
  })

  test('bad input 80: A14: our own mail that comes back opens nothing, however often', async () => {
    const { id, ack, notice } = await aTicketOf('ana14@customer.test')
    for (let round = 0; round < 3; round += 1) expect(await after(ack, notice)).toEqual([])
    expect((await lastTicket())['id']).toBe(id)
    expect(await after(authentic('support@acme.test'))).toEqual([])
  })

  test('A15: somebody else’s Message-ID hides no mail', async () => {
    const id = '<known15@customer.test>'
    await after(mail('eve15@stranger.test', { 'Message-ID': id }, 'First, and false.'))
    const forged = await lastTicket()
    await after(authentic('ana15@customer.test', { 'Message-ID': id }, 'The genuine one.'))
    expect((await lastTicket())['id']).not.toBe(forged['id'])
    expect(await lastFate()).toBe('ticket')
  })

  test('B4: a forged report of failure stops nobody’s mail', async () => {
    const { id, ack } = await aTicketOf('anab4@customer.test')
    const report = [
      'Return-Path: <>',
      'From: MAILER-DAEMON@evil.test',
      'To: support@acme.test',
      'Subject: Undelivered Mail Returned to Sender',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; evil.test',
      '',
      'Final-Recipient: rfc822; anab4@customer.test',
      'Action: failed',
      'Status: 5.1.1',
      '--b--',
      '',
    ].join('\r\n')
    expect(await after(report)).toEqual([])
    expect(await desk.store.read('suppressions').where({ address: 'anab4@customer.test' })).toEqual(
      [],
    )
    expect(await commentsOf(id)).toHaveLength(1)
    const again = await after(authentic('anab4@customer.test', { Subject: 'Another thing' }))
    expect(recipients(again)).toEqual([AGENT, 'anab4@customer.test'].toSorted(byText))
    expect(ack).not.toBe('')
  })

  test.each([
    ['a subject', { Subject: '=?utf-8?Q?x=0D=0ABcc:_v=40victim.test=0D=0A?=' }],
    ['a name', { From: '=?utf-8?Q?x=0D=0ABcc:_v=40victim.test?= <anab5@customer.test>' }],
    ['bidi in a subject', { Subject: '=?utf-8?Q?=E2=80=AEmoc=2Elive?=' }],
    ['an id', { 'Message-ID': '<x"\u0001@customer.test>' }],
  ])('B5: line ends and control characters in %s go no further', async (_what, headers) => {
    const from = 'anab5@customer.test'
    const heard = await after(authentic(from, headers))
    expect(recipients(heard)).toEqual([AGENT, from].toSorted(byText))
    for (const { source } of heard) {
      const {
        headers: parsed,
        subject = '',
        bcc,
        to,
      } = await simpleParser(Buffer.from(source, 'latin1'))
      expect(parsed.has('bcc') || bcc !== undefined).toBe(false)
      expect(
        [to ?? []].flat().flatMap(({ value }) => value.map((one) => one.address)),
      ).toHaveLength(1)
      const [head = ''] = source.split('\r\n\r\n')
      expect(head.replaceAll('\r\n', '').replaceAll('\t', ' ')).not.toMatch(/\p{Cc}/u)
      expect(subject).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    }
  })

  test('B6: an end of mail in the middle of an answer ends nothing', async () => {
    const { notice } = await aTicketOf('anab6@customer.test')
    const text = 'Before.\n.\nMAIL FROM:<eve@stranger.test>\nRCPT TO:<v@victim.test>\n..\nAfter.'
    const heard = await after(
      answerTo(notice, AGENT, { 'Authentication-Results': passed(AGENT) }, text),
    )
    expect(recipients(heard)).toEqual(['anab6@customer.test'])
    const arrived = await simpleParser(
      Buffer.from(mailbox('anab6@customer.test').at(-1) ?? '', 'latin1'),
    )
    expect(arrived.text?.startsWith(text)).toBe(true)
    expect(mailbox('v@victim.test')).toEqual([])
  })

  test('B8: five hundred people copied hear nothing', async () => {
    const many = Array.from({ length: 500 }, (_, n) => `c${n}@stranger.test`).join(',\r\n ')
    const heard = await after(authentic('anab8@customer.test', { Cc: many }))
    expect(recipients(heard)).toEqual([AGENT, 'anab8@customer.test'].toSorted(byText))
  })

  test('B9: what agents say among themselves is in no mail to a customer', async () => {
    const { notice } = await aTicketOf('anab9@customer.test')
    const proven = { 'Authentication-Results': passed(AGENT) }
    const note = '#note\nShe always pays late: SECRET-B9.'
    expect(
      (await after(answerTo(notice, AGENT, proven, note))).filter(({ to }) => to !== AGENT),
    ).toEqual([])
    const heard = await after(answerTo(notice, AGENT, proven, 'We look into it.'))
    expect(recipients(heard)).toEqual(['anab9@customer.test'])
    const later = await after(
      answerTo(heard[0]?.source ?? '', 'anab9@customer.test', {
        'Authentication-Results': passed('anab9@customer.test'),
      }),
    )
    const mails = [...heard, ...later].filter(({ to }) => to !== AGENT)
    expect(mails.map(({ source }) => source).join('')).not.toContain('SECRET-B9')
    expect(mailbox('anab9@customer.test').join('')).not.toContain('SECRET-B9')
  })

  test('B10: nothing of ours tells when it is read, or loads anything', async () => {
    const sent = await desk.store.read('outbox_sources').select<{ source: Buffer }[]>('source')
    expect(sent.length).toBeGreaterThan(20)
    for (const { source } of sent) {
      const { html } = await simpleParser(source)
      expect(html === false ? '' : html).not.toMatch(
        /(?:src|background|href)\s*=\s*["']?https?:(?!\/\/127\.0\.0\.1)|url\(/i,
      )
      expect(html === false ? '' : html).not.toMatch(/<(?:img|link|script|iframe|object|video)\b/i)
    }
  })
})

describe('without one', () => {
  beforeAll(() => start({}))
  afterAll(() => desk.close())

  test('B1: what a forger writes is not repeated to his victim', async () => {
    const forged = mail(
      '"Free Nitro http://evil.test" <victim@customer.test>',
      {
        Subject: 'Free Nitro http://evil.test',
      },
      'Click http://evil.test now',
    )
    const heard = await after(forged)
    expect(recipients(heard)).toEqual([AGENT, 'victim@customer.test'].toSorted(byText))
    const got = mailbox('victim@customer.test').join('')
    expect(got).not.toBe('')
    expect(got).not.toMatch(/nitro|evil\.test/i)
  })

  test('B2: a thousand forged senders get what the budget allows, an alert says so, and answers go on', async () => {
    const { source: notice = '' } =
      (await after(mail('real@customer.test'))).find(({ to }) => to === AGENT) ?? {}
    const sentBefore = await acknowledged()
    await after(
      ...Array.from({ length: 1_000 }, (_, n) =>
        mail(`forged${n}@stranger.test`, { Subject: `Order ${n}` }, `About order ${n}`),
      ),
    )
    expect(await acknowledged()).toBeLessThanOrEqual(60)
    expect(await acknowledged()).toBeGreaterThan(sentBefore)
    expect(await desk.store.read('inbound_messages').where({ fate: 'ticket' })).toHaveLength(1_002)
    const at = desk.clock.now()
    const seen = {
      ...(await observed(desk.store.read, desk.context.inboxes, at)),
      failing: [],
      connected: [],
      disk: null,
    }
    await desk.store.transaction((tx) => tendAlerts(tx, desk.context, seen as never, at))
    const alerts = await listAlerts(desk.store.read, { openOnly: true, limit: 10 })
    expect(alerts.map(({ kind }) => kind)).toEqual(['acknowledgements_stopped'])
    const heard = await after(answerTo(notice, AGENT, {}, 'We are on it.'))
    expect(recipients(heard)).toContain('real@customer.test')
  }, 180_000)

  const acknowledged = async (): Promise<number> =>
    (await desk.store.read('outbox').where({ kind: 'acknowledgement', outcome: 'sent' })).length
})
