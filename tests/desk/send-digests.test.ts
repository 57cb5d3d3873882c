/** The morning's mail: what waits, once a working day, to those who want it. */
import { afterEach, expect, test } from 'vitest'
import { openTicket } from '../../src/desk/open-ticket.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { sendDigests } from '../../src/desk/send-digests.ts'
import { saveSettings } from '../../src/store/notice-settings.ts'
import { listOutbox, sourceOf } from '../../src/store/outbox.ts'
import { ensureUser } from '../../src/store/users.ts'
import type { Role, User } from '../../src/ticket/user.ts'
import { eachDatabase } from '../kit/databases.ts'
import { ANA, anAddress, BRUNO, CARLA, type Desk, onDesk, openDesk } from '../kit/desk-context.ts'
import { opening } from '../kit/opening.ts'

/** A Monday; the inbox's zone is UTC. */
const MORNING = new Date('2026-07-06T08:00:00Z')
const HOUR_MS = 3_600_000
const after = (hours: number): Date => new Date(MORNING.getTime() + hours * HOUR_MS)

eachDatabase(
  'digests',
  (fresh) => {
    let desk: Desk
    afterEach(() => desk.close())

    const person = async (email: string, role: Role): Promise<User> => {
      const given = { email: anAddress(email), name: null, role, state: 'active' as const }
      return (await desk.store.transaction((tx) => ensureUser(tx, given, after(-90)))).user
    }

    async function waiting(requester: User, subject: string, since: Date): Promise<void> {
      await desk.store.transaction((tx) =>
        openTicket(
          tx,
          desk.context,
          opening(desk.inboxes[0]?.id ?? null, requester, {
            subject,
            said: saidByApi('Hello?'),
            acknowledge: null,
          }),
          since,
        ),
      )
    }

    async function start(): Promise<{ ana: User; bruno: User; carla: User }> {
      desk = await openDesk(await fresh())
      const [ana, bruno, carla] = [
        await person(ANA, 'customer'),
        await person(BRUNO, 'agent'),
        await person(CARLA, 'agent'),
      ]
      const settings = { level: 'digest', quietHours: null } as const
      await desk.store.transaction((tx) => saveSettings(tx, bruno.id, settings))
      return { ana, bruno, carla }
    }

    const mailed = async (): Promise<{ to: string; text: string }[]> => {
      const rows = (await listOutbox(desk.store.read, { limit: 20 })).toReversed()
      return Promise.all(
        rows.map(async ({ id, rcptTo }) => ({
          to: rcptTo,
          text: (await sourceOf(desk.store.read, id))?.source.toString() ?? '',
        })),
      )
    }

    test('lists what waits longest first, to the agent who wants it, once a day', async () => {
      const { ana } = await start()
      await waiting(ana, 'Second', after(-2))
      await waiting(ana, 'First', after(-3))
      await sendDigests(desk.store, desk.context, after(-0.1))
      expect(await mailed()).toEqual([])
      await sendDigests(desk.store, desk.context, MORNING)
      await sendDigests(desk.store, desk.context, after(1))
      const [digest, ...others] = await mailed()
      expect(others).toEqual([])
      expect(digest?.to).toBe(BRUNO)
      expect(digest?.text).toMatch(/First[\s\S]*Second/)
      await sendDigests(desk.store, desk.context, after(24))
      expect(await mailed()).toHaveLength(2)
    })

    test('is not sent when nothing waits, nor at weekends', async () => {
      const { ana } = await start()
      await sendDigests(desk.store, desk.context, MORNING)
      await waiting(ana, 'On Saturday', after(100))
      await sendDigests(desk.store, desk.context, after(5 * 24))
      expect(await mailed()).toEqual([])
      await sendDigests(desk.store, desk.context, after(7 * 24))
      expect(await mailed()).toHaveLength(1)
    })

    test('that fail for one agent reach the others, and the job hears of it', async () => {
      const { ana, carla } = await start()
      const settings = { level: 'digest', quietHours: null } as const
      await desk.store.transaction((tx) => saveSettings(tx, carla.id, settings))
      await waiting(ana, 'First', after(-2))
      const { templates } = desk.context
      let count = 0
      const render = ((...args: Parameters<typeof templates.render>) => {
        count += 1
        if (count === 1) throw new Error('broken template')
        return templates.render(...args)
      }) as typeof templates.render
      const context = { ...desk.context, templates: { render } as typeof templates }
      await expect(sendDigests(desk.store, context, MORNING)).rejects.toThrow('broken template')
      expect(await mailed()).toHaveLength(1)
      // Who got none gets it the next time.
      await sendDigests(desk.store, desk.context, after(1))
      expect((await mailed()).map(({ to }) => to).toSorted()).toEqual([BRUNO, CARLA].toSorted())
    })

    test('says how many more there are than it lists', async () => {
      const { ana } = await start()
      for (let n = 0; n < 22; n += 1) await waiting(ana, `Ticket ${n}`, after(-n))
      await sendDigests(desk.store, desk.context, MORNING)
      const [digest] = await mailed()
      expect(digest?.text).toContain('+ 2')
      expect(digest?.text).not.toContain('Ticket 1\r')
    })
  },
  onDesk,
)
