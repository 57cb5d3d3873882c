/**
 * kill -9 at random while a thousand mails come in, acknowledgements and notices go out, and an agent
 * answers by mail and through the API: nothing is lost, nothing is done twice, and what could not
 * be known is said to be uncertain.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { openStore } from '../../src/store/open.ts'
import { prepareDesk } from '../faults/prepare-desk.ts'
import { Traffic } from '../faults/traffic.ts'
import { expectNothingLost, figuresOf, type Report, untilDrained } from '../faults/verdict.ts'
import { type FreshDatabase, onPostgres, onSqlite } from '../kit/databases.ts'
import { KillableDaemon } from '../kit/killable-daemon.ts'
import { freePort } from '../kit/ports.ts'

const KILLS = Number(process.env['POSTROOM_CRASH_KILLS'] ?? 20)
const MAILS = Number(process.env['POSTROOM_CRASH_MAILS'] ?? 1_000)
/** Lanes of the sender: at most so many deliveries are between dot and reply at a kill. */
const LANES = 5
/** Long enough to be anywhere in a batch. */
const AT_WORK_MS = 1_200
const STALL_MS = 150_000
/** People's replies that may be sent twice, for each kill. */
const REPEATED_PER_KILL = 0.1
/** Replies among all that goes out, at least. */
const REPLIES_SHARE = 0.15

function suite(fresh: FreshDatabase): void {
  test(`${KILLS} kills during ${MAILS} mails`, async () => {
    const { url, dataDir } = await fresh()
    const traffic = await Traffic.start(dataDir)
    const port = await freePort()
    const config = traffic.configOf({ url, dataDir, port, lanes: LANES })
    const daemon = new KillableDaemon(dataDir, config)
    try {
      traffic.api.works(`http://127.0.0.1:${port}`, await prepareDesk(config, dataDir))
      await killAtRandom(daemon, traffic)
      const store = await openStore(configFrom(config, { env: {}, baseDir: dataDir }).database)
      try {
        await untilDrained(store, traffic, STALL_MS)
        expect(await daemon.stop()).toBe(0)
        expectFew(await expectNothingLost(store, traffic))
      } finally {
        await store.close()
      }
    } finally {
      await daemon.kill()
      await traffic.close()
    }
  })
}

async function killAtRandom(daemon: KillableDaemon, traffic: Traffic): Promise<void> {
  let atWork = traffic.untilAtWork()
  daemon.start()
  for (let kill = 0; kill < KILLS; kill += 1) {
    const upTo = (kills: number): number => Math.ceil((MAILS * kills) / KILLS)
    traffic.customersWrite(upTo(kill + 1) - upTo(kill))
    // Every third one may die while it starts.
    if (kill % 3 > 0) await atWork
    await delay(Math.random() * AT_WORK_MS)
    await daemon.kill()
    atWork = traffic.untilAtWork()
    daemon.start()
  }
}

/** Of what a kill can leave behind, as little as was promised. */
function expectFew(report: Report): void {
  process.stdout.write(`${KILLS} kills: ${figuresOf(report)}\n`)
  const { repeated, uncertainDelivered, uncertainMissing } = report.outgoing
  expect(uncertainDelivered.length + uncertainMissing.length).toBeLessThanOrEqual(KILLS * LANES)
  expect(repeated.length).toBeLessThanOrEqual(repeatedMax())
  // Otherwise the figure above would say little.
  expect(report.replies / report.deliveries).toBeGreaterThan(REPLIES_SHARE)
}

/** Of few kills no rate can be told: then three standard deviations more. */
const repeatedMax = (): number => {
  const mean = KILLS * REPEATED_PER_KILL
  return KILLS >= 100 ? mean : mean + 3 * Math.sqrt(mean)
}

describe('a daemon on SQLite', () => suite(onSqlite()))
describe('a daemon on PostgreSQL', () => suite(onPostgres()))
