/** How soon somebody who writes is told that the mail arrived. */
import type { Servers } from './servers.ts'
import { inDirectory, withDaemon } from './with-daemon.ts'

/** Milliseconds from the EXISTS to the acknowledgement being taken: the median of `count`. */
export function quickLatency(servers: Servers, count: number): Promise<number> {
  return inDirectory((directory) =>
    withDaemon({ servers, directory, delay: '0s' }, async () => {
      await servers.ask({ do: 'notify', count: 3 })
      const { latencies } = await servers.ask<{ latencies: number[] }>({ do: 'notify', count })
      return latencies.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? 0
    }),
  )
}
