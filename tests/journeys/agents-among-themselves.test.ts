/**
 * What agents do beside answering, on real servers: Bruno passes mail on with mutt, Carla answers with
 * s-nail, and two who were equally fast find out.
 */
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { answerWith, forwardWithMutt, redirectWith } from '../kit/mail-clients.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const CARLA = 'carla@acme.test'
const ANA = 'ana@customer.test'
const EVA = 'eva@customer.test'
const FINN = 'finn@customer.test'

describeWithMailServers('agents among themselves', () => {
  const scratch = scratchDirectories('agents')
  let servers: MailServers
  let desk: JourneyDesk
  const { mails, writes, arrives, answers, newest, hears } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, CARLA, ANA, EVA, FINN] })
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      agents: [
        { email: BRUNO, name: 'Bruno' },
        { email: CARLA, name: 'Carla' },
      ],
    })
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  const read = () => desk.daemon.workplace.store.read
  const ticket = (id: number): Promise<Record<string, unknown>> =>
    read()('tickets').where({ id }).first()
  const comments = (id: number): Promise<Record<string, unknown>[]> =>
    read()('comments').where({ ticket_id: id }).orderBy('id').select()
  const emailOf = async (id: unknown): Promise<string> =>
    (await read()('users').where({ id }).first('email')).email

  test('Ana writes, and Bruno gets a notice', async () => {
    await writes(ANA, { headers: { Subject: 'Printer' } })
  })

  test.each(['mutt', 's-nail'] as const)(
    'with %s Bruno sends a notice on to Carla; what she answers is a note, and Ana hears nothing',
    async (client) => {
      const { length } = mails(CARLA)
      await redirectWith(client, servers, { user: BRUNO, subject: 'Printer', to: CARLA })
      await servers.mailbox(CARLA).untilMessages(length + 1)
      const before = mails(ANA).length
      const text = `I would use sand, or ${client}.`
      await desk.untilTaken(() =>
        answerWith('s-nail', servers, { user: CARLA, subject: 'Printer', text }),
      )
      expect((await comments(1)).at(-1)).toMatchObject({ visibility: 'internal', text })
      expect(mails(ANA)).toHaveLength(before)
    },
  )

  test('Bruno gives Carla the ticket, and she gets it with what Ana wrote', async () => {
    const told = await hears(CARLA, () =>
      desk.untilTaken(() =>
        answerWith('mutt', servers, { user: BRUNO, subject: 'Printer', text: '#assign carla' }),
      ),
    )
    expect(told).toHaveLength(1)
    expect(headerIn(told[0], 'From')).toBe(`"Bruno (via Acme Support)" <${SUPPORT}>`)
    expect(await textOf(told[0])).toMatch(/Bruno assigned this ticket to you\.[^]*It is on fire\./)
  })

  test('both answer: Carla’s is held, and one click on a link of the mail that says so sends it', async () => {
    const notice = newest(CARLA)
    await desk.untilTaken(() =>
      answerWith('mutt', servers, { user: BRUNO, subject: 'Printer', text: 'Use water.' }),
    )
    const forAna = mails(ANA).length
    const [told] = await hears(CARLA, () => answers(CARLA, notice, 'Use sand.'))
    expect(mails(ANA)).toHaveLength(forAna)
    expect(await textOf(told)).toMatch(/Bruno answered 1 minute ago/)
    const { html } = await simpleParser(told ?? '')
    const links = [...String(html).matchAll(/href="(mailto:[^"]+)"/g)].map(
      ([, link = '']) => new URL(link.replaceAll('&amp;', '&')),
    )
    const said = (link: URL): string => link.searchParams.get('body') ?? ''
    const send = links.find((link) => said(link).startsWith('#send')) ?? expect.fail('no link')
    const reply = {
      From: CARLA,
      To: decodeURIComponent(send.pathname),
      Subject: send.searchParams.get('subject') ?? '',
    }
    await arrives(aMail({ headers: reply, text: said(send) }), CARLA)
    expect(await textOf(newest(ANA))).toContain('Use sand.')
    expect(mails(ANA)).toHaveLength(forAna + 1)
  })

  /** What says that commands were not run. */
  let notRun: Buffer
  test('Eva wrote to Bruno himself: he forwards it with mutt, and it is her ticket in her words', async () => {
    const invoice = aMail({ headers: { From: `Eva <${EVA}>`, To: BRUNO, Subject: 'Invoice' } })
    await servers.deliver(invoice, BRUNO, EVA)
    const text = '#priority high\n\nShe waits since May.'
    const told = await hears(BRUNO, () =>
      desk.untilTaken(() =>
        forwardWithMutt(servers, { user: BRUNO, subject: 'Invoice', to: SUPPORT, text }),
      ),
    )
    expect(await ticket(2)).toMatchObject({ requester_source: 'forwarded', priority: 'normal' })
    const [words, note] = await comments(2)
    expect(words).toMatchObject({ author_type: 'customer', text: 'It is on fire.' })
    expect(note).toMatchObject({ visibility: 'internal' })
    expect(note?.['text']).toContain('She waits since May.')
    const texts = await Promise.all(told.map(textOf))
    const at = texts.findIndex((one) => one.includes('the commands in your mail were not run'))
    notRun = told[at] ?? expect.fail('he was not told')
    expect(mails(EVA)).toEqual([])
  })

  test('he gives the commands in reply to that, and says whose ticket it really is', async () => {
    const text = `#priority high\n#requester ${FINN}`
    const [receipt] = await hears(BRUNO, () => answers(BRUNO, notRun, text))
    expect(await textOf(receipt)).toMatch(/Priority: high[^]*Requester: finn@customer\.test/)
    expect((await ticket(2))['priority']).toBe('high')
    expect(await emailOf((await ticket(2))['requester_id'])).toBe(FINN)
  })

  test('Bruno writes to Finn and to support+new: a ticket of Finn’s, and nobody is mailed twice', async () => {
    const to = `${FINN}, support+new@acme.test`
    const headers = { From: BRUNO, To: to, Subject: 'Your order' }
    await arrives(aMail({ headers, text: 'It is on its way.' }), BRUNO)
    expect(await ticket(3)).toMatchObject({ subject: 'Your order', requester_source: 'agent' })
    expect(await emailOf((await ticket(3))['requester_id'])).toBe(FINN)
    expect(mails(FINN)).toEqual([])
  })
})
