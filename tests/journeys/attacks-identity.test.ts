/**
 * What strangers try with names, ids and other people's words, part A of the threats: each test is one
 * attack, on people of its own.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disableUser } from '../../src/desk/manage-users.ts'
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
  emailOf,
  expectOwnTicket,
  headerOf,
  lastFate,
  lastTicket,
  mail,
  mailbox,
  OUR_SERVER,
  passed,
  recipients,
} from './attack-desk.ts'

describe('with a mail server that authenticates', () => {
  beforeAll(() => attack({ inbox: { authserv_id: OUR_SERVER } }))
  afterAll(() => desk.close())

  test('bad input 87: A1: without a word of our server a mail is a ticket, and its sender nobody we would answer', async () => {
    expect(recipients(await after(mail('ana1@customer.test')))).toEqual([AGENT])
    expect(await emailOf((await lastTicket())['requester_id'])).toBe('ana1@customer.test')
  })

  test.each([
    ['a name that hides an address', `=?utf-8?q?bruno=40acme.test=3E?= <eve4@stranger.test>`],
    ['an address as a name', `"${AGENT}" <eve4@stranger.test>`],
    ['a domain that looks alike', 'bruno@xn--cme-7cd.test'],
    ['a NUL', 'bruno@acme.test\u0000'],
  ])('A4: %s makes nobody an agent', async (_what, from) => {
    const { id, notice } = await aTicketOf(`ana4${Math.random()}@customer.test`)
    const heard = await after(answerTo(notice, from))
    expect(heard.filter(({ to }) => to.endsWith('@customer.test'))).toEqual([])
    expect((await commentsOf(id)).filter((one) => one['author_type'] === 'agent')).toEqual([])
  })

  test('A5: Reply-To is no identity, and nothing of ours goes there', async () => {
    const heard = await after(authentic('ana5@customer.test', { 'Reply-To': AGENT }))
    expect(recipients(heard)).toEqual(['ana5@customer.test', AGENT].toSorted(byText))
    const ticket = await lastTicket()
    expect(await emailOf(ticket['requester_id'])).toBe('ana5@customer.test')
    expect(await commentsOf(ticket['id'])).toMatchObject([{ author_type: 'customer' }])
  })

  test('A6: a token that was changed, or is another person’s, opens no door', async () => {
    const { id, ack } = await aTicketOf('ana6@customer.test')
    const reply = headerOf(ack, 'Reply-To')
    const changed = reply.replace(/.(?=@)/, (last) => (last === 'a' ? 'b' : 'a'))
    const bare = { 'In-Reply-To': null, References: null, Subject: 'Hello' }
    await expectOwnTicket(await after(answerTo(ack, 'eve6@stranger.test', bare)), id)
    await expectOwnTicket(
      await after(answerTo(ack, 'eve6@stranger.test', { ...bare, To: changed })),
      id,
    )
  })

  test('A7: who knows ids and numbers, but takes no part, gets a ticket of his own', async () => {
    const { id, ack } = await aTicketOf('ana7@customer.test')
    const subject = { To: 'support@acme.test', Subject: `Re: [#${id}] The printer` }
    await expectOwnTicket(await after(answerTo(ack, 'eve7@stranger.test', subject)), id)
    expect(await desk.store.read('ticket_links').where({ related_id: id })).toHaveLength(1)
    expect(mailbox('ana7@customer.test')).toHaveLength(1)
  })

  test('A8: a forged requester brings nobody in', async () => {
    const { id } = await aTicketOf('ana8@customer.test')
    // In Ana's name, by number alone: she takes part, so it is a comment; whom it copies does not.
    const forged = mail('ana8@customer.test', {
      Subject: `Re: [#${id}]`,
      Cc: 'eve8@stranger.test',
      'Authentication-Results': passed('ana8@customer.test', 'fail'),
    })
    await after(forged)
    const notice = mailbox(AGENT).at(-1) ?? ''
    const heard = await after(answerTo(notice, AGENT, { 'Authentication-Results': passed(AGENT) }))
    expect(recipients(heard)).toEqual(['ana8@customer.test'])
    expect(mailbox('eve8@stranger.test')).toEqual([])
  })

  test('A9: an agent’s name without his token, or unauthenticated, publishes nothing', async () => {
    const { id, ack, notice } = await aTicketOf('ana9@customer.test')
    const claim = { To: 'support@acme.test', 'In-Reply-To': headerOf(ack, 'Message-ID') }
    const aligned = { ...claim, 'Authentication-Results': passed(AGENT) }
    const forgeries = [
      answerTo(ack, AGENT, claim),
      answerTo(notice, AGENT),
      answerTo(ack, AGENT, aligned),
    ]
    for (const forged of forgeries) {
      const heard = await after(forged)
      expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
      expect(await lastFate()).toBe('quarantined')
    }
    expect(await commentsOf(id)).toHaveLength(1)
  })

  test('A9: an agent who was disabled is not published, and not told', async () => {
    const carl = await desk.addUser('carl9@acme.test', 'agent', 'Carl')
    const customer = 'anac9@customer.test'
    const heard = await after(authentic(customer))
    const notice = heard.find(({ to }) => to === carl.email)?.source ?? ''
    await desk.store.transaction((tx) => disableUser(tx, { user: carl }, new Date()))
    const from = { 'Authentication-Results': passed(carl.email) }
    expect(await after(answerTo(notice, carl.email, from))).toEqual([])
    expect(await lastFate()).toBe('quarantined')
  })

  test('A10: commands in the mail of who has not proven himself are words', async () => {
    const { id } = await aTicketOf('ana10@customer.test')
    const forged = mail(
      'ana10@customer.test',
      { Subject: `Re: [#${id}]`, 'Authentication-Results': passed('ana10@customer.test', 'fail') },
      '#close',
    )
    await after(forged)
    expect(await desk.store.read('tickets').where({ id }).first('status')).toEqual({
      status: 'open',
    })
    expect((await commentsOf(id)).at(-1)).toMatchObject({ text: '#close' })
  })

  test('A12: a code that a forged mail brings into a ticket is repeated to nobody', async () => {
    const { id, ack } = await aTicketOf('ana12@customer.test')
    const forged = answerTo(
      ack,
      'no-reply@service.test',
      { 'Auto-Submitted': 'auto-generated' },
      'Your verification code is 748213. Do not share it with anybody.',
    )
    const heard = await after(forged)
    expect(heard.map(({ source }) => source).join('')).not.toContain('748213')
    expect(heard.filter(({ to }) => to !== AGENT)).toEqual([])
    expect(await commentsOf(id)).toHaveLength(1)
  })

  test('A13: a tagged address is another person', async () => {
    await after(authentic('ana13@customer.test'))
    const { requester_id: one } = await lastTicket()
    await after(authentic('ana13+x@customer.test'))
    expect((await lastTicket())['requester_id']).not.toBe(one)
  })

  test('bad input 80: A14: our own mail that comes back opens nothing, however often', async () => {
    const { id, ack, notice } = await aTicketOf('ana14@customer.test')
    for (let round = 0; round < 3; round += 1) expect(await after(ack, notice)).toEqual([])
    expect((await lastTicket())['id']).toBe(id)
    expect(await after(authentic('support@acme.test'))).toEqual([])
  })

  test('A15: somebody else’s Message-ID hides no mail', async () => {
    const id = '<known15@customer.test>'
    await after(mail('eve15@stranger.test', { 'Message-ID': id }, 'First, and false.'))
    const forged = await lastTicket()
    await after(authentic('ana15@customer.test', { 'Message-ID': id }, 'The genuine one.'))
    expect((await lastTicket())['id']).not.toBe(forged['id'])
    expect(await lastFate()).toBe('ticket')
  })
})
