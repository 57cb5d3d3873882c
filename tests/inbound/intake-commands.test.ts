/** An agent runs the desk from the mail client. */
import { describe, expect, test } from 'vitest'
import { releaseInboundMessage } from '../../src/desk/inbound-orders.ts'
import { listComments } from '../../src/store/comments.ts'
import { findTicket } from '../../src/store/tickets.ts'
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

eachDatabase(
  'commands by mail',
  (fresh) => {
    const start = () => afterMail(fresh, [aMail()], { ...AT_ONCE, categories: ['Billing'] })
    const says = async (text: string) => arrive(await replyFrom(BRUNO, text))
    const told = async () => textOf(await mailTo(BRUNO))
    const toCustomer = async () =>
      (await owed()).filter((line) => line.startsWith('reply ana@customer.test'))
    const comments = () =>
      listComments(desk.store.read, { ticketId: 1, publicOnly: false, afterId: 0, limit: 50 })

    test('put a ticket off, and take that back', async () => {
      await start()
      await says('#snooze 3d')
      const until = new Date(desk.clock.now().getTime() + 3 * 86_400_000)
      const [ticket] = await listTickets(desk)
      expect(Math.abs((ticket?.snoozedUntil?.getTime() ?? 0) - until.getTime())).toBeLessThan(
        60_000,
      )
      expect(await told()).toMatch(/Put off until: [\s\S]+reply with #undo/)
      await says('#undo')
      expect(await listTickets(desk)).toMatchObject([{ snoozedUntil: null }])
      await says('#snooze 2001-01-01')
      expect(await told()).toContain('no time within a year')
    })

    test('are done with the answer, taken out of it, and there is a receipt', async () => {
      await start()
      await says('#take\n#priority high\n#tag fire vip\n\nUse water.\n\n#close')
      expect(await listTickets(desk)).toMatchObject([
        { status: 'closed', priority: 'high', tags: ['fire', 'vip'] },
      ])
      expect(await toCustomer()).toEqual(['reply ana@customer.test queued'])
      const reply = await textOf(await mailTo('ana@customer.test'))
      expect(reply).toContain('Use water.')
      expect(reply).not.toMatch(/#take|#close|#tag|#priority/)
      const receipt = await told()
      for (const line of [
        'Your answer was sent.',
        'Status: Closed',
        'Assigned to: Bruno',
        'Priority: high',
        'Tags: fire, vip',
        'reply with #undo',
      ]) {
        expect(receipt).toContain(line)
      }
    })

    test('alone write no comment', async () => {
      await start()
      await says('#pending')
      expect(await listTickets(desk)).toMatchObject([{ status: 'pending', commentsCount: 1 }])
      expect(await toCustomer()).toEqual([])
      expect(await fatesOf()).toEqual(['ticket', 'system'])
    })

    test('#note keeps the words among agents', async () => {
      await start()
      await says('#note\nShe called already.')
      expect((await comments()).at(-1)).toMatchObject({
        visibility: 'internal',
        text: 'She called already.',
      })
      expect(await toCustomer()).toEqual([])
      expect(await listTickets(desk)).toMatchObject([{ status: 'open' }])
    })

    test('a reason for closing becomes a note', async () => {
      await start()
      await says('#close she found the cable')
      expect((await comments()).at(-1)).toMatchObject({
        visibility: 'internal',
        text: 'she found the cable',
      })
    })

    describe('that are wrong do nothing at all, and send nothing', () => {
      test.each([
        ['#clsoe\nDone.', 'Did you mean #close?', 'system'],
        ['#take\n#nonsense\nDone.', 'There is no such command.', 'system'],
        ['#take\n#merge\nDone.', '#merge 1033', 'system'],
        ['#take\n#assign nobody-here\nDone.', 'is no agent', 'quarantined'],
        ['#take\n#priority huge\nDone.', 'is not one of low, normal, high, urgent', 'quarantined'],
        ['#take\n#category Gardening\nDone.', 'is not one of Billing', 'quarantined'],
        ['#take\n#cc bruno@acme.test\nDone.', 'Agents follow a ticket', 'quarantined'],
        ['#take\n#merge 99\nDone.', 'There is no ticket 99', 'quarantined'],
        ['#take\n#undo\nDone.', 'no commands of yours to undo', 'quarantined'],
      ])('%j', async (text, why, fate) => {
        await start()
        await says(text)
        expect(await listTickets(desk)).toMatchObject([
          { status: 'open', assigneeId: null, commentsCount: 1, version: 1 },
        ])
        expect(await toCustomer()).toEqual([])
        const answer = await told()
        expect(answer.replaceAll('=\r\n', '')).toContain(why)
        expect(answer).toContain('Done.')
        expect(await fatesOf()).toEqual(['ticket', fate])
      })
    })

    test('what was not done can be released, what was done cannot', async () => {
      await start()
      await says('#clsoe\nDone.')
      await says('#priority high')
      await desk.stop()
      const by = await desk.addUser('carla@acme.test', 'admin')
      const into = await findTicket(desk.store.read, 1)
      const release = (messageId: number) =>
        desk.write((tx) => releaseInboundMessage(tx, { messageId, by, into }, desk.clock.now()))
      await expect(release(3)).rejects.toMatchObject({ code: 'already-done' })
      await release(2)
      desk.start('intake')
      expect(await fatesOf()).toEqual(['ticket', 'comment', 'system'])
      expect((await comments()).at(-1)).toMatchObject({ visibility: 'internal' })
    })

    test('#cc, #category, #assign, #follow and #requester do what they say', async () => {
      await start()
      await desk.addUser('carla@acme.test', 'admin', 'Carla Stone')
      await says(
        '#cc add lee@partner.test\n#category billing\n#assign carla\n#follow\n#requester kim@other.test',
      )
      expect(await listTickets(desk)).toMatchObject([
        { category: 'Billing', requesterSource: 'agent' },
      ])
      const receipt = await told()
      for (const line of [
        'lee@partner.test',
        'Category: Billing',
        'Assigned to: Carla Stone',
        'You follow this ticket.',
        'Requester: kim@other.test',
      ]) {
        expect(receipt).toContain(line)
      }
    })

    describe('#undo', () => {
      test('takes back what the last commands changed, once', async () => {
        await start()
        await says('#close\n#priority urgent\n#take')
        await says('#undo')
        expect(await listTickets(desk)).toMatchObject([
          { status: 'open', priority: 'normal', assigneeId: null, closedAt: null },
        ])
        expect(await told()).toContain('Your last commands were undone.')
        await says('#undo')
        expect(await told()).toContain('no commands of yours to undo')
      })

      test('not after something else happened', async () => {
        await start()
        await says('#priority urgent')
        await says('An answer.')
        await says('#undo')
        expect(await told()).toContain('Something else happened')
        expect(await listTickets(desk)).toMatchObject([{ priority: 'urgent' }])
      })
    })

    test('#take takes nothing from a colleague, #assign me does', async () => {
      await start()
      await desk.addUser('carla@acme.test', 'agent', 'Carla Stone')
      await says('#assign carla')
      await says('#take')
      expect(await told()).toContain('taken by Carla Stone')
      const [held] = await listTickets(desk)
      await says('#assign me')
      const [mine] = await listTickets(desk)
      expect(mine?.assigneeId).not.toBe(held?.assigneeId)
    })

    test('an answer to a closed ticket is held, and its author has it again', async () => {
      await start()
      await says('#close')
      await says('One more thing.')
      expect(await fatesOf()).toEqual(['ticket', 'system', 'quarantined'])
      expect(await toCustomer()).toEqual([])
      const answer = await told()
      expect(answer).toContain('takes no more comments')
      expect(answer).toContain('One more thing.')
      const rows = await desk.untilSettled(3)
      expect(rows[2]?.reasons[0]).toContain('takes no more comments')
    })

    test('#help lists them', async () => {
      await start()
      await says('#help')
      expect(await told()).toContain('#merge 1033')
      expect(await listTickets(desk)).toMatchObject([{ version: 1 }])
    })

    test('in a customer’s mail are words', async () => {
      await start()
      await arrive(await replyFrom('ana@customer.test', '#take\nI like hashtags.'))
      expect((await comments()).at(-1)?.text).toBe('#take\nI like hashtags.')
      expect(await listTickets(desk)).toMatchObject([{ assigneeId: null }])
    })
  },
  onDesk,
)
