/**
 * A storm of forged senders on real servers: it uses up what the desk may acknowledge in an hour.
 * Automatic mail stops, people's own goes on, somebody is told, and afterwards all is as before.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listOutbox, type OutboxMessage } from '../../src/store/outbox.ts'
import { aMail } from '../kit/a-mail.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { movableClock } from '../kit/movable-clock.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const FORGED = Array.from({ length: 30 }, (_, n) => `forged${n}@customer.test`)
const TOTAL = 8
const MINUTE_MS = 60_000
const PATIENCE = { timeout: 20_000 }

describeWithMailServers('a storm', () => {
  const scratch = scratchDirectories('storm')
  const clock = movableClock()
  let servers: MailServers
  let desk: JourneyDesk
  const { mails, writes, answers, newest, hears } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA, ...FORGED] })
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      clock,
      agents: [{ email: BRUNO, name: 'Bruno' }],
      acknowledgement: { budget: { total: `${TOTAL}/1h`, per_domain: 'unlimited' } },
    })
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  const acknowledgements = async (): Promise<OutboxMessage[]> => {
    const { read } = desk.daemon.workplace.store
    const all = await listOutbox(read, { limit: 200 })
    return all.filter(({ kind }) => kind === 'acknowledgement')
  }
  const toForged = (): number => FORGED.reduce((sum, user) => sum + mails(user).length, 0)
  const alerts = async (): Promise<unknown[]> =>
    (await (await desk.apiOf(BRUNO)).get('/api/v1/alerts')).body.data ?? []
  const noticeOf = (subject: string): Buffer =>
    mails(BRUNO).findLast((mail) => headerIn(mail, 'Subject').includes(subject)) ??
    expect.fail(`no notice of ${subject}`)

  test('before it: Ana is acknowledged, answered, and answers: she is known', async () => {
    await writes(ANA, { headers: { Subject: 'The printer' } })
    expect(headerIn(newest(ANA), 'Auto-Submitted')).toBe('auto-replied')
    await answers(BRUNO, noticeOf('The printer'), 'Use water.')
    await answers(ANA, newest(ANA), 'It helped.')
  })

  test('in it: every mail is a ticket, and acknowledgements stop where the budget ends', async () => {
    await desk.untilTaken(async () => {
      for (const [n, from] of FORGED.entries()) {
        const headers = { From: from, Subject: `Order ${n}` }
        await servers.deliver(aMail({ headers, text: `About my order ${n}.` }), SUPPORT, from)
      }
    })
    const { read } = desk.daemon.workplace.store
    const taken = (): Promise<string[]> =>
      read('inbound_messages').where({ fate: 'ticket' }).pluck('fate')
    await expect.poll(async () => (await taken()).length, PATIENCE).toBe(1 + FORGED.length)
    await desk.untilAtRest()
    const sent = (await acknowledgements()).filter(({ outcome }) => outcome === 'sent')
    expect([sent.length, toForged()]).toEqual([TOTAL, TOTAL - 1])
  })

  test('an alert says so, and Bruno gets it by mail', async () => {
    const stopped = { kind: 'acknowledgements_stopped', cleared_at: null }
    await expect.poll(alerts, PATIENCE).toEqual([expect.objectContaining(stopped)])
    await desk.untilAtRest()
    expect(mails(BRUNO).map((mail) => headerIn(mail, 'Subject'))).toContain(
      'Postroom needs you: New tickets are not acknowledged',
    )
  })

  test('what people write goes on: Bruno hears of Ana’s next mails, and she of his answer at once', async () => {
    const heard = await hears(ANA, async () => {
      await writes(ANA, { headers: { Subject: 'The lamp' }, text: 'It is dark.' })
      await writes(ANA, { headers: { Subject: 'The chair' }, text: 'It is broken.' })
      await answers(BRUNO, noticeOf('The lamp'), 'Press the button.')
    })
    expect(heard.map((mail) => headerIn(mail, 'Auto-Submitted'))).toEqual([''])
    expect(await textOf(heard[0])).toContain('Press the button.')
    const hers = (await acknowledgements()).filter(({ rcptTo }) => rcptTo === ANA)
    // The lamp’s is not wanted any more; the chair’s waits.
    expect(hers.map(({ outcome }) => outcome)).toEqual(['held', 'discarded', 'sent'])
  })

  test('an hour later: what was held leaves, no forged sender gets more, and the alert is over', async () => {
    const heard = await hears(ANA, async () => {
      clock.advance(61 * MINUTE_MS)
      const held = async (): Promise<unknown[]> =>
        (await acknowledgements()).filter(({ outcome }) => outcome === 'held')
      await expect.poll(held, PATIENCE).toEqual([])
    })
    expect(heard.map((mail) => headerIn(mail, 'Subject'))).toEqual(['Re: The chair'])
    expect(headerIn(heard[0], 'Auto-Submitted')).toBe('auto-replied')
    const over = { kind: 'acknowledgements_stopped', cleared_at: expect.any(String) }
    await expect.poll(alerts, PATIENCE).toEqual([expect.objectContaining(over)])
    expect(toForged()).toBe(TOTAL - 1)
  })

  test('and a new mail is acknowledged as before it', async () => {
    const heard = await hears(ANA, () =>
      writes(ANA, { headers: { Subject: 'The desk' }, text: 'x' }),
    )
    expect(heard.map((mail) => headerIn(mail, 'Auto-Submitted'))).toEqual(['auto-replied'])
  })
})
