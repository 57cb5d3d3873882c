/**
 * The desk was down and comes back, on real servers: what lay in the inbox meanwhile is taken in, late
 * mail is called late, and nothing automatic answers what is a day old.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { styledReply } from '../kit/client-styles.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { movableClock } from '../kit/movable-clock.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const DORA = 'dora@customer.test'
const HOUR_MS = 3_600_000

describeWithMailServers('after an outage', () => {
  const scratch = scratchDirectories('outage')
  const clock = movableClock()
  let servers: MailServers
  let dataDir: string
  let desk: JourneyDesk
  const { mails, writes, newest } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA, DORA] })
    dataDir = scratch.make()
    await comeUp()
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  async function comeUp(): Promise<void> {
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir,
      clock,
      agents: [{ email: BRUNO, name: 'Bruno' }],
    })
  }

  /** The desk goes down, these mails arrive, hours pass, and it comes up again. */
  async function away(hours: number, lying: readonly { from: string; source: string }[]) {
    await desk.untilAtRest()
    await desk.stop()
    for (const { from, source } of lying) await servers.deliver(source, SUPPORT, from)
    clock.advance(hours * HOUR_MS)
    await comeUp()
    taken += lying.length
    const { read } = desk.daemon.workplace.store
    const ledger = async (): Promise<number> => (await read('inbound_messages').pluck('id')).length
    await expect.poll(ledger, { timeout: 20_000 }).toBe(taken)
    await desk.untilAtRest()
  }
  /** Mails in the ledger. */
  let taken = 0

  const statusOf = async (id: number): Promise<string> =>
    (await desk.daemon.workplace.store.read('tickets').where({ id }).first('status')).status

  test('before it: Ana writes, and is acknowledged as always', async () => {
    await writes(ANA, { headers: { Subject: 'The printer' } })
    taken += 1
    expect(await textOf(newest(ANA))).not.toContain('could not be taken in')
    expect(mails(BRUNO)).toHaveLength(1)
  })

  test('three hours away: Dora’s mail is acknowledged, with the time it came and an excuse', async () => {
    const source = aMail({ headers: { From: DORA, Subject: 'The lamp' } })
    await away(3, [{ from: DORA, source }])
    const text = await textOf(newest(DORA))
    expect(text).toMatch(/Your message of .*20\d\d.* could not be taken in until now/)
    expect(text).toContain('Your reference is 2.')
    expect(headerIn(newest(BRUNO), 'X-Postroom-Ticket')).toBe('2')
  })

  test('a day away: her next mail is a ticket and Bruno hears of it, but no machine answers it', async () => {
    const source = aMail({ headers: { From: DORA, Subject: 'The chair' } })
    const [forDora, forBruno] = [mails(DORA).length, mails(BRUNO).length]
    await away(25, [{ from: DORA, source }])
    expect(mails(DORA)).toHaveLength(forDora)
    const told = mails(BRUNO).slice(forBruno)
    expect(told.map((mail) => headerIn(mail, 'X-Postroom-Ticket'))).toEqual(['3'])
  })

  test('what Bruno ordered by mail before a day away is done, and an answer of his is mailed', async () => {
    const notice = (id: string): Buffer =>
      mails(BRUNO).find((mail) => headerIn(mail, 'X-Postroom-Ticket') === id) ??
      expect.fail('no notice')
    const from = BRUNO
    const [forBruno, forAna] = [mails(BRUNO).length, mails(ANA).length]
    await away(25, [
      { from, source: styledReply('Gmail', { from, answered: notice('2'), text: '#close' }) },
      { from, source: styledReply('Gmail', { from, answered: notice('1'), text: 'Use water.' }) },
    ])
    expect(await statusOf(2)).toBe('closed')
    expect(mails(BRUNO)).toHaveLength(forBruno)
    expect(await textOf(mails(ANA)[forAna])).toContain('Use water.')
  })
})
