/**
 * Machines that answer machines, on real servers: two desks that write to each other, and a
 * responder that marks nothing. A few mails, then silence.
 */
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest'
import { listOutbox, type OutboxMessage } from '../../src/store/outbox.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { inboxOn } from '../kit/start-mail-servers.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const SUPPORT = 'support@acme.test'
const CARE = 'care@acme.test'
const SALES = 'sales@acme.test'
const HELP = 'help@other.test'
const LEFT = 'left@acme.test'
const RIGHT = 'right@other.test'
const ROBOT = 'robot@customer.test'
const ANA = 'ana@customer.test'

const mail = (from: string, to: string, subject: string, text: string): string =>
  [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(/\W/g, '-')}.${from}>`,
    '',
    text,
    '',
  ].join('\r\n')

const automaticOf = async ({ daemon: { workplace } }: JourneyDesk): Promise<OutboxMessage[]> =>
  (await listOutbox(workplace.store.read, { limit: 100 })).filter((row) => row.automatic)

describeWithMailServers('no machine is answered', () => {
  const scratch = scratchDirectories('journey')
  let servers: MailServers
  let desks: JourneyDesk[] = []

  beforeAll(async () => {
    servers = await startMailServers({
      users: [SUPPORT, CARE, SALES, HELP, LEFT, RIGHT, ROBOT, ANA],
    })
  })
  afterEach(async () => {
    for (const desk of desks) await desk.stop()
    desks = []
  })
  afterAll(() => servers?.stop())

  async function deskAt(
    address: string,
    {
      inbox = {},
      ...more
    }: { inbox?: object; inboxes?: readonly object[]; agents?: readonly string[] } = {},
  ): Promise<JourneyDesk> {
    const settings = {
      ...more,
      acknowledgement: { budget: 'unlimited' },
      flood: 'unlimited',
      inbox,
    }
    const dataDir = scratch.make()
    const desk = await startJourneyDesk(servers, { address, dataDir, ...settings })
    desks.push(desk)
    return desk
  }

  test('B3: two desks that write to each other fall silent after one acknowledgement', async () => {
    const [support, help] = [await deskAt(SUPPORT), await deskAt(HELP)]
    // Somebody at the other desk writes in its name.
    const written = mail(HELP, SUPPORT, 'Your invoice', 'We did not get it.')
    await help.untilTaken(() => servers.deliver(written, SUPPORT, HELP))
    // What a person writes afterwards is still acknowledged, and nothing else has come meanwhile.
    const hello = mail(ANA, SUPPORT, 'Hello', 'Is anybody there?')
    await support.untilTaken(() => servers.deliver(hello, SUPPORT, ANA))
    const [acknowledgement] = await servers.mailbox(ANA).untilMessages(1)
    expect(headerIn(acknowledgement, 'Auto-Submitted')).toBe('auto-replied')
    expect((await automaticOf(support)).map(({ rcptTo }) => rcptTo).toSorted()).toEqual([ANA, HELP])
    expect(await automaticOf(help)).toEqual([])
  })

  test('B3: two desks, each the agent of the other, fall silent: a notice is told to nobody', async () => {
    const [left, right] = [
      await deskAt(LEFT, { agents: [RIGHT] }),
      await deskAt(RIGHT, { agents: [LEFT] }),
    ]
    const hello = mail(ANA, LEFT, 'A loop', 'Is this a loop?')
    await right.untilTaken(() => left.untilTaken(() => servers.deliver(hello, LEFT, ANA)))
    expect((await automaticOf(left)).map(({ rcptTo }) => rcptTo).toSorted()).toEqual([ANA, RIGHT])
    // Whatever a mail causes is owed with it, so nothing is under way either.
    expect(await automaticOf(right)).toEqual([])
  })

  test('A14: our acknowledgement in another inbox of the desk opens nothing, in ten rounds', async () => {
    const inboxes = [inboxOn(servers, 'Support', SUPPORT), inboxOn(servers, 'Sales', SALES)]
    const desk = await deskAt(SUPPORT, { inboxes })
    const { length } = servers.mailbox(ANA).messages()
    const hello = mail(ANA, SUPPORT, 'Forwarded', 'My mail is forwarded to your other address.')
    await desk.untilTaken(() => servers.deliver(hello, SUPPORT, ANA))
    const acknowledgement =
      (await servers.mailbox(ANA).untilMessages(length + 1))[length]?.toString() ?? ''
    const { read } = desk.daemon.workplace.store
    const done = async () => [await read('tickets').pluck('id'), (await automaticOf(desk)).length]
    const before = await done()
    for (let round = 1; round <= 10; round += 1) {
      // Another copy each time; of every other one the marks are lost on the way.
      const again = acknowledgement.replace(/^Message-ID: </m, `$&${round}.`)
      const marks =
        /^(?:X-Postroom-\S+|Auto-Submitted|X-Auto-Response-Suppress|Precedence): .*\r\n/gim
      const copy = round % 2 === 0 ? again : again.replaceAll(marks, '')
      await desk.untilTaken(() => servers.deliver(copy, SALES, ANA))
    }
    expect(await done()).toEqual(before)
  })

  test('B3: a responder that marks nothing, threads nothing and counts its answers gets five', async () => {
    // Without plus addressing nothing in what it answers to leads to the ticket.
    const care = await deskAt(CARE, { inbox: { plus_addressing: false } })
    for (let n = 1; n <= 8; n += 1) {
      const text = `Thank you for your mail. This is automatic answer number ${n}.`
      const answer = mail(ROBOT, CARE, `We got it ${n}`, text)
      await care.untilTaken(() => servers.deliver(answer, CARE, ROBOT))
    }
    const outcomes = (await automaticOf(care)).toReversed().map(({ outcome }) => outcome)
    const sent = Array.from({ length: 5 }, () => 'sent')
    expect(outcomes).toEqual([...sent, 'suppressed', 'suppressed', 'suppressed'])
    expect(servers.mailbox(ROBOT).messages()).toHaveLength(5)
    const { read } = care.daemon.workplace.store
    const notes = await read('comments').where({ author_type: 'system' })
    expect(notes).toMatchObject([{ ticket_id: 6, visibility: 'internal' }])
    expect(notes[0].text).toContain(`A loop was stopped: ${ROBOT}`)
  })
})
