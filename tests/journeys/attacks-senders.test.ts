/**
 * What strangers try with the headers that say who wrote and who vouches for it: verdicts that are not
 * our server's, and authors that cannot be told. Each test is one attack, on people of its own.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  lastTicket,
  mail,
  OUR_SERVER,
  passed,
  recipients,
} from './attack-desk.ts'

let customers = 0
type Headers = Parameters<typeof mail>[1]

/** What is stored with the words of the newest ticket about who vouched for them. */
async function vouchedFor(): Promise<unknown> {
  const [first] = await commentsOf((await lastTicket())['id'])
  return JSON.parse(String(first?.['authentication']))
}

describe('who vouches', () => {
  beforeAll(() => attack({ inbox: { authserv_id: OUR_SERVER } }))
  afterAll(() => desk.close())

  const NOBODY = { spf: null, dkim: null, dmarc: null, aligned: false, source: null }
  const pass = 'dmarc=pass header.from=customer.test'

  test('A1: it is stored with a mail that our server passed, failed, or said nothing about', async () => {
    const from = 'ana1@customer.test'
    const levels: [Headers, unknown][] = [
      [{}, NOBODY],
      [{ 'Authentication-Results': passed(from) }, { dmarc: 'pass', aligned: true }],
      [{ 'Authentication-Results': passed(from, 'fail') }, { dmarc: 'fail', aligned: false }],
    ]
    for (const [headers, stored] of levels) {
      await after(mail(from, headers))
      expect(await vouchedFor()).toMatchObject(stored as object)
    }
  })

  // prettier-ignore
  test.each([
    ['a longer name', `${OUR_SERVER}.evil.test; ${pass}`],
    ['a shorter name', `${OUR_SERVER.slice(3)}; ${pass}`],
    ['another case', `${OUR_SERVER.toUpperCase()}; ${pass}`],
    ['our name in a comment', `other.test (${OUR_SERVER}); ${pass}`],
    ['our name as a second word', `other.test ${OUR_SERVER}; ${pass}`],
    ['our name in a result', `other.test; x=y reason="${OUR_SERVER}; ${pass}"`],
    ['our name in an unfinished quotation', `"${OUR_SERVER}; ${pass}`],
  ])('A2: a verdict under %s is nobody’s', async (_what, verdict) => {
    const from = 'ana2@customer.test'
    expect(recipients(await after(mail(from, { 'Authentication-Results': verdict })))).toEqual([
      AGENT,
    ])
    expect(await vouchedFor()).toEqual(NOBODY)
  })

  // prettier-ignore
  test.each([
    ['as it is', `${OUR_SERVER}; ${pass}`],
    ['with a comment', `${OUR_SERVER} (x); ${pass}`],
    ['with a version', `${OUR_SERVER} 1; ${pass}`],
    ['folded', `${OUR_SERVER};\r\n\tdmarc=pass\r\n header.from=customer.test`],
    ['folded within a comment', `${OUR_SERVER} (x\r\n y); ${pass}`],
    ['quoted', `"${OUR_SERVER}"; ${pass}`],
  ])(
    'A2: our server’s own verdict counts %s, and a forged one like it does not',
    async (_what, verdict) => {
      customers += 1
      const from = `anb2-${customers}@customer.test`
      const heard = await after(mail(from, { 'Authentication-Results': verdict }))
      expect(recipients(heard)).toEqual([AGENT, from].toSorted(byText))
      const failed = passed(from, 'fail')
      // Below ours, in one block with it and, where our server wrote none, below what it received.
      const received =
        'from stranger.test (192.0.2.7) by mx.acme.test; Mon, 6 Jul 2026 10:00:00 +0000'
      const forgeries: [Headers, string | null][] = [
        [{ 'Authentication-Results': [failed, verdict] }, 'fail'],
        [
          {
            'Authentication-Results': failed,
            Received: received,
            'authentication-results': verdict,
          },
          'fail',
        ],
        [{ Received: received, 'Authentication-Results': verdict }, null],
      ]
      for (const [headers, dmarc] of forgeries) {
        await after(mail('ane2@customer.test', headers))
        expect(await vouchedFor()).toMatchObject({ dmarc, aligned: false })
      }
    },
  )
})

describe('who wrote', () => {
  beforeAll(() => attack({ inbox: { authserv_id: OUR_SERVER } }))
  afterAll(() => desk.close())

  const EVE = 'eve3@stranger.test'
  const AUTHORS: [string, Headers][] = [
    ['two From fields, the agent’s first', { From: [AGENT, EVE] }],
    ['two From fields, the agent’s last', { From: [EVE, AGENT] }],
    ['two addresses in one, the agent’s first', { From: `${AGENT}, ${EVE}` }],
    ['two addresses in one, the agent’s last', { From: `${EVE}, ${AGENT}` }],
    ['a group', { From: `Desk: ${AGENT};` }],
    ['an empty group', { From: 'undisclosed-recipients:;' }],
    ['nothing', { From: '' }],
    ['empty brackets', { From: 'Bruno <>' }],
    ['no From at all', { From: null }],
    ['no domain', { From: `<${AGENT.split('@')[0] ?? ''}>` }],
    ['a name alone', { From: `"${AGENT}"` }],
  ]

  test.each(AUTHORS)(
    'A3: %s opens a ticket of nobody, and is not answered',
    async (_what, author) => {
      expect(recipients(await after(authentic(EVE, author)))).toEqual([AGENT])
      expect((await lastTicket())['requester_id']).toBeNull()
    },
  )

  test.each([
    ...AUTHORS,
    ['another Sender, who is vouched for', { From: AGENT, Sender: EVE, passed: EVE }] as const,
  ])('A3: %s does nothing in an agent’s name, though it has his token', async (_what, author) => {
    const { passed: who = AGENT, ...from } = author as Record<string, string>
    customers += 1
    const { id, notice } = await aTicketOf(`ana3-${customers}@customer.test`)
    const claimed = { 'Authentication-Results': passed(who), ...from }
    const heard = await after(answerTo(notice, '', claimed, '#close\n\nSend the money elsewhere.'))
    expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
    expect((await commentsOf(id)).map((one) => one['author_type'])).not.toContain('agent')
    const { status } = await desk.store.read('tickets').where({ id }).first('status')
    expect(status).toBe('open')
  })
})
