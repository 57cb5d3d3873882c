/** What the log is told, told to /jobs and /metrics, too. */
import type { Clock } from './clock.ts'
import { messageOf } from './errors.ts'
import type { Events } from './events.ts'
import type { Jobs } from './jobs.ts'
import type { Metrics } from './metrics.ts'

export function notedEvents(
  events: Events,
  { jobs, metrics, clock }: { jobs: Jobs; metrics: Metrics; clock: Clock },
): Events {
  const failed = (loop: string, err: unknown): void => {
    jobs.failed(loop, messageOf(err), clock.now())
    metrics.jobRan(loop, 'failed')
  }
  const noted: Partial<Events> = {
    databaseUnavailable: failed,
    loopFailed: failed,
    messageTaken: (line) => metrics.taken(line),
    messagePostponed: () => metrics.takeFailed(),
    messageQuarantined: () => metrics.takeFailed(),
    inboxFailed: (inbox, _err, _retry, reason) => metrics.reconnected(inbox, reason),
    inboxLooked: (inbox, ms) => metrics.looked(inbox, ms),
    inboxWoken: (inbox) => metrics.woken(inbox),
    leaseTaken: ({ inbox }) => metrics.leased(inbox, true),
    leaseLost: (inbox) => metrics.leased(inbox, false),
    leaseGivenBack: (inbox) => metrics.leased(inbox, false),
    deliverySent: (line) => metrics.sent('sent', line),
    deliveryPostponed: (line) => metrics.sent('postponed', line),
    deliveryFailed: (line) => metrics.sent('failed', line),
    deliveryUncertain: (line) => metrics.sent('uncertain', line),
  }
  return { ...events, ...bothOf(events, noted) }
}

/** First the log, then whoever counts. */
function bothOf(events: Events, noted: Partial<Events>): Partial<Events> {
  const names = Object.keys(noted) as (keyof Events)[]
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...line: never[]) => {
        ;(events[name] as (...args: never[]) => void)(...line)
        ;(noted[name] as (...args: never[]) => void)(...line)
      },
    ]),
  )
}
