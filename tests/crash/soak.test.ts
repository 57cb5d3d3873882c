/**
 * A long life under load, with a network and a mail server that fail all the time, and kills at its
 * beginning and its end: nothing is lost, nothing gets stuck, and in the long middle, when it lives on,
 * the daemon holds no more memory and no more descriptors than before.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { growthOf, heapOf, heldBy, type Held } from '../faults/growth.ts'
import { mishaps, passes, type Surroundings } from '../faults/mishaps.ts'
import { prepareDesk } from '../faults/prepare-desk.ts'
import { hurryAll, oldestUnfinishedMs } from '../faults/read-desk.ts'
import { deskConfig, Traffic } from '../faults/traffic.ts'
import { expectNothingLost, figuresOf, untilDrained } from '../faults/verdict.ts'
import { type FreshDatabase, onPostgres, onSqlite } from '../kit/databases.ts'
import { startFaultProxy } from '../kit/fault-proxy.ts'
import { KillableDaemon, MAIN } from '../kit/killable-daemon.ts'
import { freePort } from '../kit/ports.ts'

const MINUTE_MS = 60_000
const MINUTES = Number(process.env['POSTROOM_SOAK_MINUTES'] ?? 1)
/** Mails a second. A busy desk of ten inboxes gets half a one in its working hours. */
const RATE = Number(process.env['POSTROOM_SOAK_RATE'] ?? 5)
const LANES = 5
/** Of its time, at either end, in which the daemon is killed now and then. */
const KILLING = 1 / 8
const KILLS_AT_EITHER_END = 3
const PACE = {
  everyMs: Math.min(MINUTE_MS, (MINUTES * MINUTE_MS) / 12),
  standstillMs: Math.min(20_000, (MINUTES * MINUTE_MS) / 24),
}
const LOOK_EVERY_MS = 2_000
/** Whatever is served later than this was stuck: the second pause after a failure is five minutes. */
const STUCK_MS = 15 * MINUTE_MS
const STALL_MS = 3 * MINUTE_MS
const MEMORY_MB = 400
/** Shorter lives say nothing about growth: everything is still being compiled and filled. */
const GROWTH_FROM_MINUTES = 60
const GROWTH = 1.1

interface Life extends Surroundings {
  readonly daemon: KillableDaemon
  readonly store: Store
  /** Of its API. */
  readonly url: string
  readonly signal: AbortSignal
}

function suite(fresh: FreshDatabase): void {
  test(`${MINUTES} minutes with ${RATE} mails a second`, async () => {
    const { url, dataDir } = await fresh()
    const traffic = await Traffic.start(dataDir)
    const [imap, smtp, port] = [await startFaultProxy(), await startFaultProxy(), await freePort()]
    imap.leadTo(traffic.world.imap.port)
    smtp.leadTo(traffic.world.smtp.port)
    const ports = { port, imapPort: imap.port, smtpPort: smtp.port }
    const config = deskConfig({ url, dataDir, lanes: LANES, ...ports })
    const daemon = new KillableDaemon(dataDir, config)
    const over = AbortSignal.timeout(MINUTES * MINUTE_MS)
    const api = `http://127.0.0.1:${port}`
    try {
      traffic.api.works(api, await prepareDesk(config, dataDir))
      const store = await openStore(configFrom(config, { env: {}, baseDir: dataDir }).database)
      try {
        await liveAndTell({ traffic, imap, smtp, daemon, store, url: api, signal: over })
      } finally {
        await store.close()
      }
      await promisify(execFile)(process.execPath, [MAIN, 'verify', '--config', daemon.configFile])
    } finally {
      await daemon.kill()
      await Promise.all([imap.close(), smtp.close(), traffic.close()])
    }
  })
}

async function liveAndTell(life: Life): Promise<void> {
  const { traffic, daemon, store } = life
  daemon.start()
  const [looks, count] = await Promise.all([
    lookAt(life),
    mishaps(life, PACE, life.signal),
    customersWrite(life),
    killAtEitherEnd(life),
  ])
  for (const proxy of [life.imap, life.smtp]) {
    proxy.disarm()
    proxy.resetAll()
  }
  await untilDrained(store, traffic, STALL_MS, hurryAll)
  expect(daemon.running).toBe(true)
  expect(await daemon.stop()).toBe(0)
  const report = await expectNothingLost(store, traffic)
  process.stdout.write(`${MINUTES} minutes, ${count} mishaps: ${figuresOf(report)}\n`)
  process.stdout.write(`${JSON.stringify(looks)}\n`)
  expect(report.outgoing.repeated.length).toBeLessThanOrEqual(count + 2 * KILLS_AT_EITHER_END)
  expect(looks.stuckMs).toBeLessThan(STUCK_MS)
  expect(looks.mbMax).toBeLessThan(MEMORY_MB)
  if (MINUTES >= GROWTH_FROM_MINUTES) {
    expect(looks.heapGrowth).toBeLessThanOrEqual(GROWTH)
    expect(looks.descriptorsGrowth).toBeLessThanOrEqual(GROWTH)
  }
}

async function customersWrite({ traffic, signal }: Life): Promise<void> {
  while (await passes(1_000, signal)) traffic.customersWrite(RATE)
}

async function killAtEitherEnd({ traffic, daemon, signal }: Life): Promise<void> {
  const pause = (MINUTES * MINUTE_MS * KILLING) / KILLS_AT_EITHER_END
  const middle = MINUTES * MINUTE_MS * (1 - 2 * KILLING)
  for (const wait of [pause, pause, pause, middle, pause, pause]) {
    if (!(await passes(wait, signal))) return
    const atWork = traffic.untilAtWork()
    await daemon.kill()
    daemon.start()
    await atWork
  }
}

/** What was seen from outside: the oldest unfinished thing, and what the daemon of the middle held. */
interface Looks {
  readonly stuckMs: number
  readonly mbMax: number
  /** Of what is left of its objects after a collection: resident memory comes and goes with garbage. */
  readonly heapGrowth: number
  readonly descriptorsGrowth: number
  /** Memory, from the beginning to the end, in forty figures. */
  readonly mb: readonly number[]
}

async function lookAt({ daemon, store, url, signal }: Life): Promise<Looks> {
  const all: Held[] = []
  const middle: Held[] = []
  const heap: number[] = []
  const began = Date.now()
  let stuckMs = 0
  while (await passes(LOOK_EVERY_MS, signal)) {
    stuckMs = Math.max(stuckMs, await oldestUnfinishedMs(store.read, new Date()))
    const held = heldBy(daemon.pid ?? 0)
    if (held === null) continue
    const part = (Date.now() - began) / (MINUTES * MINUTE_MS)
    all.push(held)
    if (part < KILLING || part > 1 - KILLING) continue
    middle.push(held)
    const mb = await heapOf(url)
    if (mb !== null) heap.push(mb)
  }
  const step = Math.max(1, Math.floor(all.length / 40))
  return {
    stuckMs,
    mbMax: Math.max(...all.map(({ mb }) => mb)),
    heapGrowth: growthOf(heap, 'lowest'),
    descriptorsGrowth: growthOf(
      middle.map(({ descriptors }) => descriptors),
      'middle',
    ),
    mb: all.filter((_, index) => index % step === 0).map(({ mb }) => Math.round(mb)),
  }
}

describe('a long life on SQLite', () => {
  suite(onSqlite())
})

describe('a long life on PostgreSQL', () => {
  suite(onPostgres())
})
