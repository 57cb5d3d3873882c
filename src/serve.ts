/** `postroom serve`: runs the daemon until a signal, then drains. */
import type { Config } from './config.ts'
import { startDaemon } from './daemon.ts'
import { eventsOf } from './events.ts'
import { boundGarbage } from './heap.ts'
import { openLog } from './log.ts'
import { type SupervisedEnvironment, supervisorOf } from './supervisor.ts'

/** A drain, or a start, that takes longer is cut: start-up is recovery, nothing is lost by it. */
const DRAIN_MS = 18_000

/**
 * Returns the exit code: 0 after a clean stop. `start` is what starts the daemon.
 *
 * @throws what a loop of the daemon failed with.
 */
export async function runServe(
  config: Config,
  signal: AbortSignal,
  environment: SupervisedEnvironment = {},
  start: typeof startDaemon = startDaemon,
  drainMs: number = DRAIN_MS,
): Promise<number> {
  boundGarbage()
  const log = openLog(config.log.level)
  const events = eventsOf(log)
  const supervisor = supervisorOf(environment, (err) => events.supervisorUntold(err))
  const stopping = (): void => {
    events.daemonStopping(String(signal.reason))
    void supervisor?.stopping()
    setTimeout(() => process.exit(0), drainMs).unref()
  }
  // Before it starts: that may be a migration, or a database that does not answer.
  if (signal.aborted) stopping()
  else signal.addEventListener('abort', stopping, { once: true })
  const daemon = await start(config, log, signal)
  // It may fail before anybody waits for it, which nobody would have heard; it is told below.
  daemon.done.catch(() => {})
  if (!signal.aborted) await supervisor?.ready(`${config.inboxes.length} inbox(es), ${daemon.url}`)
  // Ends with the daemon, however that ends.
  const ended = new AbortController()
  const watching = supervisor?.watch(daemon.isTurning, AbortSignal.any([signal, ended.signal]))
  try {
    await daemon.done
  } finally {
    ended.abort()
    await watching
  }
  return 0
}
