/**
 * Faults at the most telling points in the life of a mail, all on one desk, one after another: after
 * each step that makes something durable, and before the next. After normal starts nothing is lost
 * and nothing is done twice. All points and all kinds: `npm run test:faults`.
 */
import { describe, test } from 'vitest'
import type { FaultPoint } from '../../src/fault-points.ts'
import { using, withDesks } from '../faults/fault-suites.ts'
import { onSqlite } from '../kit/databases.ts'

const POINTS: readonly FaultPoint[] = [
  'blob.named',
  'fetch.inserting',
  'fetch.committed',
  'mark.done',
  'take.written',
  'take.committed',
  'api.committed',
  'smtp.ending',
  'smtp.answered',
  'send.settling',
]
const MAILS = 5

describe('one desk, one fault after another', () =>
  withDesks(onSqlite, (open) => {
    test('killed at each, and started again', () =>
      using(open, async (desk) => {
        for (const point of POINTS) {
          await desk.daemon.kill()
          await desk.suffer({ point, kind: 'kill', nth: 1 }, MAILS)
        }
      }))
  }))
