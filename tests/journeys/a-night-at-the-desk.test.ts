/**
 * A night and the days after it, on real servers: who is woken, what waits until the morning, the
 * digest at eight, and notices that come together. Bruno wants quiet nights, Carla a digest.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { movableClock } from '../kit/movable-clock.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const CARLA = 'carla@acme.test'
const ANA = 'ana@customer.test'
const MINUTE_MS = 60_000
/** The inbox's zone is UTC; the 5th is a Sunday. */
const july = (day: number, time: string): Date => new Date(`2026-07-0${day}T${time}:00Z`)

describeWithMailServers('a night at the desk', () => {
  const scratch = scratchDirectories('night')
  let servers: MailServers
  let desk: JourneyDesk
  const { mails, writes, answers, newest, hears } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, CARLA, ANA] })
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      clock: movableClock(july(5, '21:00')),
      agents: [
        { email: BRUNO, name: 'Bruno' },
        { email: CARLA, name: 'Carla' },
      ],
      agent_notices: { coalesce: '120s' },
    })
    await wants(BRUNO, null, { from: '20:00', until: '07:30' })
    await wants(CARLA, 'digest')
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  /** What left before lies in its mailbox and is written down: it does not count as late then. */
  async function itIs(at: Date): Promise<void> {
    await desk.untilAtRest()
    desk.clock.setTo(at)
  }

  async function wants(user: string, level: string | null, quiet: object | null = null) {
    const api = await desk.apiOf(user)
    const wanted = { level, quiet_hours: quiet }
    expect((await api.put('/api/v1/me/notifications', wanted)).status).toBe(200)
  }
  const notices = (user: string): Buffer[] =>
    mails(user).filter((mail) => headerIn(mail, 'X-Postroom-Ticket') !== '')
  const digests = (): Buffer[] =>
    mails(CARLA).filter((mail) => headerIn(mail, 'Subject').includes('Tickets that wait'))
  const subject = (text: string) => ({ headers: { Subject: text }, text: `${text}!` })

  test('on Sunday night Ana writes twice: she hears that it arrived, and nobody is woken', async () => {
    await writes(ANA, subject('The heating is cold'))
    await answers(ANA, newest(ANA), 'Now the pipes are frozen, too.')
    expect(mails(ANA)).toHaveLength(1)
    expect(mails(BRUNO)).toEqual([])
    expect(mails(CARLA)).toEqual([])
  })

  test('what is urgent wakes Bruno', async () => {
    await writes(ANA, subject('There is a leak'))
    expect(mails(BRUNO)).toEqual([])
    const leak = newest(ANA)
    const api = await desk.apiOf(CARLA)
    await api.send('PATCH', '/api/v1/tickets/2', { priority: 'urgent' })
    const [woken, ...more] = await hears(BRUNO, () => answers(ANA, leak, 'It is a flood.'))
    expect(await textOf(woken)).toMatch(/There is a leak![^]*It is a flood\./)
    expect(more).toEqual([])
  })

  test('when his night is over, the rest comes as one mail', async () => {
    await itIs(july(6, '07:30'))
    const all = await servers.mailbox(BRUNO).untilMessages(2)
    const text = await textOf(all[1])
    expect(text).toMatch(/The heating is cold![^]*Now the pipes are frozen, too\./)
    expect(text).not.toContain('leak')
    expect(mails(CARLA)).toEqual([])
  })

  test('at eight on Monday Carla gets her digest: what nobody has taken, longest waiting first', async () => {
    await itIs(july(6, '08:00'))
    await servers.mailbox(CARLA).untilMessages(1)
    const text = await textOf(digests()[0])
    expect(text).toMatch(/Nobody’s yet\s+#1 The heating is cold[^]*#2 There is a leak/)
    expect(text).not.toContain('Yours')
    expect(headerIn(digests()[0], 'Auto-Submitted')).toBe('auto-generated')
  })

  test('one a day: what comes later waits for the next', async () => {
    await itIs(july(6, '11:00'))
    const told = await hears(BRUNO, () => writes(ANA, subject('The lift is stuck')))
    expect(told).toHaveLength(1)
    expect(mails(CARLA)).toHaveLength(1)
  })

  test('Bruno gives Carla the heating, and closes the leak; her next digest says so', async () => {
    const notice = (id: number): Buffer =>
      notices(BRUNO).findLast((mail) => headerIn(mail, 'X-Postroom-Ticket') === String(id)) ??
      expect.fail('no notice')
    await answers(BRUNO, notice(1), '#assign carla')
    await answers(BRUNO, notice(2), '#close')
    await itIs(july(7, '08:00'))
    await servers.mailbox(CARLA).untilMessages(2)
    const text = await textOf(digests()[1])
    expect(text).toMatch(/Yours\s+#1 The heating is cold[^]*Nobody’s yet\s+#3 The lift is stuck/)
    expect(text).not.toContain('leak')
  })

  test('three mails in two minutes are two notices: the first at once, the others together', async () => {
    await writes(ANA, subject('The door squeaks'))
    const first = notices(BRUNO).at(-1)
    const told = await hears(BRUNO, async () => {
      const answered = newest(ANA)
      await answers(ANA, answered, 'And it sticks.')
      await answers(ANA, answered, 'And now it fell out.')
    })
    expect(await textOf(first)).toContain('The door squeaks!')
    expect(told).toEqual([])
    const { length } = mails(BRUNO)
    desk.clock.advance(2 * MINUTE_MS)
    const all = await servers.mailbox(BRUNO).untilMessages(length + 1)
    expect(await textOf(all.at(-1))).toMatch(/And it sticks\.[^]*And now it fell out\./)
  })

  test('each level hears what it says: all, mine, off', async () => {
    desk.clock.advance(10 * MINUTE_MS)
    const heating = notices(BRUNO).findLast((mail) => headerIn(mail, 'X-Postroom-Ticket') === '1')
    expect(heating).toBeDefined()
    const ack = mails(ANA)[0] ?? expect.fail('no acknowledgement')
    const onCarlas = () => answers(ANA, ack, `Still cold at ${desk.clock.now().toISOString()}.`)
    const onNobodys = () => writes(ANA, subject(`Another thing ${Math.random()}`))
    const heard = async (level: string): Promise<[number, number]> => {
      await wants(BRUNO, level)
      desk.clock.advance(10 * MINUTE_MS)
      return [(await hears(BRUNO, onCarlas)).length, (await hears(BRUNO, onNobodys)).length]
    }
    expect(await heard('all')).toEqual([1, 1])
    expect(await heard('mine_unassigned')).toEqual([0, 1])
    expect(await heard('mine')).toEqual([0, 0])
    expect(await heard('off')).toEqual([0, 0])
    await wants(CARLA, 'mine')
    desk.clock.advance(10 * MINUTE_MS)
    expect(await hears(CARLA, onCarlas)).toHaveLength(1)
  })

  test('a ticket that Carla put off comes back by itself, at eight of that day', async () => {
    const snoozed = async (): Promise<unknown> =>
      (await desk.daemon.workplace.store.read('tickets').where({ id: 1 }).first('snoozed_until'))
        .snoozed_until
    await answers(CARLA, notices(CARLA).at(-1) ?? expect.fail('no notice'), '#snooze 2026-07-09')
    expect(await snoozed()).toBe(july(9, '08:00').getTime())
    await itIs(july(9, '08:00'))
    await expect.poll(snoozed, { timeout: 20_000 }).toBe(null)
  })
})
