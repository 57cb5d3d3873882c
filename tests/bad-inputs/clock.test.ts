/** Row 199 of the table of bad inputs: a clock that jumps while mail comes in and goes out, in any zone. */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { tidyUp } from '../../src/desk/tidy-up.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { ANA, onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const DAY_MS = 24 * 3_600_000
const scratch = makeScratch('clock')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
const zone = process.env['TZ']
let desk: RunningDesk
afterEach(async () => {
  await desk.close()
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

/** So many mails are tickets, each once, and each was acknowledged once. */
async function expectAllOnce(count: number): Promise<void> {
  const rows = await desk.untilSettled(count)
  expect(rows.map(({ fate }) => fate)).toEqual(rows.map(() => 'ticket'))
  const sent = await until(`${count} acknowledgements`, async () => {
    const outbox = await desk.outbox()
    return outbox.length >= count && outbox.every(({ outcome }) => outcome === 'sent') && outbox
  })
  expect(rows).toHaveLength(count)
  expect(sent).toHaveLength(count)
  expect(desk.world.inboxOf(ANA)).toHaveLength(count)
}

/** A desk that works, is stopped, and has a clock that is a day ahead from now on. */
async function startAhead(): Promise<void> {
  desk = await startDesk(await fresh(), parser)
  desk.start('fetch', 'intake', 'send')
  arrives('before')
  await expectAllOnce(1)
  await desk.stop()
  desk.clock.advance(DAY_MS)
}

const listed = async (): Promise<number> =>
  (await desk.store.read('inbound_messages').select('id')).length

/** Fresh by the desk's clock: what looks older than a day is not answered. */
const arrives = (text: string): void => desk.arrives(aMail({ text }), desk.clock.now())

describe('a clock that', () => {
  test.each([
    ['a day ahead', DAY_MS],
    ['a day back', -DAY_MS],
    ['a leap second ahead', 1_000],
    ['a leap second back', -1_000],
    ['an hour ahead', 3_600_000],
  ])('bad input 199: jumps %s: nothing is done twice, and nothing is stuck', async (_what, ms) => {
    desk = await startDesk(await fresh(), parser)
    desk.start('fetch', 'intake', 'send')
    arrives('before')
    await expectAllOnce(1)
    desk.clock.advance(ms)
    arrives('after')
    await expectAllOnce(2)
    desk.clock.advance(-ms)
    arrives('afterwards')
    await expectAllOnce(3)
  })

  test('bad input 199: is put right by a day while mail waits: it does not wait for a day', async () => {
    await startAhead()
    arrives('taken into custody a day ahead')
    desk.start('fetch')
    await until('custody', async () => (await listed()) === 2)
    await desk.stop()
    desk.clock.advance(-DAY_MS)
    await desk.write((tx) => tidyUp(tx, desk.clock.now()))
    desk.start('fetch', 'intake', 'send')
    await expectAllOnce(2)
  })

  test('bad input 199: is put right by a day while an answer waits to leave', async () => {
    await startAhead()
    arrives('answered a day ahead')
    desk.start('fetch', 'intake')
    await desk.untilSettled(2)
    await desk.stop()
    desk.clock.advance(-DAY_MS)
    await desk.write((tx) => tidyUp(tx, desk.clock.now()))
    desk.start('fetch', 'intake', 'send')
    await expectAllOnce(2)
  })

  test.each(['Asia/Kathmandu', 'Pacific/Kiritimati', 'America/St_Johns', 'Europe/Berlin'])(
    'bad input 199: runs in %s: days begin when they like, also when summer ends',
    async (name) => {
      process.env['TZ'] = name
      desk = await startDesk(await fresh(), parser)
      // The hour that Berlin has twice.
      desk.clock.setTo(new Date('2026-10-25T00:59:58Z'))
      desk.start('fetch', 'intake', 'send')
      desk.arrives(aMail({ text: 'one' }), new Date('2026-10-25T00:59:00Z'))
      await expectAllOnce(1)
      desk.clock.setTo(new Date('2026-10-25T01:00:01Z'))
      desk.arrives(aMail({ text: 'two' }), new Date('2026-10-25T01:00:00Z'))
      await expectAllOnce(2)
    },
  )
})
