/**
 * What systemd is told (sd_notify(3)): that we are ready, that we are still well, that we stop.
 *
 * Node has no datagram sockets of the file system, so systemd's own program says it for us: one short
 * process every twenty seconds, and only under a unit that asks for it.
 */
import { execFile } from 'node:child_process'
import type { Clock } from './clock.ts'
import { pause } from './pause.ts'

const PROGRAM = 'systemd-notify'
const SAY_MS = 5_000

/** What systemd sets in the environment; PATH is where its program is. */
export type SupervisedEnvironment = Readonly<Record<string, string | undefined>>

export interface Supervisor {
  ready(status: string): Promise<void>
  stopping(): Promise<void>
  /** Says that we are well, often enough, for as long as `isWell` says so; then systemd ends us. */
  watch(isWell: () => boolean, signal: AbortSignal): Promise<void>
}

/** Null: nobody asked. `failed` hears once what keeps us from telling. */
export function supervisorOf(
  environment: SupervisedEnvironment,
  failed: (err: unknown) => void,
): Supervisor | null {
  const { NOTIFY_SOCKET = '', WATCHDOG_USEC, PATH } = environment
  if (NOTIFY_SOCKET === '') return null
  let told = false
  const say = async (...words: readonly string[]): Promise<void> => {
    try {
      await run([`--pid=${process.pid}`, ...words], { NOTIFY_SOCKET, PATH })
    } catch (err) {
      if (!told) failed(err)
      told = true
    }
  }
  const intervalMs = Number(WATCHDOG_USEC) / 1_000
  return {
    ready: (status) => say('--ready', `--status=${status}`),
    stopping: () => say('STOPPING=1'),
    async watch(isWell, signal) {
      if (!Number.isFinite(intervalMs) || intervalMs <= 0) return
      while (!signal.aborted) {
        if (isWell()) await say('WATCHDOG=1')
        // sd_watchdog_enabled(3): at half the interval; a third leaves room for a slow machine.
        await pause(intervalMs / 3, signal)
      }
    },
  }
}

function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, [...words], { env, timeout: SAY_MS }, (err) =>
      err === null ? resolve() : reject(err),
    )
  })
}

/** Since the last turn of the job that turns most often: longer, and something hangs. */
const TURN_MAX_MS = 120_000

/**
 * Is the daemon turning? The event loop is, or nobody would ask; a job that writes to the database
 * every few seconds shows that the rest is.
 */
export function turning(lastTurnAt: () => Date | null, clock: Clock): () => boolean {
  const startedAt = clock.now()
  return () => clock.now().getTime() - (lastTurnAt() ?? startedAt).getTime() < TURN_MAX_MS
}
