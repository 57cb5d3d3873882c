/** A desk with as many tickets as one likes, and the benchmark's mail servers beside it. */
import { runSeed } from '../src/cli/seed.ts'
import { type Config, configFrom } from '../src/config.ts'
import { EXIT, OperatorError } from '../src/errors.ts'
import type { Servers } from './servers.ts'

const SUPPORT = 'support@acme.test'

export interface LargeDesk {
  readonly directory: string
  readonly database: string
  /** Of the API on loopback; without it, any that is free. */
  readonly port?: number
  /** Are agents told of new tickets? Without it, as a desk does. */
  readonly notices?: 'off'
}

export function largeDesk(
  servers: Pick<Servers, 'imap' | 'smtp'>,
  { directory, database, port = 0, notices }: LargeDesk,
): Config {
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'bench' }
  const inbox = {
    name: 'Support',
    address: SUPPORT,
    imap: { ...account, port: servers.imap },
    smtp: { ...account, port: servers.smtp },
  }
  return configFrom(
    {
      data_dir: directory,
      database,
      listen: `127.0.0.1:${port}`,
      ...(port === 0 ? {} : { public_url: `http://127.0.0.1:${port}` }),
      acknowledgement: { budget: 'unlimited', delay: '1h' },
      flood: 'unlimited',
      ...(notices === undefined ? {} : { agent_notices: { default: notices } }),
      inboxes: [inbox],
    },
    { env: {}, baseDir: directory },
  )
}

/** A desk that was seeded for an earlier run is taken as it is. */
export async function seedOnce(
  config: Config,
  wanted: { tickets: number; comments: number },
): Promise<void> {
  const wishes = { ...wanted, seed: 1, force: false, json: false }
  const io = { stdout: { write: () => true }, stderr: process.stderr }
  try {
    await runSeed(config, wishes, io)
  } catch (err) {
    if (!(err instanceof OperatorError) || err.exitCode !== EXIT.usage) throw err
  }
}
