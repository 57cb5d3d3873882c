/**
 * A help desk from the mail client, on real servers and with real mail programs: Bruno uses mutt,
 * Carla and Ana s-nail. Nobody opens anything else. Read it from top to bottom: it is one day.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { simpleParser } from 'mailparser'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { answerWith, type MailClient } from '../kit/mail-clients.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const CARLA = 'carla@acme.test'
const ANA = 'ana@customer.test'
const USES: Readonly<Record<string, MailClient>> = {
  [BRUNO]: 'mutt',
  [CARLA]: 's-nail',
  [ANA]: 's-nail',
}
const SUBJECT = 'Printer3000'

describeWithMailServers('the desk by mail', () => {
  const scratch = scratchDirectories('by-mail')
  let servers: MailServers
  let desk: JourneyDesk

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, CARLA, ANA] })
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
  const inbox = (user: string): Buffer[] => servers.mailbox(user).messages()
  const ticket = (id: number): Promise<Record<string, unknown>> =>
    read()('tickets').where({ id }).first()
  const comments = (id: number): Promise<Record<string, unknown>[]> =>
    read()('comments').where({ ticket_id: id }).orderBy('id').select()

  /** The mail that this person gets when `work` is done. */
  async function next(
    user: string,
    work: () => Promise<unknown>,
  ): Promise<{ source: string; text: string; mail: Buffer }> {
    await desk.untilAtRest()
    const before = inbox(user).length
    await work()
    const all = await servers.mailbox(user).untilMessages(before + 1)
    await desk.untilAtRest()
    const mail = all[before] ?? expect.fail('no mail')
    return { mail, source: mail.toString(), text: (await simpleParser(mail)).text ?? '' }
  }

  /** He answers the newest mail about the printer, in the program he uses. */
  const answers = (user: string, text: string): Promise<void> =>
    answerWith(USES[user] ?? 'mutt', servers, { user, subject: SUBJECT, text })

  const write = (
    from: string,
    to: string,
    subject: string,
    text: string,
    more = '',
  ): Promise<void> =>
    servers.deliver(
      `From: ${from}\r\nTo: ${to}\r\n${more}Subject: ${subject}\r\nMessage-ID: <${Math.random()}@customer.test>\r\n\r\n${text}\r\n`,
      SUPPORT,
      from,
    )

  test('Ana writes, and hears at once that her mail arrived', async () => {
    const { mail, text } = await next(ANA, () => write(ANA, SUPPORT, SUBJECT, 'It is on fire.'))
    expect(headerIn(mail, 'Auto-Submitted')).toBe('auto-replied')
    expect(text).toContain('Your reference is 1.')
    for (const agent of [BRUNO, CARLA]) await servers.mailbox(agent).untilMessages(1)
  })

  test('Bruno answers the notice; Ana gets his words, and nothing that shows where he writes from', async () => {
    const { mail, text, source } = await next(ANA, () => answers(BRUNO, 'Please pull the plug.'))
    expect(headerIn(mail, 'From')).toBe(`"Bruno (Acme Support)" <${SUPPORT}>`)
    expect(text).toContain('Please pull the plug.')
    expect(text).toContain('It is on fire.')
    expect(source).not.toMatch(/bruno@acme|client\.test|mutt/i)
    expect(source).not.toContain('/tickets/1')
    expect((await ticket(1))['status']).toBe('pending')
  })

  test('Ana answers below the quotation; only what is new is shown, and the agents hear of it', async () => {
    const { text } = await next(BRUNO, () => answers(ANA, 'Done. It still smokes.'))
    expect(text).toContain('Done. It still smokes.')
    expect((await comments(1)).at(-1)).toMatchObject({
      text: 'Done. It still smokes.',
      author_type: 'customer',
    })
    expect((await ticket(1))['status']).toBe('open')
  })

  test('Carla writes a note: it stays among agents', async () => {
    const before = inbox(ANA).length
    await answers(CARLA, '#note\nShe had the same last year.')
    await until('the note', async () => (await comments(1)).length === 4)
    expect((await comments(1)).at(-1)).toMatchObject({
      visibility: 'internal',
      text: 'She had the same last year.',
    })
    expect(inbox(ANA)).toHaveLength(before)
  })

  test('Bruno gives several commands at once, gets a receipt, and takes them back', async () => {
    const receipt = await next(BRUNO, () =>
      answers(BRUNO, '#assign carla\n#priority high\n#tag fire'),
    )
    expect(receipt.text).toMatch(/high/i)
    expect(receipt.text).toMatch(/#undo/)
    const carla = await read()('users').where({ email: CARLA }).first('id')
    expect(await ticket(1)).toMatchObject({ priority: 'high', assignee_id: carla.id })
    await next(BRUNO, () => answers(BRUNO, '#undo'))
    expect(await ticket(1)).toMatchObject({ priority: 'normal', assignee_id: null, tags: '[]' })
  })

  test('a slip does nothing, sends nothing, and is explained', async () => {
    const before = inbox(ANA).length
    const { text } = await next(BRUNO, () => answers(BRUNO, '#clsoe\n\nYou get a new one.'))
    expect(text).toContain('#close')
    expect(text).toContain('You get a new one.')
    expect(inbox(ANA)).toHaveLength(before)
    expect((await ticket(1))['status']).toBe('open')
  })

  test('both answer at once: the second is held, and told who was faster', async () => {
    // Carla has not seen Bruno's answer: she answers what Ana wrote last.
    const notice = inbox(CARLA).findLast((mail) => mail.toString().includes('It still smokes'))
    const before = inbox(ANA).length
    await next(ANA, () => answers(BRUNO, 'You get a new one.'))
    const told = await next(CARLA, () =>
      write(
        CARLA,
        headerIn(notice, 'Reply-To'),
        `Re: ${headerIn(notice, 'Subject')}`,
        'Keep it, it is safe.',
        `In-Reply-To: ${headerIn(notice, 'Message-ID')}\r\n`,
      ),
    )
    expect(told.text).toContain('Bruno')
    expect(told.text).toContain('Keep it, it is safe.')
    expect(inbox(ANA)).toHaveLength(before + 1)
    expect((await comments(1)).some((one) => String(one['text']).includes('Keep it'))).toBe(false)
  })

  test('Bruno closes it; what Ana writes then is a new ticket that follows it', async () => {
    await next(BRUNO, () => answers(BRUNO, '#close'))
    expect((await ticket(1))['status']).toBe('closed')
    const { text } = await next(CARLA, () => answers(ANA, 'Where is it?'))
    expect(text).toContain('Where is it?')
    expect(await ticket(2)).toMatchObject({ follow_up_of: 1, status: 'open' })
  })

  test('Bruno passes on a mail that Eva sent to him: it is her ticket', async () => {
    const eva = 'eva@customer.test'
    servers.addUser(eva)
    const text = `For you.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Eva <${eva}>\r\nDate: Mon, 6 Jul 2026 at 09:00\r\nSubject: My invoice\r\nTo: <${BRUNO}>\r\n\r\nIt is wrong.`
    await next(BRUNO, () => write(BRUNO, SUPPORT, 'Fwd: My invoice', text))
    const row = await ticket(3)
    expect(row).toMatchObject({ requester_source: 'forwarded', subject: 'My invoice' })
    const [said, note] = await comments(3)
    expect(said).toMatchObject({ author_type: 'customer', text: 'It is wrong.' })
    expect(note).toMatchObject({ visibility: 'internal' })
    expect(inbox(eva)).toEqual([])
  })

  test('Bruno writes to Finn and copies the desk: it is Finn’s ticket, and nobody is mailed twice', async () => {
    const finn = 'finn@customer.test'
    servers.addUser(finn)
    await desk.untilTaken(() =>
      write(BRUNO, finn, 'Your order', 'It is on its way.', `Cc: ${SUPPORT}\r\n`),
    )
    const requester = await read()('users').where({ email: finn }).first('id')
    expect(await ticket(4)).toMatchObject({ requester_id: requester.id, requester_source: 'agent' })
    expect(inbox(finn)).toEqual([])
  })

  test('Carla wants to hear no more of the printer, and does not', async () => {
    await next(CARLA, () => answers(CARLA, '#mute'))
    const before = inbox(CARLA).length
    await next(BRUNO, () => answers(ANA, 'Hello?'))
    expect(inbox(CARLA)).toHaveLength(before)
  })

  test('an absence note of Ana’s wakes nothing and is answered by nobody', async () => {
    await next(ANA, () => answers(BRUNO, 'It left today.'))
    const before = [inbox(ANA).length, inbox(BRUNO).length]
    const last = inbox(ANA).at(-1)
    await desk.untilTaken(() =>
      write(
        ANA,
        headerIn(last, 'Reply-To'),
        `Out of office: ${SUBJECT}`,
        'I am away until Monday.',
        `Auto-Submitted: auto-replied\r\nIn-Reply-To: ${headerIn(last, 'Message-ID')}\r\n`,
      ),
    )
    expect((await ticket(2))['status']).toBe('pending')
    expect([inbox(ANA).length, inbox(BRUNO).length]).toEqual(before)
  })
})
