/** A whole daemon with short leases, in a process that can be killed or stopped; see several-daemons.test.ts. */
import { configFrom } from '../../src/config.ts'
import { startDaemon } from '../../src/daemon.ts'
import type { LeaseTimes } from '../../src/inbound/fetch-lease.ts'
import { silentLog } from '../../src/log.ts'

export interface LeasedDaemonOrder {
  readonly config: object
  readonly baseDir: string
  readonly lease: LeaseTimes
}

process.once('message', (order: LeasedDaemonOrder) => void run(order))

async function run({ config, baseDir, lease }: LeasedDaemonOrder): Promise<void> {
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  const daemon = await startDaemon(
    configFrom(config, { env: {}, baseDir }),
    silentLog,
    stop.signal,
    { lease },
  )
  process.send?.('started')
  await daemon.done
  process.exit(0)
}
