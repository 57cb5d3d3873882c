/**
 * A desk with two inboxes on real servers: languages, replies in the forms of the big mail programs,
 * merging, moving, putting off, thanks, undeliverable answers, and hearing no more of a ticket.
 */
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STYLES, styledReply } from '../kit/client-styles.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { inboxOn } from '../kit/start-mail-servers.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const SUPPORT = 'support@acme.test'
const SALES = 'sales@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'

describeWithMailServers('a desk with two inboxes', () => {
  const scratch = scratchDirectories('two-inboxes')
  let servers: MailServers
  let desk: JourneyDesk

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, SALES, BRUNO, ANA] })
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      thanks: 'keep',
      acknowledgement: { budget: 'unlimited' },
      agents: [{ email: BRUNO, name: 'Bruno' }],
      inboxes: [inboxOn(servers, 'Support', SUPPORT), inboxOn(servers, 'Sales', SALES)],
    })
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  const read = () => desk.daemon.workplace.store.read
  const mails = (user: string): Buffer[] => servers.mailbox(user).messages()
  const ticket = (id: number): Promise<Record<string, unknown>> =>
    read()('tickets').where({ id }).first()
  const comments = (id: number): Promise<Record<string, unknown>[]> =>
    read()('comments').where({ ticket_id: id }).orderBy('id').select()

  const arrives = (source: string, to = SUPPORT, from = ANA): Promise<void> =>
    desk.untilTaken(() => servers.deliver(source, to, from))

  const mail = (subject: string, text: string, more: readonly string[] = []): string =>
    [
      `From: ${ANA}`,
      `To: ${SUPPORT}`,
      `Subject: ${subject}`,
      `Message-ID: <${subject.replaceAll(/\W/g, '')}-${Math.random()}@customer.test>`,
      'Content-Type: text/plain; charset=utf-8',
      ...more,
      '',
      text,
      '',
    ].join('\r\n')

  /** Bruno answers the newest notice of this ticket. */
  async function bruno(id: number, text: string): Promise<void> {
    const notice = mails(BRUNO).findLast((one) => headerIn(one, 'X-Postroom-Ticket') === String(id))
    const answer = [
      `From: ${BRUNO}`,
      `To: ${headerIn(notice, 'Reply-To')}`,
      `Subject: Re: ${headerIn(notice, 'Subject')}`,
      `In-Reply-To: ${headerIn(notice, 'Message-ID')}`,
      `Message-ID: <${Math.random()}@acme.test>`,
      '',
      text,
      '',
    ]
    await arrives(answer.join('\r\n'), SUPPORT, BRUNO)
  }

  const newest = async (): Promise<number> =>
    (await read()('tickets').orderBy('id', 'desc').first('id'))?.id ?? 0

  /** A ticket of Ana’s own; its number, and what she got. */
  async function opened(
    subject: string,
    text: string,
    more: readonly string[] = [],
    to = SUPPORT,
  ): Promise<{ id: number; got: Buffer }> {
    const before = mails(ANA).length
    await arrives(mail(subject, text, more), to)
    const id = await newest()
    return { id, got: mails(ANA)[before] ?? expect.fail('no acknowledgement') }
  }

  test.each([
    [
      'de',
      'Guten Tag, unser Drucker brennt seit heute Morgen und ich weiß nicht, was wir machen sollen.',
      'Vorgangsnummer',
      'ltr',
    ],
    [
      'ar',
      'مرحبا، الطابعة لا تعمل منذ هذا الصباح ولا أعرف ماذا أفعل، أرجو المساعدة.',
      'الرقم المرجعي',
      'rtl',
    ],
    [
      'ja',
      'お世話になっております。今朝からプリンターが動きません。どうすればよいでしょうか。',
      'お問い合わせ番号',
      'ltr',
    ],
  ])('who writes in %s is acknowledged in it', async (language, text, words, direction) => {
    const { got } = await opened(`hello-${language}`, text, [`Content-Language: ${language}`])
    const { text: plain = '', html } = await simpleParser(got)
    expect(plain).toContain(words)
    expect(String(html)).toContain(`dir="${direction}"`)
    expect(headerIn(got, 'Content-Language')).toBe(language)
  })

  test.each(Object.keys(STYLES))(
    'a reply of %s shows what is new, and is threaded',
    async (name) => {
      const { id, got } = await opened(`style-${name}`, 'It is on fire.')
      await arrives(
        styledReply(name, { from: ANA, answered: got, text: `It still burns, says ${name}.` }),
      )
      const [, reply] = await comments(id)
      expect(reply).toMatchObject({
        text: `It still burns, says ${name}.`,
        author_type: 'customer',
      })
      expect(String(reply?.['quoted_text'])).toContain('Your message has arrived.')
    },
  )

  test('two tickets become one by mail, and an answer to the old one finds the other', async () => {
    const [one, two] = [await opened('merge-one', 'One.'), await opened('merge-two', 'Two.')]
    await bruno(two.id, `#merge ${one.id}`)
    expect((await ticket(two.id))['merged_into']).toBe(one.id)
    await arrives(
      styledReply('Gmail', { from: ANA, answered: two.got, text: 'And another thing.' }),
    )
    expect((await comments(one.id)).at(-1)).toMatchObject({ text: 'And another thing.' })
  })

  test('a ticket is moved to the other inbox, and the conversation goes on there', async () => {
    const { id, got } = await opened('move-me', 'How much is it?')
    await bruno(id, '#move Sales')
    await bruno(id, 'It is 100.')
    const answer = mails(ANA).at(-1)
    expect(headerIn(answer, 'From')).toBe(`"Bruno (Sales)" <${SALES}>`)
    expect(headerIn(answer, 'Subject')).toBe('Re: move-me')
    // To the old address, as her program still has it.
    await arrives(styledReply('Apple Mail', { from: ANA, answered: got, text: 'Too much.' }))
    expect((await comments(id)).at(-1)).toMatchObject({ text: 'Too much.' })
  })

  test('a ticket that was put off comes back when the customer writes', async () => {
    const { id, got } = await opened('later', 'No hurry.')
    await bruno(id, '#snooze 3d')
    expect((await ticket(id))['snoozed_until']).not.toBe(null)
    await arrives(styledReply('Outlook', { from: ANA, answered: got, text: 'Now it is urgent.' }))
    expect((await ticket(id))['snoozed_until']).toBe(null)
  })

  test('thanks do not wake what is done with; everything else does', async () => {
    const { id } = await opened('thanks', 'Please help.')
    await bruno(id, '#resolved\n\nIt is mended.')
    const answer = mails(ANA).at(-1) ?? expect.fail('no answer')
    const before = mails(BRUNO).length
    await arrives(styledReply('Gmail', { from: ANA, answered: answer, text: 'Thank you so much!' }))
    expect((await ticket(id))['status']).toBe('resolved')
    expect((await comments(id)).at(-1)).toMatchObject({ text: 'Thank you so much!' })
    expect(mails(BRUNO)).toHaveLength(before)
    await arrives(
      styledReply('Gmail', {
        from: ANA,
        answered: answer,
        text: 'Thanks, but it is broken again.',
      }),
    )
    expect((await ticket(id))['status']).toBe('open')
  })

  test('an answer that cannot be delivered brings the ticket back, and its writer hears of it', async () => {
    const gone = 'gone@customer.test'
    await arrives(mail('gone', 'Call me.').replace(`From: ${ANA}`, `From: ${gone}`), SUPPORT, gone)
    const id = await newest()
    await until(
      'her acknowledgement to bounce',
      async () => (await read()('outbox').where({ rcpt_to: gone, outcome: 'bounced' })).length > 0,
    )
    const before = mails(BRUNO).length
    await bruno(id, 'We call you.')
    const [told] = (await servers.mailbox(BRUNO).untilMessages(before + 1)).slice(before)
    expect((await simpleParser(told ?? '')).text).toContain(gone)
    await until('the ticket to be back', async () => (await ticket(id))['status'] === 'open')
  })

  test('one click in a mail program ends the notices of one ticket; looking at the link does not', async () => {
    const { id, got } = await opened('mute-me', 'Hello.')
    const notice = mails(BRUNO).findLast((one) => headerIn(one, 'X-Postroom-Ticket') === String(id))
    const link = /<(http[^>]+)>/.exec(headerIn(notice, 'List-Unsubscribe'))?.[1] ?? ''
    const url = new URL(new URL(link).pathname, desk.daemon.url)
    const muted = () => read()('muted_tickets').where({ ticket_id: id })
    expect((await fetch(url)).status).toBe(200)
    expect(await muted()).toEqual([])
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
    expect(await muted()).toHaveLength(1)
    const before = mails(BRUNO).length
    await arrives(styledReply('Gmail', { from: ANA, answered: got, text: 'Anybody there?' }))
    expect(mails(BRUNO)).toHaveLength(before)
  })
})
