/** How failures of a server are counted, which decides how long it is left alone. */
import { afterAll, expect, test } from 'vitest'
import { Streak } from '../../src/inbound/fetch-streak.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-streak')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000

/** What is counted after each session, which served for so many minutes until it broke. */
function counted(...sessions: readonly number[]): number[] {
  const streak = new Streak()
  return sessions.map((minutes) => {
    streak.connecting()
    if (minutes > 0) for (const at of [0, minutes * MINUTE]) streak.served(at)
    return streak.failed()
  })
}

test('a server that does not let us in has failed once more each time', () => {
  expect(counted(0, 0, 0, 0)).toEqual([1, 2, 3, 4])
})

test('one look and no more is nothing in its favour', () => {
  expect(counted(0, 0, 0.1, 0.1)).toEqual([1, 2, 3, 4])
})

test('a line that breaks every few minutes is not left alone for longer and longer', () => {
  expect(counted(3, 3, 3, 3, 3, 3)).toEqual([1, 1, 1, 1, 1, 1])
  expect(counted(0, 0, 0, 0, 0, 0, 2, 2, 2)).toEqual([1, 2, 3, 4, 5, 6, 5, 4, 3])
})

test('five minutes without a break are a new beginning', () => {
  expect(counted(...Array.from({ length: 20 }, () => 0), 5.1)[20]).toBe(1)
})

test('a connection that stands still earns nothing until it is given up', () => {
  const streak = new Streak()
  streak.served(0)
  streak.failed()
  streak.connecting()
  // Connected, and silent for ten minutes.
  expect(streak.failed()).toBe(2)
})

test('every look counts as service: the third break in ten minutes is waited for as the first', async () => {
  const desk = await startDesk(await fresh(), parser)
  try {
    desk.start('fetch', 'intake')
    let mails = 0
    const looks = async (): Promise<void> => {
      desk.arrives(aMail())
      await desk.untilSettled((mails += 1))
    }
    for (const _round of [1, 2, 3]) {
      await looks()
      desk.clock.advance(3 * MINUTE)
      await looks()
      desk.world.imap.dropConnections()
      const waits = await until('the failure', () => {
        const retryAt = desk.health.of('Support', 'imap')?.nextRetryAt
        return retryAt && retryAt.getTime() - desk.clock.now().getTime()
      })
      expect(waits).toBeLessThanOrEqual(1_200)
    }
  } finally {
    await desk.close()
  }
})
