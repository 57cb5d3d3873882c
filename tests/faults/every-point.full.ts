/**
 * `npm run test:faults`: faults at every named point in the life of a mail, each on a desk of its own:
 * killed, hung, thrown at, out of disk, late, at the first passing and at the second. After a normal
 * start nothing is lost and nothing is done twice.
 */
import { describe, test } from 'vitest'
import { onPostgres, onSqlite } from '../kit/databases.ts'
import { FAULT_KINDS, type Fault, type FaultDesk } from './fault-desk.ts'
import { faultsOf, MAILS, MOMENTS, using, withDesks } from './fault-suites.ts'

const each =
  (faults: readonly Fault[]) =>
  (open: () => Promise<FaultDesk>): void => {
    const named = faults.map(
      (fault) => [`${fault.kind} at ${fault.point}, ${fault.nth}`, fault] as const,
    )
    test.each(named)('%s', (_name, fault) => using(open, (desk) => desk.suffer(fault, MAILS)))
  }

describe('every fault on SQLite', () =>
  withDesks(onSqlite, each(faultsOf(FAULT_KINDS, { files: true }))))

describe('every fault of these on PostgreSQL', () =>
  withDesks(onPostgres, each(faultsOf(['kill', 'enospc'], { files: false }))))

describe('killed while a server says no more', () =>
  withDesks(onSqlite, (open) => {
    test.each(MOMENTS)('%s', (_name, make) =>
      using(open, async (desk) => {
        desk.traffic.customersWrite(MAILS)
        const moment = make(desk.traffic.world)
        desk.start()
        await moment.untilUsed()
        await desk.killAndStart()
      }),
    )
  }))
