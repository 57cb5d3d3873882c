/** Faults where no mail comes in: while a schema is made, a backup is written, a daemon stops. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { eachDatabase, onSqlite } from '../kit/databases.ts'
import { MAIN } from '../kit/killable-daemon.ts'
import { FaultDesk } from './fault-desk.ts'
import { MAILS, using, withDesks } from './fault-suites.ts'

const run = promisify(execFile)

eachDatabase('a first start that dies while it makes the schema', (fresh) => {
  const last = migrations.length
  test.each([1, Math.ceil(last / 2), last])('after migration %s', (nth) =>
    using(
      async () => FaultDesk.open(await fresh(), ''),
      async (desk) => {
        await desk.startUntil({ point: 'migrate.step', kind: 'kill', nth })
        await desk.daemon.ended()
        desk.traffic.customersWrite(MAILS)
        desk.start()
        await desk.giveToken()
      },
    ),
  )
})

describe('a daemon that dies while it stops', () =>
  withDesks(onSqlite, (open) => {
    test('starts again where it was', () =>
      using(open, async (desk) => {
        desk.traffic.customersWrite(MAILS)
        const fault = { point: 'stop.draining', kind: 'kill', nth: 1 } as const
        const { nodeArgs, happened } = desk.armed(fault)
        desk.start(nodeArgs)
        await desk.traffic.world.smtp.untilCommand(/^DATA/)
        await desk.daemon.stop()
        expect(happened()).toBe(true)
      }))
  }))

describe('a backup that dies', () =>
  withDesks(onSqlite, (open) => {
    test('leaves the desk alone, and the next one is complete', () =>
      using(open, async (desk) => {
        desk.traffic.customersWrite(MAILS)
        desk.start()
        await desk.drain()
        const target = join(desk.dataDir, 'backup')
        const command = [MAIN, 'backup', target, '--config', desk.daemon.configFile]
        const fault = { point: 'backup.copied', kind: 'kill', nth: 1 } as const
        const { nodeArgs, happened } = desk.armed(fault)
        await expect(run(process.execPath, [...nodeArgs, ...command])).rejects.toMatchObject({
          signal: 'SIGKILL',
        })
        expect(happened()).toBe(true)
        const check = [MAIN, 'restore', target, '--check', '--config', desk.daemon.configFile]
        await expect(run(process.execPath, check)).rejects.toThrow()
        await run(process.execPath, command)
        await run(process.execPath, check)
      }))
  }))
