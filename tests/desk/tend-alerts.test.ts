/** People hear of what is wrong: once, again after a day, and when it is over. */
import { afterEach, expect, test } from 'vitest'
import { observed, tendAlerts } from '../../src/desk/tend-alerts.ts'
import { listAlerts } from '../../src/store/alerts.ts'
import { listEvents } from '../../src/store/events.ts'
import { listOutbox } from '../../src/store/outbox.ts'
import { ensureUser } from '../../src/store/users.ts'
import type { Observations } from '../../src/ticket/alert.ts'
import type { Role } from '../../src/ticket/user.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, BRUNO, CARLA, type Desk, onDesk, openDesk } from '../kit/desk-context.ts'

const AT = new Date('2026-07-06T10:00:00Z')
const HOUR_MS = 3_600_000
const after = (hours: number): Date => new Date(AT.getTime() + hours * HOUR_MS)
const WELL: Observations = {
  failing: [],
  connected: ['Support'],
  overdue: [],
  elsewhere: [],
  lookedFor: [],
  pending: null,
  unacknowledged: 0,
  disk: null,
  upkeep: [],
}
const STUCK: Observations = {
  ...WELL,
  connected: [],
  failing: [{ inbox: 'Support', side: 'imap', error: 'wrong password' }],
}

eachDatabase(
  'alerts',
  (fresh) => {
    let desk: Desk
    afterEach(() => desk.close())

    async function deskWith(...staff: readonly (readonly [string, Role])[]): Promise<void> {
      desk = await openDesk(await fresh())
      for (const [email, role] of staff) {
        const user = { email: anAddress(email), name: null, role, state: 'active' as const }
        await desk.store.transaction((tx) => ensureUser(tx, user, AT))
      }
    }
    const look = (seen: Observations, at: Date): Promise<void> =>
      desk.store.transaction((tx) => tendAlerts(tx, desk.context, seen, at))
    const mailed = async (): Promise<string[]> =>
      (await listOutbox(desk.store.read, { limit: 50 })).map(({ rcptTo }) => rcptTo).toReversed()
    const events = async (): Promise<string[]> =>
      (await listEvents(desk.store.read, { ticketId: null, afterId: 0, limit: 50 }))
        .map(({ type }) => type)
        .filter((type) => type.startsWith('alert.'))

    test('admins are told once, and when it is over', async () => {
      await deskWith([CARLA, 'admin'], [BRUNO, 'agent'])
      await look(STUCK, AT)
      await look(STUCK, after(0.1))
      expect(await mailed()).toEqual([CARLA])
      const [alert] = await listAlerts(desk.store.read, { openOnly: true, limit: 5 })
      expect(alert).toMatchObject({ kind: 'inbox_unreachable', about: 'Support', clearedAt: null })
      await look(WELL, after(1))
      expect(await mailed()).toEqual([CARLA, CARLA])
      expect(await events()).toEqual(['alert.raised', 'alert.cleared'])
      expect(await listAlerts(desk.store.read, { openOnly: true, limit: 5 })).toEqual([])
      expect(await listAlerts(desk.store.read, { openOnly: false, limit: 5 })).toHaveLength(1)
    })

    test('agents are told where there is no admin', async () => {
      await deskWith([BRUNO, 'agent'])
      await look(STUCK, AT)
      expect(await mailed()).toEqual([BRUNO])
    })

    test('what lasts is told again after a day', async () => {
      await deskWith([CARLA, 'admin'])
      await look(STUCK, AT)
      await look(STUCK, after(23))
      expect(await mailed()).toHaveLength(1)
      await look(STUCK, after(24))
      await look(STUCK, after(25))
      expect(await mailed()).toHaveLength(2)
    })

    test('what comes and goes fills no mailbox', async () => {
      await deskWith([CARLA, 'admin'])
      for (const hours of [0, 0.2, 0.4]) {
        await look(STUCK, after(hours))
        await look(WELL, after(hours + 0.1))
      }
      const raised = (await events()).filter((type) => type === 'alert.raised')
      expect(raised).toHaveLength(3)
      // The first of them, and its end.
      expect(await mailed()).toHaveLength(2)
      await look(STUCK, after(1.5))
      expect(await mailed()).toHaveLength(3)
    })

    test('a daemon that has no session of the inbox does not end its alert', async () => {
      await deskWith([CARLA, 'admin'])
      await look(STUCK, AT)
      await look({ ...WELL, connected: [] }, after(0.1))
      expect(await listAlerts(desk.store.read, { openOnly: true, limit: 5 })).toHaveLength(1)
      await look(WELL, after(0.2))
      expect(await listAlerts(desk.store.read, { openOnly: true, limit: 5 })).toEqual([])
    })

    test('a daemon that does not look for other desks does not say that there is none', async () => {
      await deskWith([CARLA, 'admin'])
      const open = async (): Promise<number> =>
        (await listAlerts(desk.store.read, { openOnly: true, limit: 5 })).length
      await look({ ...WELL, elsewhere: ['Support'], lookedFor: ['Support'] }, AT)
      await look(WELL, after(0.1))
      expect(await open()).toBe(1)
      await look({ ...WELL, lookedFor: ['Support'] }, after(0.2))
      expect(await open()).toBe(0)
    })

    test('two daemons that look at the same time tell it once', async () => {
      await deskWith([CARLA, 'admin'])
      await Promise.all([look(STUCK, AT), look(STUCK, AT)])
      expect(await mailed()).toEqual([CARLA])
    })

    test.each([
      // what                           | attempts | owed since, hours after it was written
      ['is due now for the first time', 0, 9],
      ['was tried, and is due again', 1, 0],
    ])('mail that was held for a night and %s', async (_what, attempts, hours) => {
      await deskWith()
      await desk.store.transaction((tx) =>
        tx('outbox').insert({
          inbox_id: desk.inboxes[0]?.id ?? 0,
          kind: 'agent_notice',
          automatic: true,
          message_id: 'held',
          rcpt_to: 'bruno@x.test',
          rcpt_domain: 'x.test',
          outcome: 'queued',
          attempts,
          created_at: AT.getTime(),
          due_at: after(9).getTime(),
        }),
      )
      const { overdue } = await observed(desk.store.read, desk.context.inboxes, after(9))
      expect(overdue).toEqual([{ inbox: 'Support', count: 1, since: after(hours) }])
    })

    test('what the ledgers tell', async () => {
      await deskWith()
      const inboxId = desk.inboxes[0]?.id ?? 0
      const row = { inbox_id: inboxId, automatic: true, rcpt_domain: 'x.test', verified: false }
      const ack = {
        ...row,
        kind: 'acknowledgement',
        outcome: 'suppressed',
        created_at: AT.getTime(),
      }
      await desk.store.transaction((tx) =>
        tx('outbox').insert(
          [
            {
              ...ack,
              message_id: 'a',
              rcpt_to: 'a@x.test',
              detail: 'the acknowledgement budget total (1 in 3600 s) is used up',
            },
            {
              ...ack,
              message_id: 'b',
              rcpt_to: 'b@x.test',
              detail: 'the acknowledgement budget unverified_total (1 in 3600 s) is used up',
            },
            {
              ...ack,
              message_id: 'c',
              rcpt_to: 'c@x.test',
              detail: 'the acknowledgement budget per_domain (1 in 3600 s) is used up',
            },
            {
              ...ack,
              message_id: 'd',
              rcpt_to: 'd@x.test',
              detail: null,
              outcome: 'queued',
              due_at: AT.getTime(),
            },
          ].map((one) => ({ due_at: null, ...one })),
        ),
      )
      expect(await observed(desk.store.read, desk.context.inboxes, after(0.5))).toEqual({
        overdue: [{ inbox: 'Support', count: 1, since: AT }],
        pending: null,
        unacknowledged: 2,
        upkeep: [],
      })
      expect(await observed(desk.store.read, desk.context.inboxes, after(2))).toMatchObject({
        unacknowledged: 0,
      })
    })
  },
  onDesk,
)
