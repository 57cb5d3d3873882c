/**
 * The main job, on real servers: customers write to an address served by Dovecot and Exim, get
 * acknowledged, and are answered by an agent from his own mail client. Real daemon, real mail.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const DORA = 'dora@customer.test'

const bare = (address: string): string => /<([^<>]+)>/.exec(address)?.[1] ?? address

describeWithMailServers('the main job', () => {
  const scratch = scratchDirectories('journey')
  let servers: MailServers
  let desk: JourneyDesk

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA, DORA] })
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      agents: [{ email: BRUNO, name: 'Bruno' }],
    })
  })

  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  test('a conversation between Ana, who copies Dora, and Bruno, who only has his mail client', async () => {
    await servers.deliver(
      [
        `From: Ana <${ANA}>`,
        `To: ${SUPPORT}`,
        `Cc: Dora <${DORA}>`,
        'Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=',
        'Message-ID: <first@customer.test>',
        '',
        'The printer is too small.',
        '',
      ].join('\r\n'),
      SUPPORT,
      ANA,
    )

    const [acknowledgement] = await servers.mailbox(ANA).untilMessages(1)
    expect(headerIn(acknowledgement, 'Auto-Submitted')).toBe('auto-replied')
    expect(headerIn(acknowledgement, 'In-Reply-To')).toBe('<first@customer.test>')
    const [notice] = await servers.mailbox(BRUNO).untilMessages(1)
    expect(headerIn(notice, 'X-Postroom-Ticket')).toBe('1')
    expect(headerIn(notice, 'Auto-Submitted')).toBe('auto-generated')

    // Ana goes on, under another subject, by answering the acknowledgement.
    await servers.deliver(
      [
        `From: Ana <${ANA}>`,
        `To: ${headerIn(acknowledgement, 'Reply-To')}`,
        'Subject: and another thing',
        'Message-ID: <second@customer.test>',
        '',
        'It is also too loud.',
        '',
      ].join('\r\n'),
      SUPPORT,
      ANA,
    )
    const notices = await servers.mailbox(BRUNO).untilMessages(2)
    expect(notices.map((one) => headerIn(one, 'X-Postroom-Ticket'))).toEqual(['1', '1'])

    // Bruno answers the notice, quoting it as mail clients do.
    await servers.deliver(
      [
        `From: Bruno <${BRUNO}>`,
        `To: ${headerIn(notice, 'Reply-To')}`,
        `Subject: Re: ${headerIn(notice, 'Subject')}`,
        'Message-ID: <answer@bruno-at-home.test>',
        `In-Reply-To: ${headerIn(notice, 'Message-ID')}`,
        '',
        'We send a larger and quieter one.',
        '',
        'On Monday, Ana (via Acme Support) wrote:',
        '> The printer is too small.',
        '',
      ].join('\r\n'),
      SUPPORT,
      BRUNO,
    )
    const [, answer] = await servers.mailbox(ANA).untilMessages(2)
    const text = (answer ?? '').toString()
    expect(headerIn(answer, 'From')).toBe(`"Bruno (Acme Support)" <${SUPPORT}>`)
    expect(text).toContain('We send a larger and quieter one.')
    expect(text).not.toContain(BRUNO)
    expect(text).not.toContain('bruno-at-home')
    expect(headerIn(answer, 'References')).toContain('<second@customer.test>')
    const [copy] = await servers.mailbox(DORA).untilMessages(1)
    expect(headerIn(copy, 'Cc')).toContain(DORA)
    expect(bare(headerIn(copy, 'Reply-To'))).not.toBe(bare(headerIn(answer, 'Reply-To')))

    const { read } = desk.daemon.workplace.store
    expect(await read('tickets').select('id', 'status')).toEqual([{ id: 1, status: 'pending' }])
    expect(await read('comments').orderBy('id').select('author_type')).toEqual([
      { author_type: 'customer' },
      { author_type: 'customer' },
      { author_type: 'agent' },
    ])
  })

  test('mail that cannot be delivered comes back to the delivery it was', async () => {
    await servers.deliver(
      [
        'From: Gone <nobody@customer.test>',
        `To: ${SUPPORT}`,
        'Subject: call me',
        'Message-ID: <gone@customer.test>',
        '',
        'Please call.',
        '',
      ].join('\r\n'),
      SUPPORT,
      'nobody@customer.test',
    )
    const { read } = desk.daemon.workplace.store
    await expect
      .poll(() => read('outbox').where({ rcpt_to: 'nobody@customer.test' }).first('outcome'), {
        timeout: 20_000,
      })
      .toMatchObject({ outcome: expect.stringMatching(/bounced|failed/) })
    expect(await read('tickets').count({ count: '*' }).first()).toEqual({ count: 2 })
  })
})
