/** Several people on one ticket: who gets what, who may answer, and what strangers come to. */
import { expect, test } from 'vitest'
import { addComment } from '../../src/desk/add-comment.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { leaveTicket } from '../../src/desk/take-part.ts'
import { listParticipants } from '../../src/store/participants.ts'
import { findUserByEmail } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, onDesk } from '../kit/desk-context.ts'
import {
  afterMail,
  arrive,
  AT_ONCE,
  desk,
  fatesOf,
  headerOf,
  mailTo,
  owed,
  replyFrom,
  textOf,
} from './intake-desk.ts'
import { commentsOf, listTickets } from './tickets-of.ts'

const ANA = 'ana@customer.test'
const KIM = 'kim@customer.test'
const LEE = 'lee@partner.test'
const OPENING = '<first@customer.test>'

const toAll = (more: Record<string, string> = {}): string =>
  aMail({
    headers: {
      To: `support@acme.test, "Kim K." <${KIM}>`,
      Cc: `Lee <${LEE}>`,
      'Message-ID': OPENING,
      ...more,
    },
  })

async function agentAnswers(text = 'Use water.', ticketId = 1): Promise<void> {
  const user = await findUserByEmail(desk.store.read, anAddress('bruno@acme.test'))
  const input = {
    ticketId,
    visibility: 'public' as const,
    author: { type: 'agent' as const, user },
    said: saidByApi(text),
    moveTo: null,
    mailOut: true,
    notifyAgents: false,
    reopening: false,
  }
  await desk.write((tx) => addComment(tx, desk.context, input, new Date()))
}

const people = async (ticketId: number): Promise<string[]> =>
  (await listParticipants(desk.store.read, [ticketId])).map(({ email, role }) => `${role} ${email}`)
const sourceTo = async (address: string) => textOf(await mailTo(address))
const links = () => desk.store.read('ticket_links').select('ticket_id', 'related_id')

eachDatabase(
  'several people on a ticket',
  (fresh) => {
    test('all of To and Cc stay, are shown, and are answered; we are not among them', async () => {
      await afterMail(fresh, [toAll()])
      expect(await people(1)).toEqual([`requester ${ANA}`, `cc ${KIM}`, `cc ${LEE}`])
      await agentAnswers()
      expect((await owed()).slice(-3)).toEqual([
        `reply ${ANA} queued`,
        `reply ${KIM} queued`,
        `reply ${LEE} queued`,
      ])
      for (const address of [ANA, KIM, LEE]) {
        const source = await sourceTo(address)
        expect(headerOf(source, 'To')).toBe(`Ana <${ANA}>`)
        expect(headerOf(source, 'Cc')).toBe(`"Kim K." <${KIM}>, Lee <${LEE}>`)
        expect(headerOf(source, 'References')).toContain(OPENING)
        expect(headerOf(source, 'Thread-Topic')).toBe('The printer')
      }
    })

    test('somebody copied answers with his own token, or the opening mail itself', async () => {
      await afterMail(fresh, [toAll()])
      await agentAnswers()
      await arrive(
        await replyFrom(LEE, 'I have a bucket.'),
        aMail({
          headers: { From: KIM, Subject: 'Re: The printer', 'In-Reply-To': OPENING },
          text: 'I have sand.',
        }),
      )
      const [, , ...later] = await commentsOf(desk, 1)
      expect(later.map(({ text }) => text)).toEqual(['I have a bucket.', 'I have sand.'])
      await agentAnswers('Thank you all.')
      expect((await owed()).slice(-3).map((line) => line.split(' ')[1])).toEqual([ANA, KIM, LEE])
    })

    test('an agent who asks is not among those whom customers see', async () => {
      const carla = 'carla@acme.test'
      const asks = aMail({ headers: { From: `Carla <${carla}>`, Cc: `Lee <${LEE}>` } })
      await afterMail(fresh, [aMail()])
      await desk.addUser(carla, 'agent', 'Carla')
      await arrive(asks)
      expect(await people(2)).toEqual([`requester ${carla}`, `cc ${LEE}`])
      await agentAnswers('Use water.', 2)
      expect(headerOf(await sourceTo(LEE), 'To')).toBe(`Lee <${LEE}>`)
      expect(await sourceTo(LEE)).not.toContain(carla)
      expect(headerOf(await sourceTo(carla), 'To')).toBe(`Carla <${carla}>`)
    })

    test('somebody copied may answer the mail of another: he takes part', async () => {
      await afterMail(fresh, [toAll()])
      await agentAnswers()
      await arrive(await replyFrom(ANA, 'Forwarded by Ana to Lee.', { From: LEE }))
      expect(await fatesOf()).toEqual(['ticket', 'comment'])
    })

    test('a stranger with Ana’s token, Message-ID or number gets a ticket of his own, linked', async () => {
      const stranger = (headers: Record<string, string>) =>
        aMail({ headers: { From: 'mallory@stranger.test', ...headers }, text: 'What about it?' })
      await afterMail(fresh, [toAll()])
      await agentAnswers()
      const before = await owed()
      const token = headerOf(await sourceTo(ANA), 'Reply-To')
      await arrive(
        stranger({ To: token }),
        stranger({ 'In-Reply-To': OPENING }),
        stranger({ Subject: 'Re: [#1] The printer' }),
      )
      expect(await links()).toEqual([2, 3, 4].map((id) => ({ ticket_id: id, related_id: 1 })))
      expect(await listTickets(desk)).toMatchObject([
        { id: 1, commentsCount: 2, version: 2 },
        { commentsCount: 1 },
        { commentsCount: 1 },
        { commentsCount: 1 },
      ])
      expect(await people(1)).toHaveLength(3)
      // Nobody on ticket 1 hears of it.
      const after = (await owed()).slice(before.length)
      expect(after.filter((line) => /customer\.test|partner\.test/.test(line))).toEqual([])
    })

    test('whom a participant copies later joins if the participant is proven; he sees nothing older', async () => {
      await afterMail(fresh, [aMail()])
      await agentAnswers('The secret is water.')
      await arrive(await replyFrom(ANA, 'My boss wants to know.', { Cc: `Lee <${LEE}>` }))
      expect(await people(1)).toEqual([`requester ${ANA}`, `cc ${LEE}`])
      await agentAnswers('Hello boss.')
      expect(await sourceTo(LEE)).toContain('> My boss wants to know.')
      expect(await sourceTo(LEE)).not.toContain('secret')
    })

    test('who was taken off the ticket opens one of his own, and whom he copies joins that', async () => {
      await afterMail(fresh, [toAll()])
      await agentAnswers()
      const author = { type: 'agent' as const, user: null }
      const leaving = { ticketId: 1, address: anAddress(LEE), author }
      await desk.write((tx) => leaveTicket(tx, leaving, new Date()))
      await arrive(await replyFrom(LEE, 'Still here.', { Cc: 'second@partner.test' }))
      expect(await people(1)).toEqual([`requester ${ANA}`, `cc ${KIM}`])
      expect(await people(2)).toEqual([`requester ${LEE}`, 'cc second@partner.test'])
      expect(await listTickets(desk)).toMatchObject([{ commentsCount: 2 }, { commentsCount: 1 }])
    })

    test('... and with nothing but claims he does not', async () => {
      await afterMail(fresh, [aMail({ headers: { 'Message-ID': OPENING } })])
      await arrive(aMail({ headers: { 'In-Reply-To': OPENING, Cc: 'eve@stranger.test' } }))
      expect(await fatesOf()).toEqual(['ticket', 'comment'])
      expect(await people(1)).toEqual([`requester ${ANA}`])
      // Agents are told, and may add her.
      const notice = (await sourceTo('bruno@acme.test')).replace(/=\r\n/g, '')
      expect(notice).toContain('Copied, but not on this ticket: eve@stranger.test')
    })

    test('where nobody joins by mail, agents hear who was copied', async () => {
      await afterMail(fresh, [toAll()], { ...AT_ONCE, inbox: { cc_join: 'never' } })
      expect(await people(1)).toEqual([`requester ${ANA}`])
      const notice = (await sourceTo('bruno@acme.test')).replace(/=\r\n/g, '')
      expect(notice).toContain(`Copied, but not on this ticket: ${KIM}, ${LEE}`)
    })

    test('who joined between question and answer is not shown the question', async () => {
      await afterMail(fresh, [aMail()])
      await desk.write(async (tx) => {
        const user = await tx('users')
          .insert({ email: LEE, role: 'customer', state: 'contact', created_at: Date.now() })
          .returning('id')
        const joined = Date.now() + 60_000
        await tx('participants').insert({
          ticket_id: 1,
          user_id: (user[0] as { id: number }).id,
          role: 'cc',
          created_at: joined,
        })
      })
      await agentAnswers()
      expect(await sourceTo(ANA)).toContain('> It is on fire.')
      expect(await sourceTo(LEE)).not.toContain('It is on fire.')
    })

    test('an absence note is no question: the customer’s own words are quoted', async () => {
      await afterMail(fresh, [aMail()])
      await agentAnswers()
      await arrive(
        await replyFrom(ANA, 'I am away until Monday.', { 'Auto-Submitted': 'auto-replied' }),
      )
      await agentAnswers('Are you back?')
      expect(await sourceTo(ANA)).toContain('> It is on fire.')
      expect(await sourceTo(ANA)).not.toContain('away until')
    })
  },
  onDesk,
)

eachDatabase(
  'how mail programs group and read what we send',
  (fresh) => {
    const OUTLOOK = 'AdBGxvwGyFw5ssAkQoOBsTwMXD/etA=='

    test('Outlook’s conversation goes on in every reply, and in nothing to the unproven', async () => {
      await afterMail(fresh, [toAll({ 'Thread-Index': OUTLOOK, 'Thread-Topic': 'The printer' })])
      await agentAnswers()
      const values = await Promise.all(
        (await desk.outbox())
          .filter(({ kind }) => kind === 'reply')
          .map(async (row) => Buffer.from(headerOf(await textOf(row), 'Thread-Index'), 'base64')),
      )
      expect(values).toHaveLength(3)
      const root = Buffer.from(OUTLOOK, 'base64')
      for (const value of values) {
        expect(value).toHaveLength(27)
        expect(value.subarray(0, 22)).toEqual(root)
      }
      const others = (await desk.outbox()).filter(({ kind }) => kind !== 'reply')
      expect(others).toHaveLength(2)
      for (const row of others) {
        const value = Buffer.from(headerOf(await textOf(row), 'Thread-Index'), 'base64')
        expect(value.subarray(6, 22)).not.toEqual(root.subarray(6))
      }
    })

    test('without one, a ticket has its own, and another ticket another', async () => {
      await afterMail(fresh, [aMail(), aMail({ text: 'Another fire.' })])
      const roots = await Promise.all(
        (await desk.outbox())
          .filter(({ kind }) => kind === 'acknowledgement')
          .map(async (row) => headerOf(await textOf(row), 'Thread-Index').slice(0, 28)),
      )
      expect(new Set(roots).size).toBe(2)
      await agentAnswers()
      expect(headerOf(await sourceTo(ANA), 'Thread-Index').slice(0, 28)).toBe(roots[0])
    })

    const SUBJECTS: readonly [theirs: string, ours: string, topic: string][] = [
      ['The printer', 'Re: The printer', 'The printer'],
      ['AW: Re: The printer', 'Re: The printer', 'The printer'],
      ['', 'Re:', ''],
    ]
    test.each(SUBJECTS)('the subject "%s" is answered as "%s"', async (Subject, ours, topic) => {
      await afterMail(fresh, [aMail({ headers: { Subject } })])
      await agentAnswers()
      const source = await sourceTo(ANA)
      expect(headerOf(source, 'Subject').trim()).toBe(ours)
      expect(headerOf(source, 'Thread-Topic').trim()).toBe(topic)
    })

    const LANGUAGES: readonly [headers: Record<string, string>, text: string, locale: string][] = [
      [{ 'Content-Language': 'de-DE' }, 'Hi', 'de'],
      [{ 'Accept-Language': 'sv, fr;q=0.8' }, 'Hi', 'fr'],
      [{}, 'Guten Tag, der Drucker ist kaputt und ich habe keine Tinte für die Arbeit.', 'de'],
      [{ 'Content-Language': 'sv' }, 'Hej', 'it'],
      [{}, 'Hi', 'it'],
    ]
    test.each(LANGUAGES)('%j and "%s" are acknowledged in %s', async (headers, text, locale) => {
      await afterMail(fresh, [aMail({ headers, text })], { ...AT_ONCE, inbox: { locale: 'it' } })
      const source = await sourceTo(ANA)
      expect(headerOf(source, 'Content-Language')).toBe(locale)
      expect(source).toContain(`<html lang=3D"${locale}"`)
    })

    test('a requester who switches the language is answered in it; others do not switch it', async () => {
      await afterMail(fresh, [toAll({ 'Content-Language': 'de' })])
      await agentAnswers()
      await arrive(await replyFrom(LEE, 'Ciao', { 'Content-Language': 'it' }))
      expect(await listTickets(desk)).toMatchObject([{ locale: 'de' }])
      await arrive(await replyFrom(ANA, 'Hello', { 'Content-Language': 'en-GB' }))
      await arrive(await replyFrom(ANA, 'Ok', { 'Content-Language': 'sv' }))
      expect(await listTickets(desk)).toMatchObject([{ locale: 'en-GB', commentsCount: 5 }])
      await agentAnswers()
      expect(headerOf(await sourceTo(ANA), 'Content-Language')).toBe('en')
    })

    test('an agent’s notices of a ticket share a root, whatever became of the first', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(await replyFrom(ANA, 'Still burning.'))
      const sources = await Promise.all(
        (await desk.outbox()).filter(({ kind }) => kind === 'agent_notice').map(textOf),
      )
      expect(sources).toHaveLength(2)
      for (const source of sources) {
        expect(headerOf(source, 'References')).toContain('<ticket-1@acme.test>')
        expect(headerOf(source, 'List-Id')).toBe('<support.desk.acme.test>')
        expect(headerOf(source, 'List-Archive')).toMatch(/^<http.*\/tickets\/1>$/)
        expect(headerOf(source, 'From')).toBe('"Ana (via Support)" <support@acme.test>')
      }
      for (const name of ['List-Id', 'List-Archive', 'List-Unsubscribe', 'X-Postroom-Status']) {
        expect(headerOf(await sourceTo(ANA), name)).toBe('')
      }
    })
  },
  onDesk,
)
