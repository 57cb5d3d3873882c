/**
 * What takes minutes, days or weeks, on real servers with a clock that is moved: answers that are
 * called back, tickets that come back or do not, an address that died and lives again, words of one's
 * own, and codes that are nobody's business.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { movableClock } from '../kit/movable-clock.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const GONE = 'gone@customer.test'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

describeWithMailServers('weeks at the desk', () => {
  const scratch = scratchDirectories('weeks')
  // Behind the servers' time, so that no mail is late when days have passed here.
  const clock = movableClock(new Date('2026-07-06T10:00:00Z'))
  let servers: MailServers
  let desk: JourneyDesk
  const { mails, writes, answers, newest, hears } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA] })
    const templates = scratch.make()
    mkdirSync(path.join(templates, 'en'))
    const own = (kind: string, text: string) =>
      writeFileSync(path.join(templates, 'en', `acknowledgement.${kind}.liquid`), text)
    own('txt', 'Subject: Hi from Acme\n\nAhoy! Your number is {{ ticket.id }}.\n')
    own('html', '<p>Ahoy! Your number is {{ ticket.id }}.</p>\n')
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      clock,
      agents: [{ email: BRUNO, name: 'Bruno' }],
      reply_hold: '10min',
      inbox: { reopen_window: '2d', templates },
    })
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
  })

  const read = () => desk.daemon.workplace.store.read
  const ticket = (id: number): Promise<Record<string, unknown>> =>
    read()('tickets').where({ id }).first()
  /** His newest notice of a ticket. */
  const notice = (id: number): Buffer =>
    mails(BRUNO).findLast((mail) => headerIn(mail, 'X-Postroom-Ticket') === String(id)) ??
    expect.fail(`no notice of ${id}`)
  /** It leaves when the time of holding is over. */
  async function held(work: () => Promise<unknown>): Promise<Buffer[]> {
    expect(await hears(ANA, work)).toEqual([])
    const { length } = mails(ANA)
    clock.advance(10 * MINUTE_MS)
    return (await servers.mailbox(ANA).untilMessages(length + 1)).slice(length)
  }

  test('the acknowledgement has this inbox’s own words', async () => {
    await writes(ANA, { headers: { Subject: 'The printer' } })
    expect(headerIn(newest(ANA), 'Subject')).toBe('Hi from Acme')
    expect(await textOf(newest(ANA))).toContain('Ahoy! Your number is 1.')
  })

  test('an answer that is called back within ten minutes reaches nobody; the next one does', async () => {
    await answers(BRUNO, notice(1), 'Oops, wrong customer.')
    const api = await desk.apiOf(BRUNO)
    const { data = [] } = (await api.get('/api/v1/outbox?outcome=queued')).body
    const [waiting] = data.filter(({ kind }) => kind === 'reply')
    const discarded = await api.post(`/api/v1/outbox/${waiting?.id}/discard`, undefined)
    expect(discarded.status).toBe(200)
    const got = await held(() => answers(BRUNO, notice(1), 'Use water.'))
    expect(await Promise.all(got.map(textOf))).toEqual([expect.stringContaining('Use water.')])
    expect(mails(ANA).join('')).not.toContain('Oops')
  })

  test('Ana answers a day after it was closed: it is open again', async () => {
    await answers(BRUNO, notice(1), '#close')
    clock.advance(DAY_MS)
    await answers(ANA, newest(ANA), 'It burns again.')
    expect(await ticket(1)).toMatchObject({ status: 'open' })
  })

  test('and three days after it was closed again: that is a new ticket, which follows it', async () => {
    await answers(BRUNO, notice(1), '#close')
    clock.advance(3 * DAY_MS)
    await answers(ANA, newest(ANA), 'And again.')
    expect(await ticket(1)).toMatchObject({ status: 'closed' })
    expect(await ticket(2)).toMatchObject({ status: 'open', follow_up_of: 1 })
  })

  test('an address that is no more gets nothing automatic, until an agent lets it again', async () => {
    const acknowledgements = () =>
      read()('outbox')
        .where({ rcpt_to: GONE, kind: 'acknowledgement' })
        .orderBy('id')
        .pluck('outcome')
    await writes(GONE, { headers: { Subject: 'Call me' } })
    await expect.poll(acknowledgements, { timeout: 20_000 }).toEqual(['bounced'])
    await writes(GONE, { headers: { Subject: 'Call me, please' } })
    expect(await acknowledgements()).toEqual(['bounced', 'suppressed'])
    servers.addUser(GONE)
    // The server looks at its list of users once a second.
    const hello = aMail({ headers: { To: GONE } })
    const takes = () =>
      servers.deliver(hello, GONE).then(
        () => true,
        () => false,
      )
    await expect.poll(takes, { timeout: 10_000 }).toBe(true)
    const api = await desk.apiOf(BRUNO)
    const [suppressed] = (await api.get('/api/v1/suppressions')).body.data ?? []
    expect(suppressed).toMatchObject({ address: GONE, reason: 'hard_bounce' })
    expect((await api.send('DELETE', `/api/v1/suppressions/${suppressed?.id}`)).status).toBe(204)
    await writes(GONE, { headers: { Subject: 'I am back' } })
    expect(await acknowledgements()).toEqual(['bounced', 'suppressed', 'sent'])
    expect(await textOf(newest(GONE))).toContain('Ahoy!')
  })

  test('a service mails a code to the desk: agents see it in the ticket, and no mail repeats it', async () => {
    const code = '748213'
    await writes('no-reply@service.test', {
      headers: { Subject: `${code} is your verification code` },
      text: `Your verification code is ${code}. Do not share it with anybody.`,
    })
    const said = await read()('comments').orderBy('id', 'desc').first()
    expect(said).toMatchObject({ visibility: 'internal' })
    expect(said.text).toContain(code)
    for (const user of servers.users().filter((one) => one !== SUPPORT)) {
      for (const mail of mails(user)) expect(await textOf(mail)).not.toContain(code)
      expect(mails(user).join('')).not.toContain(code)
    }
  })
})
