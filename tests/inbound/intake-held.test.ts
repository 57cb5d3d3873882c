/** Mail of an agent that is held: he is told why, and a word of his decides. */
import { describe, expect, test } from 'vitest'
import { addComment } from '../../src/desk/add-comment.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { reprocessInbound } from '../../src/desk/inbound-orders.ts'
import { listComments } from '../../src/store/comments.ts'
import { updateUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
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
import { listTickets } from './tickets-of.ts'

const BRUNO = 'bruno@acme.test'
const CLAIM = { Subject: '[#1] The printer' }
const QUOTING = 'Use water.\n\nhttp://127.0.0.1:8025/tickets/1'

eachDatabase(
  'held mail of an agent',
  (fresh) => {
    const start = () => afterMail(fresh, [aMail()])
    const says = async (text: string, headers: Record<string, string | null> = {}) =>
      arrive(await replyFrom(BRUNO, text, headers))
    const told = async () => (await textOf(await mailTo(BRUNO))).replaceAll('=\r\n', '')
    const toldTimes = async () =>
      (await owed()).filter((line) => line.startsWith(`system ${BRUNO}`)).length
    const toCustomer = async () =>
      (await desk.outbox()).filter(
        ({ kind, rcptTo }) => kind === 'reply' && rcptTo.includes('ana@'),
      )
    const newest = async () =>
      (
        await listComments(desk.store.read, {
          ticketId: 1,
          publicOnly: false,
          afterId: 0,
          limit: 50,
        })
      ).at(-1)
    const ledger = async () => (await desk.untilSettled(1)).map(({ reasons }) => reasons[0])

    describe('comes back to him with the reason, and with his words if they are his', () => {
      test('without a token: the words may be anybody’s', async () => {
        await start()
        await arrive(aMail({ headers: { From: BRUNO, ...CLAIM }, text: 'Send money.' }))
        const mail = await told()
        expect(mail).toContain('may be somebody else')
        expect(mail).not.toContain('Send money.')
        expect(mail).not.toContain('#send')
        expect((await mailTo(BRUNO)).rcptTo).toBe(BRUNO)
      })

      test('not authenticated where the inbox asks for that', async () => {
        const inbox = { authserv_id: 'mx.acme.test', agent_trust: 'token+dmarc' }
        await afterMail(fresh, [aMail()], { ...AT_ONCE, inbox })
        await says('Use water.')
        const mail = await told()
        expect(mail).toContain('could not confirm')
        expect(mail).toContain('Use water.')
      })

      test('with our notice in it', async () => {
        await start()
        await says(QUOTING)
        expect(await told()).toContain('It repeats our notice to you')
      })

      test('marked as bulk by a gateway', async () => {
        await start()
        await says('Use water.', { Precedence: 'bulk' })
        expect(await told()).toContain('sent by a machine')
      })

      test('never to an agent who is disabled', async () => {
        await start()
        const reply = await replyFrom(BRUNO, 'From home.')
        const bruno = await desk.addUser(BRUNO, 'agent')
        await desk.write((tx) => updateUser(tx, bruno.id, { state: 'disabled' }))
        await arrive(reply)
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
        expect(await toldTimes()).toBe(0)
      })

      test('and never to a program of his that answers notices', async () => {
        await start()
        await says('I have seen it.', { 'Auto-Submitted': 'auto-generated' })
        expect(await toldTimes()).toBe(0)
      })
    })

    test('a forger cannot fill his inbox', async () => {
      await start()
      const forged = Array.from({ length: 6 }, (_, n) =>
        aMail({ headers: { From: BRUNO, ...CLAIM, 'Message-ID': `<f${n}@x.test>` }, text: `${n}` }),
      )
      await arrive(...forged)
      expect(await fatesOf()).toEqual(['ticket', ...forged.map(() => 'quarantined')])
      expect(await toldTimes()).toBe(3)
    })

    test('is offered as links that open a reply with one word in it', async () => {
      await start()
      await says(QUOTING)
      const mail = (await told()).replaceAll('=3D', '=').replaceAll('&amp;', '&')
      const token = /support\+([a-z2-7]+)@/.exec(headerOf(mail, 'Reply-To'))?.[1] ?? 'none'
      for (const word of ['send%201', 'note', 'discard%201']) {
        const link = `mailto:support%2B${token}@acme.test?subject=Re%3A%20%5B%231%5D%20`
        expect(mail).toMatch(
          new RegExp(`${link.replaceAll(/[?+.]/g, '\\$&')}[^"]*&body=%23${word}"`),
        )
      }
    })

    test('the link of an older mail is about that mail', async () => {
      await start()
      await says(QUOTING)
      await says(`${QUOTING}\nOnce more.`)
      await says('#send 1')
      expect(await newest()).toMatchObject({ visibility: 'public', text: QUOTING })
      expect(await fatesOf()).toEqual(['ticket', 'comment', 'quarantined', 'system'])
      await says('#discard 1')
      expect(await told()).toContain('No such mail of yours is held')
      await says('#discard 2')
      expect(await fatesOf()).toContain('ignored')
      expect(await toCustomer()).toHaveLength(1)
    })

    test('what is held when its ticket is merged waits on the other ticket', async () => {
      await start()
      await arrive(aMail({ headers: { From: 'dora@customer.test', Subject: 'The same' } }))
      await says(QUOTING)
      await says('#merge 1')
      expect(await told()).not.toContain('#undo')
      await says('#send')
      expect(await newest()).toMatchObject({ ticketId: 1, visibility: 'public', text: QUOTING })
    })

    test('commands that were refused are no answer that could be sent', async () => {
      await start()
      await says('#merge 99')
      await says('#send')
      expect(await told()).toContain('nothing but commands')
      expect(await toCustomer()).toEqual([])
      expect(await newest()).toMatchObject({ text: 'It is on fire.' })
    })

    test('#send mails it as he wrote it', async () => {
      await start()
      await says(QUOTING)
      await says('#send')
      expect(await newest()).toMatchObject({ visibility: 'public', text: QUOTING, source: 'email' })
      expect(await toCustomer()).toHaveLength(1)
      expect(await listTickets(desk)).toMatchObject([{ status: 'pending', commentsCount: 2 }])
      expect(await told()).toContain('Your answer was sent.')
      expect(await fatesOf()).toEqual(['ticket', 'comment', 'system'])
      expect((await ledger())[1]).toBe('sent by its author, who was asked')
    })

    describe('a choice is alone in its mail: anything else is not lost but comes back', () => {
      test.each(['#send', '#discard'])('%s above a text', async (word) => {
        await start()
        await says(QUOTING)
        await says(`${word}\n\nAnd use a towel.`)
        expect(await fatesOf()).toEqual(['ticket', 'quarantined', 'system'])
        expect(await toCustomer()).toEqual([])
        expect(await told()).toContain('And use a towel.')
        await says(word)
        expect((await fatesOf())[1]).not.toBe('quarantined')
      })

      test('with a file', async () => {
        await start()
        await says(QUOTING)
        await says(
          '--b\nContent-Type: text/plain\n\n#send\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n--b--',
          {
            'MIME-Version': '1.0',
            'Content-Type': 'multipart/mixed; boundary=b',
          },
        )
        expect(await fatesOf()).toEqual(['ticket', 'quarantined', 'system'])
        expect(await toCustomer()).toEqual([])
      })

      test.each(['#send\n#discard', '#note\n#discard', '#send\n#note'])('%j', async (text) => {
        await start()
        await says(QUOTING)
        await says(text)
        expect(await fatesOf()).toEqual(['ticket', 'quarantined', 'system'])
        expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1 }])
        expect(await toCustomer()).toEqual([])
      })
    })

    test('#note keeps it among agents', async () => {
      await start()
      await says(QUOTING)
      await says('#note')
      expect(await newest()).toMatchObject({ visibility: 'internal', text: QUOTING })
      expect(await toCustomer()).toEqual([])
      expect(await told()).toContain('Your note was kept')
    })

    test('#discard throws it away, and the ledger says so', async () => {
      await start()
      await says(QUOTING)
      await says('#discard')
      expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1, status: 'open' }])
      expect(await fatesOf()).toEqual(['ticket', 'ignored', 'system'])
      expect((await ledger())[1]).toBe('discarded by its author, who was asked')
      expect(await told()).toContain('The mail that was held is discarded.')
    })

    test('takes one word; the next one finds nothing', async () => {
      await start()
      await says(QUOTING)
      await says('#send')
      await says('#send')
      expect(await told()).toContain('No such mail of yours is held')
      expect(await toCustomer()).toHaveLength(1)
      await says('#discard')
      expect(await told()).toContain('No such mail of yours is held')
    })

    test('what may be somebody else’s cannot be sent, only discarded', async () => {
      await start()
      await arrive(aMail({ headers: { From: BRUNO, ...CLAIM }, text: 'Send money.' }))
      await says('#send')
      expect(await told()).toContain('may not be yours')
      await says('#discard')
      expect(await toCustomer()).toEqual([])
      expect((await fatesOf())[1]).toBe('ignored')
    })

    test('what somebody took out of quarantine meanwhile is done with', async () => {
      await start()
      await says(QUOTING)
      await desk.write((tx) =>
        tx('inbound_messages').where({ fate: 'quarantined' }).update({ fate: 'ignored' }),
      )
      await says('#send')
      expect(await toCustomer()).toEqual([])
      expect(await told()).toContain('No such mail of yours is held')
    })

    test('commands that could not be done are left out when it is sent', async () => {
      await start()
      await says('#assign nobody-here\nUse water.')
      await says('#send\n#close')
      expect(await newest()).toMatchObject({ text: 'Use water.', visibility: 'public' })
      expect(await listTickets(desk)).toMatchObject([{ status: 'closed', assigneeId: null }])
    })

    test.each(['#note', '#internal', '#noet'])(
      '#send never mails what %s kept among agents',
      async (word) => {
        await start()
        await says(`${word}\n${QUOTING}`)
        const mail = await told()
        expect(mail).toContain('#discard')
        expect(mail).not.toContain('#send')
        await says('#send')
        expect(await toCustomer()).toEqual([])
        expect(await told()).toContain('not for the customer')
        await says('#note')
        expect(await newest()).toMatchObject({ visibility: 'internal' })
        expect(await toCustomer()).toEqual([])
      },
    )

    test('#send below a text sends nothing: it is no way to end an answer', async () => {
      await start()
      await says(QUOTING)
      await says('Something new.\n\n#send')
      expect(await toCustomer()).toEqual([])
      expect(await told()).toContain('Something new.')
    })

    describe('when somebody has it decided again', () => {
      const again = async () => {
        await desk.stop()
        const by = await desk.addUser('admin@acme.test', 'admin')
        const order = { messageId: 2, by }
        await desk.write((tx) => reprocessInbound(tx, order, desk.clock.now()))
        desk.start('intake')
      }

      test('is held again, and its author is asked again', async () => {
        await start()
        await says(QUOTING)
        await again()
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
        expect(await toldTimes()).toBe(2)
        await says('#send')
        expect(await newest()).toMatchObject({ visibility: 'public', text: QUOTING })
        expect(await listTickets(desk)).toHaveLength(1)
      })

      test('stays away when its author discarded it', async () => {
        await start()
        await says(QUOTING)
        await says('#discard')
        await expect(again()).rejects.toMatchObject({ code: 'already-done' })
        expect((await fatesOf())[1]).toBe('ignored')
      })
    })

    describe('when a colleague was faster', () => {
      const CARLA = 'carla@acme.test'
      const startWithBoth = async () => {
        await afterMail(fresh, [])
        await desk.addUser(CARLA, 'agent', 'Carla Stone')
        await arrive(aMail())
      }

      test('is held and says who answered, and nothing is sent twice', async () => {
        await startWithBoth()
        const late = await replyFrom(BRUNO, 'Use sand.')
        await arrive(await replyFrom(CARLA, 'Use water.'))
        desk.clock.advance(2 * 60_000)
        await arrive(late)
        expect(await fatesOf()).toEqual(['ticket', 'comment', 'quarantined'])
        expect(await toCustomer()).toHaveLength(1)
        const mail = await told()
        expect(mail).toContain('Carla Stone answered 2 minutes ago.')
        expect(mail).toContain('Use sand.')
        await says('#send')
        expect(await toCustomer()).toHaveLength(2)
        expect((await newest())?.text).toBe('Use sand.')
      })

      test('also when she answered in the desk', async () => {
        await startWithBoth()
        const carla = await desk.addUser(CARLA, 'agent')
        const late = await replyFrom(BRUNO, 'Use sand.')
        await desk.write((tx) =>
          addComment(
            tx,
            desk.context,
            {
              ticketId: 1,
              visibility: 'public',
              author: { type: 'agent', user: carla },
              said: saidByApi('Use water.'),
              moveTo: null,
              mailOut: true,
              notifyAgents: false,
              reopening: false,
            },
            desk.clock.now(),
          ),
        )
        await arrive(late)
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
      })

      test('but his note, his commands and his second answer are not', async () => {
        await startWithBoth()
        const note = await replyFrom(BRUNO, '#note\nI know her.')
        const command = await replyFrom(BRUNO, '#priority high')
        const first = await replyFrom(CARLA, 'Use water.')
        const second = await replyFrom(CARLA, 'And a towel.')
        await arrive(first, note, command, second)
        expect(await fatesOf()).toEqual(['ticket', 'comment', 'comment', 'system', 'comment'])
      })

      test('nor an answer to what the customer wrote after hers', async () => {
        await startWithBoth()
        await arrive(await replyFrom(CARLA, 'Use water.'))
        await arrive(await replyFrom('ana@customer.test', 'That did not help.'))
        await arrive(await replyFrom(BRUNO, 'Use sand.'))
        expect(await fatesOf()).toEqual(['ticket', 'comment', 'comment', 'comment'])
      })

      test('nor one that comes long after it', async () => {
        await startWithBoth()
        const late = await replyFrom(BRUNO, 'Use sand.')
        await arrive(await replyFrom(CARLA, 'Use water.'))
        desk.clock.advance(31 * 60_000)
        await arrive(late)
        expect(await fatesOf()).toEqual(['ticket', 'comment', 'comment'])
      })
    })
  },
  onDesk,
)
