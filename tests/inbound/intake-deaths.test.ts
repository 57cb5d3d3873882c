/** Mail that was in hand when daemons died: what that says about it, and what becomes of the others. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { releaseInbound } from '../../src/store/release-inbound.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase, type FreshDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('intake-deaths')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000
/** From here on a message is left for a while at every death. */
const MANY = 9
/** More often than any message is given a chance. */
const TOO_MANY = 17

const opening = (): string =>
  aMail({ headers: { Subject: 'One', 'Message-ID': '<one@customer.test>' } })
const answer = (): string =>
  aMail({ headers: { Subject: 'Re: One', 'In-Reply-To': '<one@customer.test>' } })
const other = (): string => aMail({ headers: { From: 'ben@customer.test', Subject: 'Two' } })

/** The first of these was in the hands of so many daemons that died, and the last has just died. */
async function afterDeaths(
  fresh: FreshDatabase,
  deaths: number,
  mails: readonly string[],
): Promise<void> {
  desk = await startDesk(await fresh(), parser)
  for (const mail of mails) desk.arrives(mail)
  desk.start('fetch')
  await until('the mail', async () => (await fates()).length === mails.length)
  await desk.stop()
  await desk.write(async (tx) => {
    const inHand = { attempts: deaths, lease_owner: 'test', due_at: desk.clock.now().getTime() }
    await tx('inbound_messages').where({ id: 1 }).update(inHand)
    await releaseInbound(tx, 'test', desk.clock.now(), { giveBack: false })
  })
}

/** The same mail once more, which nobody takes for now. */
const copyOfFirst = (change: object): Promise<void> =>
  desk.write(async (tx) => {
    const [{ id: _id, ...first }] = (await tx('inbound_messages').where({ id: 1 })) as [Row]
    const later = desk.clock.now().getTime() + 60 * MINUTE
    await tx('inbound_messages').insert({ ...first, uid: 1_000, due_at: later, ...change })
  })

interface Row {
  readonly id: number
}

/** Until the answer is looked at again in so many minutes or more. */
const untilWaits = (minutes: number): Promise<unknown> =>
  until('the answer to wait', async () => {
    const [due] = await desk.store.read('inbound_messages').where({ id: 2 }).pluck('due_at')
    return Number(due) - desk.clock.now().getTime() >= minutes * MINUTE
  })

const fates = async (): Promise<string[]> =>
  (await desk.store.read('inbound_messages').orderBy('id').pluck('fate')) as string[]

eachDatabase(
  'mail that was in hand when daemons died',
  (fresh) => {
    test('is taken at once after a few deaths', async () => {
      await afterDeaths(fresh, 4, [opening()])
      desk.start('intake')
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket', attempts: 5 }])
    })

    test('is left for a while after many, while others go on and its answer waits', async () => {
      await afterDeaths(fresh, MANY, [opening(), answer(), other()])
      desk.start('intake')
      await until('the other', async () => (await fates())[2] === 'ticket')
      expect(await fates()).toEqual(['pending', 'pending', 'ticket'])
      desk.clock.advance(MINUTE)
      const [first, second] = await desk.untilSettled(3)
      expect([first?.fate, second?.fate]).toEqual(['ticket', 'comment'])
      expect(second?.ticketId).toBe(first?.ticketId)
    })

    test.each(['test', 'another'])(
      'an answer waits for mail that the daemon "%s" claimed and has no longer in hand',
      async (owner) => {
        await afterDeaths(fresh, 0, [opening(), answer()])
        const later = desk.clock.now().getTime() + 5 * MINUTE
        await desk.write((tx) =>
          tx('inbound_messages').where({ id: 1 }).update({ lease_owner: owner, due_at: later }),
        )
        desk.arrives(other())
        desk.start('fetch', 'intake')
        await until('the other', async () => (await fates())[2] === 'ticket')
        expect(await fates()).toEqual(['pending', 'pending', 'ticket'])
        await desk.write((tx) => releaseInbound(tx, owner, desk.clock.now(), { giveBack: true }))
        const [first, second] = await desk.untilSettled(3)
        expect(second).toMatchObject({ fate: 'comment', ticketId: first?.ticketId })
      },
    )

    test('is quarantined in the end', async () => {
      await afterDeaths(fresh, TOO_MANY, [opening()])
      desk.clock.advance(20 * MINUTE)
      desk.start('intake')
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'quarantined' }])
    })

    test('an answer does not wait for a copy of mail that is a ticket already', async () => {
      await afterDeaths(fresh, 0, [opening()])
      desk.start('intake')
      await desk.untilSettled(1)
      await desk.stop()
      await copyOfFirst({ fate: 'pending' })
      desk.arrives(answer())
      desk.start('fetch', 'intake')
      await until('the answer', async () => (await fates())[2] === 'comment')
      expect(await fates()).toEqual(['ticket', 'pending', 'comment'])
    })

    test('of several copies the first is the one an answer waits for', async () => {
      await afterDeaths(fresh, MANY, [opening(), answer(), other()])
      await copyOfFirst({})
      desk.start('intake')
      await until('the other', async () => (await fates())[2] === 'ticket')
      expect((await fates())[1]).toBe('pending')
    })

    test('an answer looks less and less often, and goes on alone after an hour', async () => {
      await afterDeaths(fresh, 0, [opening(), answer()])
      const never = desk.clock.now().getTime() + 1_000 * MINUTE
      await desk.write((tx) =>
        tx('inbound_messages').where({ id: 1 }).update({ lease_owner: 'another', due_at: never }),
      )
      desk.start('intake')
      await untilWaits(0.01)
      desk.clock.advance(40 * MINUTE)
      await untilWaits(9)
      desk.clock.advance(21 * MINUTE)
      await until('the answer', async () => (await fates())[1] === 'ticket')
    })

    test('an answer goes on alone when the mail it answers waits for an hour', async () => {
      await afterDeaths(fresh, MANY, [opening(), answer()])
      const never = desk.clock.now().getTime() + 1_000 * MINUTE
      await desk.write((tx) => tx('inbound_messages').where({ id: 1 }).update({ due_at: never }))
      desk.clock.advance(61 * MINUTE)
      desk.start('intake')
      await until('the answer', async () => (await fates())[1] === 'ticket')
      expect(await fates()).toEqual(['pending', 'ticket'])
    })
  },
  onDesk,
)
