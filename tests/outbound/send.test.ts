/** Emptying the outbox through an SMTP server that misbehaves on command. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { eventsOf } from '../../src/events.ts'
import { FAULT_CHANNEL, type FaultPoint, type Passing } from '../../src/fault-points.ts'
import { silentLog } from '../../src/log.ts'
import { recoverSending } from '../../src/outbound/recover.ts'
import { listEvents } from '../../src/store/events.ts'
import type { OutboxMessage } from '../../src/store/outbox.ts'
import { failOnce } from '../faults/fail-once.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { owesReply, owesTicket, owesTicketIn } from './owed.ts'

const scratch = makeScratch('send')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000

const aTicket = (email?: string, acknowledged?: boolean): Promise<number> =>
  owesTicket(desk, email, acknowledged)
const aReply = (ticketId: number): Promise<void> => owesReply(desk, ticketId)

async function untilOutcome(outcome: OutboxMessage['outcome'], id = 1): Promise<OutboxMessage> {
  return until(`delivery ${id} to be ${outcome}`, async () => {
    desk.outgoing.ring()
    const row = (await desk.outbox()).find((one) => one.id === id)
    return row?.outcome === outcome ? row : null
  })
}

const outcomesOnTicket = async (ticketId: number): Promise<unknown[]> => {
  const events = await listEvents(desk.store.read, { ticketId, afterId: 0, limit: 50 })
  return events.filter(({ type }) => type === 'delivery.changed').map(({ data }) => data['outcome'])
}

/** The first transaction after this point finds a full disk. */
function awayAt(point: FaultPoint): Promise<void> {
  return new Promise((resolve) => {
    const onPassing = (message: unknown): void => {
      if ((message as Passing).point !== point) return
      unsubscribe(FAULT_CHANNEL, onPassing)
      const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      vi.spyOn(desk.store, 'transaction').mockRejectedValueOnce(full)
      resolve()
    }
    subscribe(FAULT_CHANNEL, onPassing)
  })
}

const received = (): readonly { source: Buffer }[] => desk.world.smtp.received

eachDatabase(
  'sending',
  (fresh) => {
    test('a reply is handed over once, to one recipient, and the ticket says so', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('send')
      await aReply(await aTicket())
      expect(await untilOutcome('sent')).toMatchObject({ attempts: 1, kind: 'reply' })
      const [mail] = desk.world.smtp.received
      expect(mail?.envelope.rcptTo).toEqual(['ana@customer.test'])
      expect(mail?.envelope.mailFrom).toMatch(/^support\+b\.[a-z2-7]+@acme\.test$/)
      expect(await outcomesOnTicket(1)).toEqual(['sent'])
    })

    test.each(['send.claimed', 'smtp.envelope'] as const)(
      'what nobody has in hand after a failure at %s is sent at once, not when its lease ends',
      async (point) => {
        desk = await startDesk(await fresh(), parser)
        const failed = failOnce(point, new Error('a fault of the test'))
        desk.start('send')
        await aReply(await aTicket())
        await failed
        await untilOutcome('sent')
        expect(received()).toHaveLength(1)
      },
    )

    test('what fails in an unexpected way each time is not tried without a pause', async () => {
      desk = await startDesk(await fresh(), parser)
      const error = new Error('a fault of the test')
      const failing = async (): Promise<void> => {
        for (let time = 0; time < 3; time += 1) await failOnce('smtp.envelope', error)
      }
      const failed = failing()
      desk.start('send')
      await aReply(await aTicket())
      await failed
      // The sender looks around all the time, also when the delivery is just leaving its hand.
      const row = await untilOutcome('queued')
      expect(row.attempts).toBe(3)
      const pauseMs = (row.dueAt?.getTime() ?? 0) - desk.clock.now().getTime()
      expect(pauseMs).toBeGreaterThan(MINUTE / 2)
      desk.clock.advance(2 * MINUTE)
      expect(await untilOutcome('sent')).toMatchObject({ attempts: 4 })
    })

    test('a database that is away before the dot: the mail is sent when that is back, without a pause', async () => {
      desk = await startDesk(await fresh(), parser)
      const away = awayAt('smtp.chunk')
      desk.start('send')
      await aReply(await aTicket())
      await away
      // Within the patience of the test, which is shorter than the first pause after an attempt.
      expect(await untilOutcome('sent')).toMatchObject({ attempts: 2 })
      expect(received()).toHaveLength(1)
    })

    test('an answer of the server that could not be written down is uncertain at once', async () => {
      desk = await startDesk(await fresh(), parser)
      const failed = failOnce('send.settling', new Error('a fault of the test'))
      desk.start('send')
      await aReply(await aTicket())
      await failed
      await untilOutcome('uncertain')
      expect(received()).toHaveLength(1)
    })

    test('bad input 142, 144: a recipient who is refused for now is tried again later', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.smtp.faults.add({ at: 'rcpt', do: 'reply', with: '451 4.7.1 Greylisted' })
      desk.start('send')
      await aReply(await aTicket())
      const row = await until('the refusal', async () => {
        const [first] = await desk.outbox()
        return first?.detail?.includes('Greylisted') === true ? first : null
      })
      expect(row.outcome).toBe('queued')
      expect((row.dueAt?.getTime() ?? 0) - desk.clock.now().getTime()).toBeGreaterThan(4 * MINUTE)
      desk.clock.advance(6 * MINUTE)
      expect(await untilOutcome('sent')).toMatchObject({ attempts: 2 })
    })

    test('bad input 145: a recipient who is refused for good fails, and the ticket says so', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.smtp.faults.add({ at: 'rcpt', do: 'reply', with: '550 5.1.1 No such user' })
      desk.start('send')
      await aReply(await aTicket())
      const row = await untilOutcome('failed')
      expect(row.detail).toContain('5.1.1')
      expect(await outcomesOnTicket(1)).toEqual(['failed'])
    })

    test('bad input 143: one refused recipient does not hold up another', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('send')
      await aReply(await aTicket('temperror@customer.test'))
      await aReply(await aTicket('kim@customer.test'))
      await untilOutcome('sent', 2)
    })

    test('bad input 148: a reply whose answer was lost goes out once more, byte for byte, and not again', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.smtp.faults.add({ at: 'accepted', times: 2, do: 'drop' })
      desk.start('send')
      await aReply(await aTicket())
      await untilOutcome('uncertain')
      desk.clock.advance(3 * MINUTE)
      desk.outgoing.ring()
      await until('the second copy', () => received().length === 2)
      await untilOutcome('uncertain')
      desk.clock.advance(3 * MINUTE)
      await until('nothing to be left to decide', async () => {
        desk.outgoing.ring()
        return (await desk.outbox())[0]?.dueAt === null
      })
      expect(received()).toHaveLength(2)
      expect(received()[0]?.source.equals(received()[1]?.source ?? Buffer.alloc(0))).toBe(true)
      expect(await outcomesOnTicket(1)).toEqual(['uncertain', 'queued', 'uncertain'])
    })

    test('what a dead daemon was sending is told on the ticket when it is taken up again', async () => {
      desk = await startDesk(await fresh(), parser)
      await aReply(await aTicket())
      await desk.write((tx) =>
        tx('outbox').update({ outcome: 'ending', lease_owner: 'test', lease_until: 1 }),
      )
      const { store, clock } = desk
      const deps = {
        store,
        clock,
        owner: 'test',
        events: eventsOf(silentLog),
        random: () => 0.5,
        undelivered: () => Promise.reject(new Error('it may have arrived')),
      }
      expect(await recoverSending(deps, true)).toBe(1)
      expect(await recoverSending(deps, true)).toBe(0)
      expect(await outcomesOnTicket(1)).toEqual(['uncertain'])
    })

    test('an acknowledgement whose answer was lost is not repeated', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.smtp.faults.add({ at: 'accepted', do: 'drop' })
      await aTicket('ana@customer.test', true)
      desk.start('send')
      await untilOutcome('uncertain')
      desk.clock.advance(3 * MINUTE)
      await until('nothing to be left to decide', async () => {
        desk.outgoing.ring()
        return (await desk.outbox())[0]?.dueAt === null
      })
      expect(received()).toHaveLength(1)
    })

    test('bad input 138: a server that is down opens the circuit; what is owed waits, and leaves when it is back', async () => {
      desk = await startDesk(await fresh(), parser)
      await desk.world.smtp.stopListening()
      desk.start('send')
      for (const name of ['ana', 'kim', 'lee']) await aReply(await aTicket(`${name}@customer.test`))
      await until('the circuit to open', () => desk.health.of('Support', 'smtp')?.state === 'error')
      const waiting = await desk.outbox()
      expect(waiting.filter(({ outcome }) => outcome === 'failed')).toEqual([])
      await desk.world.smtp.listenAgain()
      desk.clock.advance(2 * MINUTE)
      for (const id of [1, 2, 3]) await untilOutcome('sent', id)
      expect(desk.events).toContain('smtp.recovered')
    })

    test('a clock that was a day ahead and is put right keeps nothing back', async () => {
      desk = await startDesk(await fresh(), parser)
      const day = 24 * 60 * MINUTE
      desk.clock.advance(day)
      await desk.world.smtp.stopListening()
      desk.start('send')
      await aReply(await aTicket())
      await until('the circuit to open', () => desk.health.of('Support', 'smtp')?.state === 'error')
      await desk.world.smtp.listenAgain()
      desk.clock.advance(-day)
      // As is done for rows that are due far from now.
      await desk.write((tx) => tx('outbox').update({ due_at: desk.clock.now().getTime() }))
      await untilOutcome('sent')
    })

    test('bad input 139: a wrong password is not tried again at once', async () => {
      desk = await startDesk(await fresh(), parser, { inbox: { smtp: { password: 'wrong' } } })
      desk.start('send')
      await aReply(await aTicket())
      const health = await until('the refusal', () => {
        const state = desk.health.of('Support', 'smtp')
        return state?.state === 'error' ? state : null
      })
      const waitMs = (health.nextRetryAt?.getTime() ?? 0) - desk.clock.now().getTime()
      expect(waitMs).toBeGreaterThan(45_000)
    })

    test('a drain finishes what is under way and starts nothing new', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('send')
      await aReply(await aTicket('slow@customer.test'))
      await desk.world.smtp.untilCommand(/^DATA/)
      await desk.stop()
      expect(await desk.outbox()).toMatchObject([{ outcome: 'sent' }])
      await until('the connection to end', () => desk.world.smtp.connectionCount === 0)
    })

    test('what was claimed ahead of a free lane is queued at a drain, as if nobody had claimed it', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('send')
      // The first one pays for the connection; it is claimed ahead while deliveries are quick.
      for (const id of [1, 2, 3, 4]) {
        await aTicket(`first${id}@customer.test`, true)
        await untilOutcome('sent', id)
      }
      desk.world.smtp.faults.add({ at: 'accepted', times: 20, do: 'delay', ms: 600 })
      await desk.write(async (tx) => {
        for (let count = 0; count < 12; count += 1) {
          await owesTicketIn(tx, desk, { email: `c${count}@customer.test`, acknowledged: true })
        }
      })
      desk.outgoing.ring()
      const outcomes = async () => (await desk.outbox()).map(({ outcome }) => outcome)
      await until('more to be claimed than lanes', async () => {
        return (await outcomes()).filter((one) => one === 'sending' || one === 'ending').length > 5
      })
      await desk.stop()
      const rows = await desk.outbox()
      expect(rows.filter(({ outcome }) => outcome === 'sending')).toEqual([])
      const queued = rows.filter(({ outcome }) => outcome === 'queued')
      expect(queued.length).toBeGreaterThan(0)
      expect(queued.every(({ attempts }) => attempts === 0)).toBe(true)
      expect(received()).toHaveLength(rows.length - queued.length)
      // They leave when somebody sends again.
      desk.start('send')
      await until('all to be sent', async () => (await outcomes()).every((one) => one === 'sent'))
      expect(received()).toHaveLength(16)
    })

    test('mail that another inbox owes does not keep this one’s sender spinning', async () => {
      desk = await startDesk(await fresh(), parser)
      const { store, clock } = desk
      const row = { name: 'Gone', address: 'gone@acme.test', created_at: 0 }
      const [other] = await store.transaction((tx) => tx('inboxes').insert(row).returning('id'))
      await aReply(await aTicket())
      await desk.write((tx) => tx('outbox').update({ inbox_id: other.id }))
      let looks = 0
      store.read.on('query', ({ sql }: { sql: string }) => {
        if (sql.includes('outbox')) looks += 1
      })
      desk.start('send')
      await aReply(await aTicket('kim@customer.test'))
      await untilOutcome('sent', 2)
      const [before, at] = [looks, clock.now().getTime()]
      await until('a third of a second to pass', () => clock.now().getTime() - at > 333)
      expect(looks - before).toBeLessThan(10)
    })
  },
  onDesk,
)
