/**
 * Three daemons on one PostgreSQL and one inbox, while they are killed, stand still and go on, and
 * the database itself crashes and recovers: nothing is lost and nothing is done twice.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { openStore } from '../../src/store/open.ts'
import { crashDatabase, holderAmong, LEASE, LeasedDaemon } from '../faults/leased-daemons.ts'
import { prepareDesk } from '../faults/prepare-desk.ts'
import { Traffic } from '../faults/traffic.ts'
import { expectNothingLost, figuresOf, untilDrained } from '../faults/verdict.ts'
import { onPostgres } from '../kit/databases.ts'
import { freePort } from '../kit/ports.ts'

const BLOWS = Number(process.env['POSTROOM_CRASH_KILLS'] ?? 20)
const MAILS = Number(process.env['POSTROOM_SEVERAL_MAILS'] ?? 500)
const DAEMONS = 3
const LANES = 3
const SMTP_MS = 120
const STALL_MS = 150_000

type Blow = (daemon: LeasedDaemon, url: string) => Promise<void>

const BLOWS_OF_FATE: readonly Blow[] = [
  async (daemon) => {
    await daemon.end('SIGKILL')
    await daemon.start()
  },
  async (daemon) => {
    daemon.signal('SIGSTOP')
    // Others take over, and begin with what it had in hand, or do not quite.
    await delay(LEASE.holdMs * (1 + 5 * Math.random()))
    daemon.signal('SIGCONT')
  },
  (_daemon, url) => crashDatabase(url),
]

describe('three daemons on one PostgreSQL', () => {
  const fresh = onPostgres()

  test(`${BLOWS} blows during ${MAILS} mails`, async () => {
    const { url, dataDir } = await fresh()
    const traffic = await Traffic.start(dataDir)
    // Takes its time, so that every blow finds deliveries under way that may still be sent again.
    traffic.world.smtp.faults.add({ at: 'data', do: 'delay', ms: SMTP_MS, times: Infinity })
    const ports = await Promise.all(Array.from({ length: DAEMONS }, () => freePort()))
    const configs = ports.map((port, index) => {
      return traffic.configOf({ url, dataDir: join(dataDir, `${index}`), port, lanes: LANES })
    })
    const daemons = configs.map(
      (config, index) => new LeasedDaemon(join(dataDir, `${index}`), config),
    )
    try {
      const token = await prepareDesk(configs[0] ?? {}, dataDir)
      traffic.api.works(`http://127.0.0.1:${ports[0] ?? 0}`, token)
      for (const daemon of daemons) await daemon.start()
      await strike(daemons, traffic, url)
      const store = await openStore(
        configFrom(configs[0] ?? {}, { env: {}, baseDir: dataDir }).database,
      )
      try {
        await untilDrained(store, traffic, STALL_MS)
        for (const daemon of daemons) {
          // Not one of them ended by itself.
          expect(daemon.running).toBe(true)
          expect(await daemon.end('SIGTERM')).toBe(0)
        }
        const report = await expectNothingLost(store, traffic)
        process.stdout.write(`${BLOWS} blows: ${figuresOf(report)}\n`)
        const { uncertainDelivered, uncertainMissing, repeated } = report.outgoing
        const few = BLOWS * LANES
        expect(uncertainDelivered.length + uncertainMissing.length).toBeLessThanOrEqual(few)
        expect(repeated.length).toBeLessThanOrEqual(BLOWS)
      } finally {
        await store.close()
      }
    } finally {
      for (const daemon of daemons) await daemon.end('SIGKILL')
      await traffic.close()
    }
  })
})

async function strike(
  daemons: readonly LeasedDaemon[],
  traffic: Traffic,
  url: string,
): Promise<void> {
  for (let blow = 0; blow < BLOWS; blow += 1) {
    const upTo = (blows: number): number => Math.ceil((MAILS * blows) / BLOWS)
    // Anywhere between two deliveries' steps: the server takes its time over each.
    const underWay = traffic.world.smtp.untilCommand(/^DATA/, { timeoutMs: STALL_MS })
    traffic.customersWrite(upTo(blow + 1) - upTo(blow))
    await underWay
    await delay(Math.random() * SMTP_MS)
    const daemon = await holderAmong(daemons, url)
    if (daemon !== undefined) await BLOWS_OF_FATE[blow % BLOWS_OF_FATE.length]?.(daemon, url)
  }
}
