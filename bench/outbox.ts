/**
 * Acknowledgements on their way out: claimed, submitted, their phases and outcomes durable. The
 * limit is nodemailer's own pool, which remembers nothing, with the same bytes to the same server.
 */
import { createTransport } from 'nodemailer'
import type { Daemon } from '../src/daemon.ts'
import { untilTaken } from './intake.ts'
import type { Servers } from './servers.ts'
import { inDirectory, withDaemon } from './with-daemon.ts'

/** As many connections as an inbox has lanes. */
const LANES = 5
/** Sent before the clock starts. */
const WARM_UP = 200

export interface Sending {
  readonly perSecond: number
  readonly poolPerSecond: number
}

interface Composed {
  readonly to: string
  readonly source: Buffer
}

export async function sendingRate(servers: Servers, count: number): Promise<Sending> {
  const all = WARM_UP + count
  const { ours, mails } = await inDirectory((directory) =>
    withDaemon({ servers, directory, delay: '1h' }, async (daemon) => {
      await servers.ask({ do: 'make', count: all, seed: 3 })
      await servers.ask({ do: 'deliver' })
      await untilTaken(daemon, all)
      const composed = await composedIn(daemon)
      const taken = take(servers, count)
      await dueNow(daemon)
      return { ours: await taken, mails: composed }
    }),
  )
  const taken = take(servers, count)
  await sendAll(servers, mails)
  return { perSecond: ours, poolPerSecond: await taken }
}

/** Mails a second at the server, once the warm-up is over. */
async function take(servers: Servers, count: number): Promise<number> {
  const { ms } = await servers.ask<{ ms: number }>({ do: 'take', warmUp: WARM_UP, count })
  return (1_000 * count) / ms
}

async function composedIn({ workplace }: Daemon): Promise<Composed[]> {
  const rows = await workplace.store
    .read('outbox')
    .join('outbox_sources', 'outbox_sources.outbox_id', 'outbox.id')
    .where({ outcome: 'queued' })
    .select<{ rcpt_to: string; source: Buffer }[]>('rcpt_to', 'source')
  return rows.map(({ rcpt_to: to, source }) => ({ to, source }))
}

/** What was to wait an hour need not any more; the sender looks at the clock every few seconds. */
async function dueNow({ workplace }: Daemon): Promise<void> {
  await workplace.store.transaction((tx) =>
    tx('outbox').where({ outcome: 'queued' }).update({ due_at: Date.now() }),
  )
}

async function sendAll(servers: Servers, mails: readonly Composed[]): Promise<void> {
  const pool = createTransport({
    pool: true,
    maxConnections: LANES,
    maxMessages: Number.MAX_SAFE_INTEGER,
    host: '127.0.0.1',
    port: servers.smtp,
    ignoreTLS: true,
  })
  try {
    await Promise.all(
      mails.map(({ to, source }) =>
        pool.sendMail({ envelope: { from: 'support@acme.test', to: [to] }, raw: source }),
      ),
    )
  } finally {
    pool.close()
  }
}
