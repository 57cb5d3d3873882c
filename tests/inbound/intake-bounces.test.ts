/** An answer that does not arrive is somebody's work again, and dead addresses are left in peace. */
import { describe, expect, test } from 'vitest'
import { sourceOf } from '../../src/store/outbox.ts'
import { findSuppression } from '../../src/store/suppressions.ts'
import { viewComments } from '../../src/store/reads/comment-views.ts'
import { latestPublicComments } from '../../src/store/comments.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, onDesk } from '../kit/desk-context.ts'
import { until } from '../kit/running-desk.ts'
import {
  afterMail,
  arrive,
  AT_ONCE,
  desk,
  headerOf,
  mailTo,
  owed,
  replyFrom,
  textOf,
} from './intake-desk.ts'
import { listTickets } from './tickets-of.ts'

const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const KIM = 'kim@example.org'

interface Report {
  readonly status?: string
  readonly action?: string
  readonly to?: string
  readonly originalId?: string
}

/** RFC 3464, as Postfix writes it. */
function aReport({
  status = '5.1.1',
  action = 'failed',
  to = 'support@acme.test',
  originalId,
}: Report): string {
  const boundary = 'report'
  const original = originalId === undefined ? '' : `Message-ID: ${originalId}\n`
  return aMail({
    headers: {
      From: 'MAILER-DAEMON@mx.customer.test',
      To: to,
      Subject: 'Undelivered Mail Returned to Sender',
      'Return-Path': '<>',
      'Content-Type': `multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    },
    text: `--${boundary}\nContent-Type: text/plain\n\nYour message could not be delivered.\n--${boundary}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.customer.test\n\nFinal-Recipient: rfc822; ${ANA}\nAction: ${action}\nStatus: ${status}\nDiagnostic-Code: smtp; 550 ${status} That did not work\n--${boundary}\nContent-Type: text/rfc822-headers\n\n${original}Subject: Re: The printer\n--${boundary}--`,
  })
}

eachDatabase(
  'an answer that does not arrive',
  (fresh) => {
    const sent = async () => {
      await desk.stop()
      desk.start('send')
      await until('all sent', async () =>
        (await desk.outbox()).every(
          ({ outcome }) => outcome !== 'queued' && outcome !== 'sending' && outcome !== 'ending',
        ),
      )
      await desk.stop()
    }
    const answered = async (text = 'Use water.', tree = AT_ONCE) => {
      await afterMail(fresh, [aMail({ headers: { Cc: KIM } })], tree)
      await arrive(await replyFrom(BRUNO, text))
      await sent()
    }
    const returnPathOf = async (address: string) =>
      (await sourceOf(desk.store.read, (await mailTo(address)).id))?.mailFrom ?? ''
    const reports = async (address: string, report: Report = {}) =>
      arrive(aReport({ to: await returnPathOf(address), ...report }))
    const told = async (address = BRUNO) =>
      (await textOf(await mailTo(address))).replaceAll('=\r\n', '')
    const outcomeOf = async (address: string) =>
      (await desk.outbox()).find((row) => row.kind === 'reply' && row.rcptTo === address)?.outcome
    const suppressed = (address: string) => findSuppression(desk.store.read, anAddress(address))

    test('bad input 155: shows on the comment, opens the ticket, and tells who wrote it', async () => {
      await answered()
      expect(await listTickets(desk)).toMatchObject([{ status: 'pending' }])
      await reports(ANA)
      expect(await listTickets(desk)).toMatchObject([{ status: 'open' }])
      const [view] = await viewComments(
        desk.store.read,
        await latestPublicComments(desk.store.read, 1, 1),
      )
      expect(view?.deliveries.map(({ rcptTo, outcome }) => `${rcptTo} ${outcome}`)).toEqual([
        `${ANA} bounced`,
        `${KIM} sent`,
      ])
      expect(view?.deliveries[0]?.detail).toContain('5.1.1')
      const mail = await told()
      for (const line of [
        `${ANA} did not get this answer.`,
        '5.1.1',
        'The ticket is open again.',
        'Use water.',
      ]) {
        expect(mail).toContain(line)
      }
    })

    test('is the assignee’s, when somebody has the ticket', async () => {
      await afterMail(fresh, [aMail()])
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
      await arrive(await replyFrom(BRUNO, '#assign carla\nUse water.'))
      await sent()
      await reports(ANA)
      expect(await told('carla@acme.test')).toContain('did not get this answer')
    })

    test('bad input 95: is known by our Message-ID where the return path says nothing', async () => {
      await answered()
      const originalId = headerOf(await textOf(await mailTo(ANA)), 'Message-ID')
      await arrive(aReport({ originalId }))
      expect(await outcomeOf(ANA)).toBe('bounced')
    })

    test('reported twice is told once', async () => {
      await answered()
      await reports(ANA)
      const before = await owed()
      await reports(ANA)
      expect(await owed()).toEqual(before)
    })

    test('somebody copied who cannot be reached opens nothing, but is told', async () => {
      await answered()
      await reports(KIM)
      expect(await listTickets(desk)).toMatchObject([{ status: 'pending' }])
      expect(await told()).toContain(`${KIM} did not get this answer.`)
      expect(await told()).not.toContain('open again')
    })

    test('a delay is no failure', async () => {
      await answered()
      await reports(ANA, { status: '4.4.1', action: 'delayed' })
      expect(await outcomeOf(ANA)).toBe('sent')
      expect(await listTickets(desk)).toMatchObject([{ status: 'pending' }])
    })

    test('a closed ticket stays closed; its answer is told all the same', async () => {
      await answered('#close\nUse water.')
      await reports(ANA)
      expect(await listTickets(desk)).toMatchObject([{ status: 'closed' }])
      expect(await told()).toContain('did not get this answer')
    })

    test('refused by the server at once is the same', async () => {
      await afterMail(fresh, [aMail()], { ...AT_ONCE, acknowledgement: { enabled: false } })
      await sent()
      await arrive(await replyFrom(BRUNO, 'Use water.'))
      desk.world.smtp.faults.add({ at: 'rcpt', do: 'reply', with: '550 5.1.1 No such user' })
      await desk.stop()
      desk.start('send')
      await until('a failure', async () => (await outcomeOf(ANA)) === 'failed')
      expect(await listTickets(desk)).toMatchObject([{ status: 'open' }])
      expect(await told()).toContain('550 5.1.1 No such user')
      expect(await suppressed(ANA)).toMatchObject({ reason: 'hard_bounce' })
    })

    describe('an address that is no more', () => {
      const again = () => aMail({ headers: { Subject: 'The scanner' }, text: 'It is wet.' })
      const acknowledgements = async () =>
        (await owed()).filter((line) => line.startsWith('acknowledgement'))

      test('gets no automatic mail', async () => {
        await answered()
        await reports(ANA)
        expect(await suppressed(ANA)).toMatchObject({
          reason: 'hard_bounce',
          detail: expect.stringContaining('5.1.1'),
        })
      })

      test('not lifted by whoever uses the address', async () => {
        await answered()
        await reports(ANA)
        await arrive(again())
        expect(await suppressed(ANA)).not.toBeNull()
      })

      test('until somebody proven writes from it', async () => {
        await answered()
        await reports(ANA)
        await arrive(await replyFrom(ANA, 'I am here.'))
        await arrive(again())
        expect(await suppressed(ANA)).toBeNull()
        expect(await acknowledgements()).toHaveLength(2)
      })

      test.each(['5.2.2', '5.7.1', '5.3.4', '5.0.0'])('is not meant by %s', async (status) => {
        await answered()
        await reports(ANA, { status })
        expect(await outcomeOf(ANA)).toBe('bounced')
        expect(await suppressed(ANA)).toBeNull()
      })

      test('is never an agent’s: his notices must go on', async () => {
        await answered()
        const notice = (await desk.outbox()).find(({ kind }) => kind === 'agent_notice')
        const to = (await sourceOf(desk.store.read, notice?.id ?? 0))?.mailFrom ?? ''
        await arrive(aReport({ to }))
        expect(await suppressed(BRUNO)).toBeNull()
      })
    })

    describe('a customer who writes #stop', () => {
      const stops = async (text = '#stop') => {
        await afterMail(fresh, [aMail()])
        await arrive(await replyFrom(ANA, text))
      }
      const outcomes = async () =>
        (await desk.outbox())
          .filter(({ kind }) => kind === 'acknowledgement')
          .map(({ outcome }) => outcome)

      test('gets no more automatic mail, and no comment is made of it', async () => {
        await stops()
        expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1 }])
        await arrive(aMail({ headers: { Subject: 'The scanner' } }))
        expect(await outcomes()).toEqual(['queued', 'suppressed'])
        expect(await suppressed(ANA)).toMatchObject({ reason: 'asked' })
      })

      test('still gets people’s answers', async () => {
        await stops()
        await arrive(await replyFrom(BRUNO, 'Use water.'))
        expect(await owed()).toContain(`reply ${ANA} queued`)
      })

      test('and more, says the rest', async () => {
        await stops('#STOP\nThank you, that is all.')
        expect((await latestPublicComments(desk.store.read, 1, 1))[0]?.text).toBe(
          'Thank you, that is all.',
        )
        expect(await suppressed(ANA)).not.toBeNull()
      })

      test('is somebody proven: From alone stops nobody’s mail', async () => {
        await afterMail(fresh, [aMail()])
        await arrive(aMail({ headers: { Subject: 'Hello' }, text: '#stop' }))
        expect(await suppressed(ANA)).toBeNull()
        expect(await listTickets(desk)).toHaveLength(2)
      })
    })

    describe('a requester who writes #close', () => {
      test('closes the ticket', async () => {
        await afterMail(fresh, [aMail()])
        await arrive(await replyFrom(ANA, '#close'))
        expect(await listTickets(desk)).toMatchObject([{ status: 'closed', commentsCount: 1 }])
      })

      test('with words, leaves them there', async () => {
        await answered()
        await arrive(await replyFrom(ANA, '#close\nIt works now.'))
        expect(await listTickets(desk)).toMatchObject([{ status: 'closed', commentsCount: 3 }])
        expect((await latestPublicComments(desk.store.read, 1, 1))[0]?.text).toBe('It works now.')
      })

      test('twice, opens no other ticket', async () => {
        await afterMail(fresh, [aMail()])
        await arrive(await replyFrom(ANA, '#close'), await replyFrom(ANA, '#close\n'))
        expect(await listTickets(desk)).toHaveLength(1)
      })

      test.each([
        ['below other words', ANA, 'It works.\n#close'],
        ['with a reason on the line', ANA, '#close it works'],
        ['from somebody copied', KIM, '#close'],
      ])('%s only says so', async (_what, from, text) => {
        await answered()
        await arrive(await replyFrom(from, text))
        expect(await listTickets(desk)).toMatchObject([{ status: 'open', commentsCount: 3 }])
      })

      test('without proof, only says so', async () => {
        await answered()
        await arrive(aMail({ headers: { Subject: '[#1] The printer' }, text: '#close' }))
        expect(await listTickets(desk)).toMatchObject([{ status: 'open', commentsCount: 3 }])
      })
    })
  },
  onDesk,
)
