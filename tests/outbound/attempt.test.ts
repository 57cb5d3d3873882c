/** One attempt that takes its time: what others make of its row meanwhile, and what still counts. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { addComment } from '../../src/desk/add-comment.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { attemptDelivery, type AttemptDeps } from '../../src/outbound/attempt.ts'
import { recoverSending } from '../../src/outbound/recover.ts'
import type { SmtpLane } from '../../src/outbound/smtp.ts'
import { listEvents } from '../../src/store/events.ts'
import { InDoubt } from '../../src/store/in-doubt.ts'
import { claimDue, resendUncertain } from '../../src/store/outbox-delivery.ts'
import type { OutboxMessage } from '../../src/store/outbox.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { aMail } from '../kit/a-mail.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('attempt')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000
/** A few more than a lease lasts. */
const LATER = 16 * MINUTE

const depsOf = (owner: string): AttemptDeps => ({
  store: desk.store,
  clock: desk.clock,
  owner,
  events: eventsOf(silentLog),
  random: () => 0.5,
  undelivered: () => Promise.reject(new Error('nothing failed')),
})

/** Bruno's answer to a customer's mail, claimed by us. */
async function claimed(text: string): Promise<OutboxMessage> {
  desk.arrives(aMail())
  desk.start('fetch', 'intake')
  await desk.untilSettled(1)
  await desk.stop()
  const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
  return desk.write(async (tx) => {
    await tx('outbox').del()
    const said = saidByApi(text)
    const author = { type: 'agent', user: bruno } as const
    const how = { moveTo: null, mailOut: true, notifyAgents: false, reopening: false } as const
    const comment = { ticketId: 1, visibility: 'public', author, said, ...how } as const
    await addComment(tx, desk.context, comment, desk.clock.now())
    return claimUs(tx)
  })
}

async function claimUs(tx: Parameters<typeof claimDue>[0]): Promise<OutboxMessage> {
  const at = desk.clock.now()
  const [row] = await claimDue(tx, { inboxId: 1, owner: 'us', limit: 1, at })
  if (row === undefined) throw new Error('nothing was due')
  return row
}

/** A server that takes everything; `whileBody` and `afterDot` happen while it does. */
const laneWhere = (happens: {
  whileBody?: () => Promise<unknown>
  afterDot?: () => Promise<unknown>
}): SmtpLane => ({
  async submit(_envelope, _source, hooks) {
    await happens.whileBody?.()
    await hooks.beforeDot()
    await happens.afterDot?.()
    return { kind: 'sent', reply: '250 2.0.0 queued' }
  },
  close: () => Promise.resolve(),
})

const attempt = async (row: OutboxMessage, lane: SmtpLane): Promise<unknown> =>
  attemptDelivery(depsOf('us'), lane, row, new AbortController().signal)

/** Housekeeping, here or elsewhere, after a lease's time. */
async function housekeepingLater(): Promise<void> {
  desk.clock.advance(LATER)
  await recoverSending(depsOf('others'), false)
}

const outcome = async (): Promise<unknown> => (await desk.outbox())[0]?.outcome

const told = async (): Promise<unknown[]> => {
  const events = await listEvents(desk.store.read, { ticketId: 1, afterId: 0, limit: 50 })
  return events.filter(({ type }) => type === 'delivery.changed').map(({ data }) => data['outcome'])
}

/** One writer, whose time stands still: nobody is asked to hurry. Notes what was known before each long write. */
class PatientInDoubt extends InDoubt {
  isAsked = false
  readonly before: unknown[] = []

  constructor() {
    super(1, () => 0)
  }

  override afterwards<T>(write: () => Promise<T>): Promise<T> {
    this.isAsked = true
    return super.afterwards(async () => {
      this.before.push(await outcome())
      return write()
    })
  }
}

eachDatabase(
  'one attempt',
  (fresh) => {
    test('files for somebody behind a slow line are not taken for a dead daemon’s', async () => {
      desk = await startDesk(await fresh(), parser)
      const row = await claimed('A long line of a log.\n'.repeat(30_000))
      await attempt(row, laneWhere({ whileBody: housekeepingLater }))
      expect(await outcome()).toBe('sent')
    })

    test('an answer that comes after we were taken for dead still counts', async () => {
      desk = await startDesk(await fresh(), parser)
      const row = await claimed('Use water.')
      const afterDot = async (): Promise<void> => {
        await housekeepingLater()
        expect(await outcome()).toBe('uncertain')
      }
      await attempt(row, laneWhere({ afterDot }))
      expect(await outcome()).toBe('sent')
      expect(await told()).toEqual(['uncertain', 'sent'])
    })

    test('and saves the customer a second copy that was about to leave', async () => {
      desk = await startDesk(await fresh(), parser)
      const row = await claimed('Use water.')
      const afterDot = async (): Promise<void> => {
        await housekeepingLater()
        await desk.write((tx) => resendUncertain(tx, row.id, desk.clock.now()))
      }
      await attempt(row, laneWhere({ afterDot }))
      expect(await outcome()).toBe('sent')
    })

    test('what becomes of it is durable before the next batch of incoming mail is', async () => {
      desk = await startDesk(await fresh(), parser)
      const row = await claimed('Use water.')
      const inDoubt = new PatientInDoubt()
      Object.assign(desk.store, { inDoubt })
      const afterDot = async (): Promise<void> => {
        desk.arrives(aMail({ headers: { From: 'ben@customer.test' } }))
        desk.start('fetch', 'intake')
        await until('intake asks', () => inDoubt.isAsked)
      }
      await attempt(row, laneWhere({ afterDot }))
      await desk.untilSettled(2)
      expect(inDoubt.before).toEqual(['sent'])
    })

    test('but not over an attempt that was begun meanwhile', async () => {
      desk = await startDesk(await fresh(), parser)
      const row = await claimed('Use water.')
      const afterDot = async (): Promise<void> => {
        await housekeepingLater()
        await desk.write(async (tx) => {
          await resendUncertain(tx, row.id, desk.clock.now())
          await claimUs(tx)
        })
      }
      await attempt(row, laneWhere({ afterDot }))
      expect(await desk.outbox()).toMatchObject([{ outcome: 'sending', attempts: 2 }])
    })
  },
  onDesk,
)
