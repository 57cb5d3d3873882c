/** A daemon in this process, on a fresh SQLite file, that fetches from the benchmark's servers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { configFrom } from '../src/config.ts'
import { type Daemon, startDaemon } from '../src/daemon.ts'
import { openLog } from '../src/log.ts'
import type { Servers } from './servers.ts'

const SUPPORT = 'support@acme.test'

export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'postroom-bench-'))
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** `delay` of acknowledgements decides whether they leave now. */
export async function withDaemon<T>(
  { servers, directory, delay }: { servers: Servers; directory: string; delay: string },
  work: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'bench' }
  const config = configFrom(
    {
      data_dir: directory,
      listen: '127.0.0.1:0',
      acknowledgement: { budget: 'unlimited', delay },
      flood: 'unlimited',
      inboxes: [
        {
          name: 'Support',
          address: SUPPORT,
          imap: { ...account, port: servers.imap },
          smtp: { ...account, port: servers.smtp },
        },
      ],
    },
    { env: {}, baseDir: directory },
  )
  const stop = new AbortController()
  const daemon = await startDaemon(config, openLog('error', 2), stop.signal)
  try {
    return await work(daemon)
  } finally {
    stop.abort()
    await daemon.done
  }
}
