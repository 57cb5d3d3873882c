/**
 * The power fails again and again while mail comes in and answers go out: only what was synced is
 * left of the database and of the stored files. What the daemon had acknowledged, by moving a mail on
 * the server, by an answer of the API, or by a final dot, is there.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { openStore } from '../../src/store/open.ts'
import { PowerCuts, whyNoPowerCuts } from '../faults/power-cut.ts'
import { prepareDesk } from '../faults/prepare-desk.ts'
import { Traffic } from '../faults/traffic.ts'
import { expectNothingLost, figuresOf, untilDrained } from '../faults/verdict.ts'
import { KillableDaemon } from '../kit/killable-daemon.ts'
import { freePort } from '../kit/ports.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const CUTS = Number(process.env['POSTROOM_POWER_CUTS'] ?? 6)
const MAILS_PER_CUT = 12
const LARGE_EVERY = 10
const LANES = 3
/** Long enough to be anywhere in a batch. */
const AT_WORK_MS = 1_000
const STALL_MS = 90_000

const why = whyNoPowerCuts()

describe.skipIf(why !== null)(`power cuts${why === null ? '' : `: ${why}`}`, () => {
  const scratch = scratchDirectories('power')

  test(`${CUTS} of them lose nothing that was acknowledged`, async () => {
    const directory = scratch.make()
    const dataDir = join(directory, 'desk')
    mkdirSync(dataDir, { mode: 0o700 })
    const traffic = await Traffic.start(directory, { largeEvery: LARGE_EVERY })
    const port = await freePort()
    const url = `sqlite:${join(dataDir, 'postroom.db')}`
    // What is moved away and not kept here would be gone.
    const config = traffic.configOf({ url, dataDir, port, lanes: LANES, done: 'move:Archive' })
    const daemon = new KillableDaemon(directory, config)
    try {
      traffic.api.works(`http://127.0.0.1:${port}`, await prepareDesk(config, directory))
      const power = new PowerCuts(dataDir, directory)
      for (let cut = 0; cut < CUTS; cut += 1) {
        traffic.customersWrite(MAILS_PER_CUT)
        const atWork = traffic.untilAtWork()
        daemon.start([], power.env())
        await atWork
        await delay(Math.random() * AT_WORK_MS)
        await daemon.kill()
        power.cut()
      }
      daemon.start()
      const store = await openStore(configFrom(config, { env: {}, baseDir: directory }).database)
      try {
        await untilDrained(store, traffic, STALL_MS)
        expect(await daemon.stop()).toBe(0)
        const report = await expectNothingLost(store, traffic)
        process.stdout.write(`${CUTS} power cuts: ${figuresOf(report)}\n`)
        const { uncertainDelivered, uncertainMissing } = report.outgoing
        expect(uncertainDelivered.length + uncertainMissing.length).toBeLessThanOrEqual(
          CUTS * LANES,
        )
      } finally {
        await store.close()
      }
    } finally {
      await daemon.kill()
      await traffic.close()
    }
  })
})
