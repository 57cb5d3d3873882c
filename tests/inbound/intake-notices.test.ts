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
