/** From the IMAP server to committed tickets with queued acknowledgements, and what of the processor each process took. */
import type { Daemon } from '../src/daemon.ts'
import { childrenOf, cpuMsOf } from './cpu.ts'
import type { Servers } from './servers.ts'
import { inDirectory, withDaemon } from './with-daemon.ts'

/** Taken in before the clock starts: compiled code, open connections. */
const WARM_UP = 3_000

export interface Intake {
  readonly perSecond: number
  /** Processor milliseconds for each mail. */
  readonly cpu: { readonly daemon: number; readonly parser: number; readonly imapServer: number }
}

export function intakeRate(servers: Servers, count: number): Promise<Intake> {
  return inDirectory((directory) =>
    withDaemon({ servers, directory, delay: '1h' }, async (daemon) => {
      await servers.ask({ do: 'make', count: WARM_UP, seed: 2 })
      await servers.ask({ do: 'deliver' })
      await untilTaken(daemon, WARM_UP)
      await servers.ask({ do: 'make', count, seed: 1 })
      const parsers = childrenOf(process.pid).filter((pid) => pid !== servers.pid)
      const usedBefore = usedBy(servers, parsers)
      const startedAt = performance.now()
      await servers.ask({ do: 'deliver' })
      await untilTaken(daemon, WARM_UP + count)
      const ms = performance.now() - startedAt
      const used = usedBy(servers, parsers)
      return {
        perSecond: (1_000 * count) / ms,
        cpu: {
          daemon: (used.daemon - usedBefore.daemon) / count,
          parser: (used.parser - usedBefore.parser) / count,
          imapServer: (used.imapServer - usedBefore.imapServer) / count,
        },
      }
    }),
  )
}

const usedBy = (servers: Servers, parsers: readonly number[]) => ({
  daemon: cpuMsOf(process.pid),
  parser: parsers.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
  imapServer: cpuMsOf(servers.pid),
})

/** Resolves when `count` messages have their fate. Two looks into an index, so it costs nothing. */
export async function untilTaken({ workplace }: Daemon, count: number): Promise<void> {
  const { read } = workplace.store
  for (;;) {
    const newest = await read('inbound_messages').max({ id: 'id' }).first<{ id: number | null }>()
    const pending = await read('inbound_messages').where({ fate: 'pending' }).first('id')
    if ((newest.id ?? 0) >= count && pending === undefined) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
