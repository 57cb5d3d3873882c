/** Several daemons of one desk on one PostgreSQL, with short leases, and a database that can crash. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { LeasedDaemonOrder } from '../kit/leased-daemon.ts'
import { until } from '../kit/running-desk.ts'

const CHILD = join(import.meta.dirname, '..', 'kit', 'leased-daemon.ts')
/** One that stands still for longer than `holdMs` loses its inbox. */
export const LEASE = { holdMs: 1_500, beatMs: 400, lookMs: 200 }

export class LeasedDaemon {
  readonly dataDir: string
  readonly #order: LeasedDaemonOrder
  #child: ChildProcess | null = null

  /** `dataDir` names it, also after a restart. */
  constructor(dataDir: string, config: object) {
    mkdirSync(dataDir, { recursive: true })
    this.dataDir = dataDir
    this.#order = { config, baseDir: dataDir, lease: LEASE }
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when its API answers. */
  async start(): Promise<void> {
    const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    const started = once(child, 'message')
    child.send(this.#order)
    await started
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Returns its exit code; null after a kill. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (child === null) return null
    if (this.running) {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    }
    return child.exitCode
  }
}

/**
 * The database server loses all its connections and recovers from its log: it does so when one of its
 * processes is killed. Resolves when it answers again.
 */
export async function crashDatabase(url: string): Promise<void> {
  const victim = await connected(url)
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid')
  // Not events.once: the error that comes before is no failure.
  const gone = new Promise<void>((resolve) => victim.once('end', resolve))
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
  await gone
  await until('the database to be back', async () => {
    const client = await connected(url).catch(() => null)
    await client?.end()
    return client !== null
  })
}

/** The one that fetches now, and whose work others take up when it stands still. */
export async function holderAmong(
  daemons: readonly LeasedDaemon[],
  url: string,
): Promise<LeasedDaemon | undefined> {
  // For a moment after its crash the database still answers, before it recovers.
  const owners = await until('the holder', () => ownersOf(url).catch(() => null), 15, 60_000)
  return daemons.find(({ dataDir }) => owners[0]?.includes(dataDir))
}

async function ownersOf(url: string): Promise<string[]> {
  const client = await connected(url)
  try {
    const { rows } = await client.query<{ owner: string }>('select owner from inbox_leases')
    return rows.map(({ owner }) => owner)
  } finally {
    await client.end()
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // Its end is what we wait for.
  client.on('error', () => {})
  await client.connect()
  return client
}
