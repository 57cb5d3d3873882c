/** One desk with its daemon, to which faults are done at named points; see src/fault-points.ts. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { configFrom } from '../../src/config.ts'
import type { FaultPoint } from '../../src/fault-points.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import type { TestDatabase } from '../kit/databases.ts'
import { KillableDaemon } from '../kit/killable-daemon.ts'
import { freePort } from '../kit/ports.ts'
import { until } from '../kit/running-desk.ts'
import { prepareDesk } from './prepare-desk.ts'
import { deskConfig, Traffic } from './traffic.ts'
import { expectNothingLost, type Report, untilDrained } from './verdict.ts'

export const FAULT_KINDS = ['kill', 'throw', 'hang', 'enospc', 'delay'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  readonly point: FaultPoint
  readonly kind: FaultKind
  /** Which passing of the point, from 1. */
  readonly nth: number
}

/** Few, so that a lane has more than one delivery. */
const LANES = 2
const LARGE_EVERY = 5
const ARM = join(import.meta.dirname, 'arm.mjs')
const HIT_MS = 20_000
/** How long it hangs before somebody loses patience and kills it. */
const HANGING_MS = 300
const STALL_MS = 60_000

export class FaultDesk {
  readonly daemon: KillableDaemon
  readonly traffic: Traffic
  readonly config: object
  readonly #database: TestDatabase
  #token: string
  readonly #port: number
  #faults = 0
  #store: Store | null = null

  private constructor(database: TestDatabase, traffic: Traffic, port: number, token: string) {
    const { url, dataDir } = database
    this.#database = database
    this.traffic = traffic
    this.#port = port
    this.#token = token
    this.config = traffic.configOf({ url, dataDir, port, lanes: LANES })
    this.daemon = new KillableDaemon(dataDir, this.config)
  }

  /** Of a database that {@link preparedWith} prepared: its daemon does not run yet. */
  static async open(database: TestDatabase, token: string): Promise<FaultDesk> {
    const traffic = await Traffic.start(database.dataDir, { largeEvery: LARGE_EVERY })
    return new FaultDesk(database, traffic, await freePort(), token)
  }

  get dataDir(): string {
    return this.#database.dataDir
  }

  start(nodeArgs: readonly string[] = []): void {
    this.daemon.start(nodeArgs)
    this.traffic.api.works(`http://127.0.0.1:${this.#port}`, this.#token)
  }

  /** For a database without a schema before: its daemon made one, and the agent gets his token. */
  async giveToken(): Promise<void> {
    this.#token = await prepareDesk(this.config, this.#database.dataDir)
    this.traffic.api.works(`http://127.0.0.1:${this.#port}`, this.#token)
  }

  /** The arguments of node that arm a fault, and a look at whether it has happened. */
  armed({ point, kind, nth }: Fault): { nodeArgs: string[]; happened: () => boolean } {
    this.#faults += 1
    const hit = join(this.#database.dataDir, `hit-${this.#faults}`)
    const query = new URLSearchParams({ point, nth: String(nth), do: kind, hit })
    const nodeArgs = ['--import', `${pathToFileURL(ARM).href}?${query.toString()}`]
    return { nodeArgs, happened: () => existsSync(hit) }
  }

  /** The fault happens while `mails` come in; then the daemon runs as always. */
  async suffer(fault: Fault, mails: number): Promise<void> {
    this.traffic.customersWrite(mails)
    await this.startUntil(fault)
    if (fault.kind === 'hang') await delay(HANGING_MS)
    if (fault.kind === 'hang' || fault.kind === 'kill') await this.#restart()
  }

  /** Starts the daemon armed, and waits until the fault has happened. */
  async startUntil(fault: Fault): Promise<void> {
    const { nodeArgs, happened } = this.armed(fault)
    this.start(nodeArgs)
    await until(`${fault.kind} at ${fault.point}`, happened, 15, HIT_MS)
  }

  /** A kill at a moment of the test's own. */
  async killAndStart(): Promise<void> {
    this.#faults += 1
    await this.#restart()
  }

  async #restart(): Promise<void> {
    await this.daemon.kill()
    this.start()
  }

  /** Waits until everything has its fate. A daemon that ended is started again, as by its supervisor. */
  async drain(): Promise<Store> {
    if (!this.daemon.running) this.start()
    const { dataDir } = this.#database
    this.#store ??= await openStore(configFrom(this.config, { env: {}, baseDir: dataDir }).database)
    await untilDrained(this.#store, this.traffic, STALL_MS)
    return this.#store
  }

  /** Drains, stops, and compares the ledgers: each fault may leave a delivery a lane uncertain. */
  async expectNothingLost(): Promise<Report> {
    const store = await this.drain()
    // All may have been done before it was started again: nobody is asked to stop while he starts.
    await until('the daemon to serve', () => this.#serves(), 15, HIT_MS)
    expect(await this.daemon.stop()).toBe(0)
    const report = await expectNothingLost(store, this.traffic)
    const { uncertainDelivered, uncertainMissing, repeated } = report.outgoing
    const few = this.#faults * LANES
    expect(uncertainDelivered.length + uncertainMissing.length).toBeLessThanOrEqual(few)
    expect(repeated.length).toBeLessThanOrEqual(few)
    return report
  }

  #serves(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.#port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  async close(): Promise<void> {
    await this.daemon.kill()
    await this.#store?.close()
    await this.traffic.close()
  }
}

/** Prepares databases for {@link FaultDesk.open}: `token` is the agent's, once one is prepared. */
export function preparedDesks() {
  let token = ''
  const prepare = async ({ url, dataDir }: TestDatabase): Promise<void> => {
    const ports = { port: 0, imapPort: 1, smtpPort: 1 }
    token = await prepareDesk(deskConfig({ url, dataDir, lanes: LANES, ...ports }), dataDir)
  }
  return { prepare, token: () => token }
}
