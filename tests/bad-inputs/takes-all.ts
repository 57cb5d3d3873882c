/** One desk takes in all the messages of a table; each row is then a test of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Parser } from '../../src/inbound/parse.ts'
import type { FreshDatabase } from '../kit/databases.ts'
import type { RunningDesk } from '../kit/running-desk.ts'
import type { Row } from './hostile-mail.ts'
import { openHostileDesk, takeIn, type TookIn } from './taken-in.ts'

const WITHIN_MS = 120_000
/** What one of these messages would hold this process up if it were read here. */
const BLOCKED_MS_MAX = 2_000

export function takesAll(
  fresh: FreshDatabase,
  parser: Parser,
  rows: readonly Row[],
): () => RunningDesk {
  let desk: RunningDesk
  let took: TookIn
  beforeAll(async () => {
    desk = await openHostileDesk(await fresh(), parser)
    took = await takeIn(
      desk,
      rows.map(([, , mail]) => mail),
      WITHIN_MS,
    )
  }, WITHIN_MS)
  afterAll(() => desk.close())

  for (const [index, [number, what, , want]] of rows.entries()) {
    test(`bad input ${number}: ${what}`, () => {
      expect(took.messages[index]).toMatchObject({
        fate: 'ticket',
        kept: true,
        attempts: 1,
        ...want,
      })
    })
  }

  test('others go on meanwhile: nothing of it is read in this process', () => {
    const { blockedMs, rssMb, tookMs } = took
    process.stdout.write(`${rows.length} in ${tookMs} ms, blocked ${blockedMs} ms, ${rssMb} MB\n`)
    expect(blockedMs).toBeLessThan(BLOCKED_MS_MAX)
  })

  return () => desk
}
