/**
 * What strangers try with the mail we send, part B of the threats: to have it say or carry something,
 * reach somebody, or never end. Each test is one attack, on people of its own.
 */
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { observed, tendAlerts } from '../../src/desk/tend-alerts.ts'
import { listAlerts } from '../../src/store/alerts.ts'
import {
  after,
  AGENT,
  answerTo,
  aTicketOf,
  attack,
  authentic,
  byText,
  commentsOf,
  desk,
  mail,
  mailbox,
  OUR_SERVER,
  passed,
  recipients,
} from './attack-desk.ts'

describe('with a mail server that authenticates', () => {
  beforeAll(() => attack({ inbox: { authserv_id: OUR_SERVER } }))
  afterAll(() => desk.close())

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
    expect(sent.length).toBeGreaterThan(10)
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
  beforeAll(() => attack({}))
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
      elsewhere: [],
      lookedFor: [],
      disk: null,
    }
    await desk.store.transaction((tx) => tendAlerts(tx, desk.context, seen, at))
    const alerts = await listAlerts(desk.store.read, { openOnly: true, limit: 10 })
    expect(alerts.map(({ kind }) => kind)).toEqual(['acknowledgements_stopped'])
    const heard = await after(answerTo(notice, AGENT, {}, 'We are on it.'))
    expect(recipients(heard)).toContain('real@customer.test')
  }, 180_000)

  const acknowledged = async (): Promise<number> =>
    (await desk.store.read('outbox').where({ kind: 'acknowledgement', outcome: 'sent' })).length
})
