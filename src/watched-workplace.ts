/** The daemon's workplace: the log hears of templates that fail, /metrics how long transactions take. */
import type { Config } from './config.ts'
import type { Events } from './events.ts'
import type { Metrics } from './metrics.ts'
import { timedStore } from './store/timed-store.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

/** @throws OperatorError as {@link openWorkplace}. */
export async function openWatched(
  config: Config,
  { events, metrics }: { events: Events; metrics: Metrics },
): Promise<Workplace> {
  const workplace = await openWorkplace(config, (mistake) => events.templateFailed(mistake))
  const store = timedStore(workplace.store, (seconds) => metrics.committed(seconds))
  return { ...workplace, store, context: { ...workplace.context, store } }
}
