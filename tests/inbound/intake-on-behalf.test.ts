/** Agents bring in what customers wrote to them, write to customers themselves, and ask colleagues. */
import { describe, expect, test } from 'vitest'
import { listComments } from '../../src/store/comments.ts'
import { findUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import {
  afterMail,
  arrive,
  AT_ONCE,
  desk,
  fatesOf,
  mailTo,
  owed,
  replyFrom,
  textOf,
} from './intake-desk.ts'
import { listTickets } from './tickets-of.ts'

const BRUNO = 'bruno@acme.test'
const LENA = 'lena@customer.test'
const FORWARD = `She is angry. Please help her.

---------- Forwarded message ---------
From: Lena Fuchs <lena@customer.test>
Date: Mon, 6 Jul 2026 09:00:00 +0000
Subject: The printer
To: <bruno@acme.test>

It is on fire.

Lena`
const AUTHENTIC = {
  'Authentication-Results': 'mx.acme.test; dmarc=pass header.from=acme.test',
}
const ASKING = { ...AT_ONCE, inbox: { authserv_id: 'mx.acme.test' } }

eachDatabase(
  'an agent on behalf of a customer',
  (fresh) => {
    const comments = () =>
      listComments(desk.store.read, { ticketId: 1, publicOnly: false, afterId: 0, limit: 50 })
    const requester = async () => {
      const [ticket] = await listTickets(desk)
      return findUser(desk.store.read, ticket?.requesterId ?? 0)
    }
    const said = async (address: string) =>
      (await textOf(await mailTo(address))).replaceAll('=\r\n', '')

    describe('forwards a mail', () => {
      const forward = (headers: Record<string, string> = {}) =>
        aMail({ headers: { From: BRUNO, Subject: 'Fwd: The printer', ...headers }, text: FORWARD })

      test('and the ticket is the customer’s, with the customer’s words and date', async () => {
        await afterMail(fresh, [forward()])
        expect(await listTickets(desk)).toMatchObject([
          { subject: 'The printer', requesterSource: 'forwarded' },
        ])
        expect(await requester()).toMatchObject({ email: LENA, name: 'Lena Fuchs' })
        const [words] = await comments()
        expect(words).toMatchObject({
          visibility: 'public',
          authorType: 'customer',
          text: 'It is on fire.\n\nLena',
          fullText: 'It is on fire.\n\nLena',
          quotedText: '',
          html: null,
          messageId: null,
        })
        expect(words?.createdAt.toISOString()).toMatch(/^2026-07-06T/)
      })

      test('and what the agent added is for agents, with where the requester comes from', async () => {
        await afterMail(fresh, [forward()])
        const [, note] = await comments()
        expect(note).toMatchObject({ visibility: 'internal' })
        expect(note?.text).toContain('She is angry. Please help her.')
        expect(note?.text).toContain(
          'The requester is taken from the forwarded header: Lena Fuchs <lena@customer.test>',
        )
        expect(note?.fullText).toContain('Forwarded message')
      })

      test('and hears of it; the customer does not', async () => {
        await afterMail(fresh, [forward()])
        expect(await owed()).toEqual([`agent_notice ${BRUNO} queued`])
        expect(await said(BRUNO)).toContain('It is on fire.')
        expect(await said(BRUNO)).not.toContain('She is angry')
      })

      test('and answers: nothing that was said among agents is in the answer', async () => {
        await afterMail(fresh, [forward({ 'Message-ID': '<secret@bruno.home.test>' })])
        await arrive(await replyFrom(BRUNO, 'Use water.'))
        const answer = await said(LENA)
        expect(answer).toContain('Use water.')
        expect(answer).toContain('> It is on fire.')
        expect(answer).toMatch(/On July 6, 2026|6 July 2026/)
        expect(answer).not.toMatch(/She is angry|bruno\.home|bruno@acme/)
      })

      test('and hears of the customer’s answer even when somebody else has the ticket', async () => {
        await afterMail(fresh, [forward()])
        const carla = await desk.addUser('carla@acme.test', 'agent', 'Carla')
        await arrive(await replyFrom(BRUNO, '#assign carla\nUse water.'))
        await arrive(await replyFrom(LENA, 'Which water?'))
        expect(carla.email).toBe('carla@acme.test')
        const notices = (await owed()).filter((line) => line === `agent_notice ${BRUNO} queued`)
        expect(notices).toHaveLength(2)
      })

      test('and #requester corrects a wrong guess', async () => {
        await afterMail(fresh, [forward()])
        await arrive(await replyFrom(BRUNO, '#requester kim@other.test'))
        expect(await requester()).toMatchObject({ email: 'kim@other.test' })
        expect(await listTickets(desk)).toMatchObject([{ requesterSource: 'agent' }])
      })

      const commanding = (note: string, headers: Record<string, string> = {}) =>
        aMail({
          headers: { From: BRUNO, Subject: 'Fwd: The printer', ...headers },
          text: FORWARD.replace('She is angry. Please help her.', note),
        })
      const told = async () => {
        const row = (await desk.outbox()).findLast(({ kind }) => kind === 'system')
        return row === undefined ? null : (await textOf(row)).replaceAll('=\r\n', '')
      }

      test.each(['#assign bruno\n\nPlease help her.', '#asign bruno', 'Hello,\n\n#close'])(
        'with %j above it: nothing is run, and he is told where it would be',
        async (note) => {
          await afterMail(fresh, [commanding(note, AUTHENTIC)], ASKING)
          expect(await listTickets(desk)).toMatchObject([{ assigneeId: null, status: 'open' }])
          expect((await comments())[1]?.text).toContain(note)
          expect(await told()).toContain('they count only in replies to our mails')
          expect(await told()).toContain(note.split('\n')[0])
          const source = (await told()) ?? ''
          const [, to = ''] = /^Reply-To: (.*)\r$/m.exec(source) ?? []
          const reply = { From: BRUNO, To: to, Subject: 'Re: The printer', ...AUTHENTIC }
          await arrive(aMail({ headers: reply, text: '#priority high' }))
          expect(await listTickets(desk)).toMatchObject([{ priority: 'high' }])
        },
      )

      test('with commands, unproven: he is told, and nothing that was written is repeated', async () => {
        await afterMail(fresh, [commanding('#close\n\nVisit evil.test.')])
        expect(await told()).toContain('the commands in your mail were not run')
        expect(await told()).not.toContain('evil.test')
      })

      test('with a hashtag or nothing above it: there is nothing to tell', async () => {
        await afterMail(fresh, [commanding('#somethingentirelydifferent'), forward()])
        expect(await told()).toBeNull()
      })

      test('with files: they are the customer’s', async () => {
        const boundary = { 'Content-Type': 'multipart/mixed; boundary="x"' }
        const text = `--x\n\n${FORWARD}\n--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="bill.pdf"\n\nPDF\n--x--`
        await afterMail(fresh, [
          aMail({ headers: { From: BRUNO, Subject: 'Fwd: The printer', ...boundary }, text }),
        ])
        const rows = await desk.store.read('attachments').select('filename', 'comment_id')
        const [words] = await comments()
        expect(rows).toEqual([{ filename: 'bill.pdf', comment_id: words?.id }])
      })

      test('that is proven to be his, and the note is his; From alone speaks for nobody', async () => {
        await afterMail(fresh, [forward(AUTHENTIC)], ASKING)
        expect((await comments())[1]).toMatchObject({ authorType: 'agent' })
      })

      test('unproven, and the note is nobody’s', async () => {
        await afterMail(fresh, [forward()])
        expect((await comments())[1]).toMatchObject({ authorType: 'system', authorId: null })
      })
    })

    test('a forward whose date nobody can read came now, and its note says what stood there', async () => {
      const text = FORWARD.replace('6 Jul 2026 09:00:00 +0000', 'the sixth of July')
      await afterMail(fresh, [
        aMail({ headers: { From: BRUNO, Subject: 'Fwd: The printer' }, text }),
      ])
      const [words, note] = await comments()
      expect(words?.createdAt.getTime()).toBeGreaterThan(Date.now() - 60_000)
      expect(note?.text).toContain('the sixth of July')
    })

    describe('writes to a customer and copies the desk', () => {
      const mine = (headers: Record<string, string> = {}) =>
        aMail({
          headers: {
            From: `Bruno <${BRUNO}>`,
            To: 'Lena Fuchs <lena@customer.test>',
            Cc: 'support@acme.test',
            Subject: 'Your printer',
            'Message-ID': '<mine@acme.test>',
            ...headers,
          },
          text: 'Is it still burning?',
        })

      test('and a ticket is there in the customer’s name; nobody is mailed again', async () => {
        await afterMail(fresh, [mine(AUTHENTIC)], ASKING)
        expect(await listTickets(desk)).toMatchObject([
          { subject: 'Your printer', requesterSource: 'agent', commentsCount: 1 },
        ])
        expect(await requester()).toMatchObject({ email: LENA, name: 'Lena Fuchs' })
        expect(await comments()).toMatchObject([
          { visibility: 'public', authorType: 'agent', text: 'Is it still burning?' },
        ])
        expect((await owed()).filter((line) => line.includes(LENA))).toEqual([])
        expect((await owed()).filter((line) => line.includes(BRUNO))).toEqual([])
      })

      test('and the customer’s answer to all finds it, and the agent hears of it', async () => {
        await afterMail(fresh, [mine()])
        await arrive(
          aMail({
            headers: {
              From: LENA,
              To: BRUNO,
              Cc: 'support@acme.test',
              Subject: 'Re: Your printer',
              'In-Reply-To': '<mine@acme.test>',
            },
            text: 'Yes.',
          }),
        )
        expect(await fatesOf()).toEqual(['ticket', 'comment'])
        expect((await comments()).at(-1)).toMatchObject({ authorType: 'customer', text: 'Yes.' })
        expect((await mailTo(BRUNO)).kind).toBe('agent_notice')
      })

      test('unproven: the words stay among agents', async () => {
        await afterMail(fresh, [mine()])
        expect(await comments()).toMatchObject([{ visibility: 'internal' }])
      })

      test('or writes to both, with +new', async () => {
        await afterMail(fresh, [
          mine({ To: 'lena@customer.test, support+new@acme.test', Cc: 'kim@example.org' }),
        ])
        expect(await requester()).toMatchObject({ email: LENA })
        const people = await desk.store.read('participants').orderBy('role').select('role')
        expect(people).toEqual([{ role: 'cc' }, { role: 'requester' }])
      })

      test('but a mail to the desk, or to a colleague, is his own request', async () => {
        await afterMail(fresh, [])
        await desk.addUser('carla@acme.test', 'agent', 'Carla')
        await arrive(
          mine({ To: 'support@acme.test', Cc: 'lena@customer.test' }),
          mine({ To: 'carla@acme.test', 'Message-ID': '<other@acme.test>' }),
        )
        const bruno = await desk.addUser(BRUNO, 'agent')
        expect(await listTickets(desk)).toMatchObject([
          { requesterId: bruno.id },
          { requesterId: bruno.id },
        ])
      })

      test('and a customer who does the same asks for himself', async () => {
        await afterMail(fresh, [mine({ From: 'kim@example.org' })])
        expect(await requester()).toMatchObject({ email: 'kim@example.org' })
      })
    })
  },
  onDesk,
)
