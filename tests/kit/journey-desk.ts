/** A whole daemon for a journey: one inbox on the real mail servers. */
import { configFrom } from '../../src/config.ts'
import { type Daemon, startDaemon } from '../../src/daemon.ts'
import { silentLog } from '../../src/log.ts'
import type { MailServers } from './mail-servers.ts'

export interface JourneyDesk {
  readonly daemon: Daemon
  stop(): Promise<void>
}

/**
 * @param settings what differs from a desk with the one inbox at `address`; `dashboard` is where a
 *   built one lies.
 */
export async function startJourneyDesk(
  { imap, smtp }: MailServers,
  {
    address,
    dataDir,
    dashboard,
    ...settings
  }: { address: string; dataDir: string; dashboard?: string } & Record<string, unknown>,
): Promise<JourneyDesk> {
  const { inbox = {}, ...rest } = settings
  const login = { user: address, password: imap.password, tls: 'starttls' }
  const config = configFrom(
    {
      listen: '127.0.0.1:0',
      data_dir: dataDir,
      agent_notices: { coalesce: '0s' },
      inboxes: [
        {
          name: 'Acme Support',
          address,
          imap: { ...login, host: imap.host, port: imap.port, tls_ca_file: imap.caFile },
          smtp: { ...login, host: smtp.host, port: smtp.port, tls_ca_file: smtp.caFile },
          ...(inbox as object),
        },
      ],
      ...rest,
    },
    { env: {}, baseDir: dataDir },
  )
  const end = new AbortController()
  const daemon = await startDaemon(
    config,
    silentLog,
    end.signal,
    dashboard === undefined ? {} : { dashboard },
  )
  return {
    daemon,
    stop: async () => {
      end.abort()
      await daemon.done
    },
  }
}

/** One header of a message, unfolded; '' when it is not there. */
export function headerIn(message: Buffer | undefined, name: string): string {
  const head = (message ?? '').toString().split(/\r?\n\r?\n/)[0] ?? ''
  const line = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line?.slice(name.length + 1).trim() ?? ''
}
