/** Which agents hear of a customer's mail, and when. */
import { expect, test } from 'vitest'
import { saveSettings } from '../../src/store/notice-settings.ts'
import type { NoticeSettings } from '../../src/ticket/notify.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
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

eachDatabase(
  'notices',
  (fresh) => {
    const notices = async (): Promise<number> =>
      (await desk.outbox()).filter(({ kind }) => kind === 'agent_notice').length

    const bruno = async (): Promise<number> =>
      (
        await desk.store
          .read<{ id: number; email: string }>('users')
          .where({ email: 'bruno@acme.test' })
          .first()
      )?.id ?? 0

    const wants = async (settings: NoticeSettings): Promise<void> => {
      const id = await bruno()
      await desk.store.transaction((tx) => saveSettings(tx, id, settings))
    }

    test('an agent’s own level goes before the configured one', async () => {
      await afterMail(fresh, [], { ...AT_ONCE, agent_notices: { default: 'off', coalesce: '0s' } })
      await arrive(aMail())
      expect(await notices()).toBe(0)
      await wants({ level: 'all', quietHours: null })
      await arrive(aMail({ headers: { Subject: 'Another' } }))
      expect(await notices()).toBe(1)
      await wants({ level: 'off', quietHours: null })
      await arrive(aMail({ headers: { Subject: 'A third' } }))
      expect(await notices()).toBe(1)
    })

    test('a notice waits until quiet hours are over', async () => {
      await afterMail(fresh, [])
      const now = desk.clock.now()
      const minute = now.getUTCHours() * 60 + now.getUTCMinutes()
      const quietHours = { from: (minute + 1435) % 1440, until: (minute + 60) % 1440 }
      await wants({ level: null, quietHours })
      await arrive(aMail())
      const { dueAt } = await mailTo('bruno@acme.test')
      const waits = (dueAt?.getTime() ?? 0) - now.getTime()
      expect(waits).toBeGreaterThan(58 * 60_000)
      expect(waits).toBeLessThanOrEqual(61 * 60_000)
    })

    test('what is urgent brings what waited for the end of quiet hours with it, at once', async () => {
      await afterMail(fresh, [], {})
      const minute = desk.clock.now().getUTCHours() * 60 + desk.clock.now().getUTCMinutes()
      const quietHours = { from: (minute + 1435) % 1440, until: (minute + 60) % 1440 }
      await wants({ level: null, quietHours })
      await arrive(aMail())
      await desk.store.transaction((tx) => tx('tickets').update({ priority: 'urgent' }))
      await arrive(await replyFrom('ana@customer.test', 'It spreads.'))
      const notice = await mailTo('bruno@acme.test')
      expect(notice.dueAt?.getTime()).toBeLessThanOrEqual(desk.clock.now().getTime())
      expect(await textOf(notice)).toMatch(/It is on fire\.[^]*It spreads\./)
    })

    test('#mute ends the notices of a ticket, #follow brings them back', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(await replyFrom('bruno@acme.test', '#mute'))
      const before = await notices()
      await arrive(await replyFrom('ana@customer.test', 'Are you there?'))
      expect(await notices()).toBe(before)
      await arrive(await replyFrom('bruno@acme.test', '#follow'))
      await arrive(await replyFrom('ana@customer.test', 'Hello?'))
      expect(await notices()).toBe(before + 1)
      expect(await owed()).toContain('agent_notice bruno@acme.test queued')
    })

    test('an agent to whom a colleague’s command gives a ticket gets the customer’s words and who gave it', async () => {
      await afterMail(fresh, [])
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
      await wants({ level: 'mine', quietHours: null })
      await arrive(aMail())
      expect(await owed()).not.toContain('agent_notice bruno@acme.test queued')
      await arrive(await replyFrom('carla@acme.test', '#assign bruno\n\nA colleague knows more.'))
      const notice = await textOf(await mailTo('bruno@acme.test'))
      expect(headerOf(notice, 'From')).toBe('"Carla (via Support)" <support@acme.test>')
      expect(notice).toContain('Carla assigned this ticket to you.\r\n\r\nAna wrote:')
      expect(notice).toContain('It is on fire.')
      await arrive(await replyFrom('bruno@acme.test', 'I come over.'))
      expect((await mailTo('ana@customer.test')).kind).toBe('reply')
    })

    test.each([
      ['himself', '#take', 0],
      ['somebody who has it already', '#assign bruno\n#assign bruno', 1],
    ])('whoever gives a ticket to %s sends no notice too many', async (_whom, commands, count) => {
      await afterMail(fresh, [])
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
      await arrive(aMail())
      const before = await notices()
      await arrive(await replyFrom('carla@acme.test', commands))
      await arrive(await replyFrom('carla@acme.test', commands))
      expect(await notices()).toBe(before + count)
    })

    test.each(['digest', 'off'] as const)(
      'who wants %s is not mailed about what he is given',
      async (level) => {
        await afterMail(fresh, [])
        await desk.addUser('carla@acme.test', 'agent', 'Carla')
        await wants({ level, quietHours: null })
        await arrive(aMail())
        await arrive(await replyFrom('carla@acme.test', '#assign bruno'))
        expect(await owed()).not.toContain('agent_notice bruno@acme.test queued')
      },
    )

    test('a notice that still waits is replaced by the one that says who gave the ticket', async () => {
      await afterMail(fresh, [], {})
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
      await arrive(aMail())
      await arrive(await replyFrom('ana@customer.test', 'It burns higher.'))
      const { id } = await mailTo('bruno@acme.test')
      await arrive(await replyFrom('carla@acme.test', '#assign bruno'))
      const notice = await mailTo('bruno@acme.test')
      expect(await textOf(notice)).toMatch(/Carla assigned this ticket to you[^]*It burns higher/)
      const replaced = (await desk.outbox()).find((row) => row.id === id)
      expect(replaced?.outcome).toBe('discarded')
      expect(notice.id).not.toBe(id)
    })

    test('a notice that replaces one about an assignment still says who gave the ticket', async () => {
      await afterMail(fresh, [], {})
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
      await arrive(aMail())
      // That one goes out, so what follows waits.
      await desk.store.transaction((tx) => tx('outbox').update({ outcome: 'sent' }))
      await arrive(await replyFrom('carla@acme.test', '#assign bruno'))
      for (const words of ['It burns higher.', 'And higher.']) {
        await arrive(await replyFrom('ana@customer.test', words))
        const notice = await textOf(await mailTo('bruno@acme.test'))
        expect(notice).toMatch(/Carla assigned this ticket to you/)
        expect(notice).toContain(words)
        expect(headerOf(notice, 'From')).toBe('"Ana (via Support)" <support@acme.test>')
      }
      await desk.store.transaction((tx) => tx('outbox').update({ outcome: 'sent' }))
      await arrive(await replyFrom('ana@customer.test', 'Hello?'))
      expect(await textOf(await mailTo('bruno@acme.test'))).not.toContain('assigned this ticket')
    })

    test('a notice says how to unsubscribe from its ticket', async () => {
      await afterMail(fresh, [aMail()])
      const notice = await textOf(await mailTo('bruno@acme.test'))
      const [, token = ''] =
        /<http:\/\/[^>]+\/u\/([a-z2-7]+)>/.exec(headerOf(notice, 'List-Unsubscribe')) ?? []
      expect(desk.context.tokens.verify(token)).toEqual({
        kind: 'mute',
        ticketId: 1,
        userId: await bruno(),
      })
      // RFC 8058 §3.1: one click is for HTTPS links.
      expect(headerOf(notice, 'List-Unsubscribe-Post')).toBe('')
    })
  },
  onDesk,
)
