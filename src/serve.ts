/** `postroom serve`: runs the daemon until a signal, then drains. */
import type { Config } from './config.ts'
import { startDaemon } from './daemon.ts'
import { eventsOf } from './events.ts'
import { openLog } from './log.ts'

/** A drain that takes longer is cut: start-up is recovery, nothing is lost by it. */
const DRAIN_MS = 18_000

/** Returns the exit code: 0 after a clean stop. */
export async function runServe(config: Config, signal: AbortSignal): Promise<number> {
  const log = openLog(config.log.level)
  const daemon = await startDaemon(config, log, signal)
  signal.addEventListener(
    'abort',
    () => {
      eventsOf(log).daemonStopping(String(signal.reason))
      setTimeout(() => process.exit(0), DRAIN_MS).unref()
    },
    { once: true },
  )
  await daemon.done
  return 0
}
