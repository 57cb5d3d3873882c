/**
 * A whole daemon for a journey: one inbox, or several, on the real mail servers, and a clock that can
 * be moved.
 */
import type { JobTimesMs } from '../../src/background.ts'
import { configFrom } from '../../src/config.ts'
import { type Daemon, startDaemon } from '../../src/daemon.ts'
import { createToken } from '../../src/desk/create-token.ts'
import { getUserByEmail } from '../../src/desk/manage-users.ts'
import { silentLog } from '../../src/log.ts'
import { Client } from '../api/desk-api.ts'
import { anAddress } from './desk-context.ts'
import { type MovableClock, movableClock } from './movable-clock.ts'
import { until } from './running-desk.ts'
import { inboxOn, type MailServers } from './start-mail-servers.ts'

export interface JourneyDesk {
  readonly daemon: Daemon
  readonly clock: MovableClock
  /** Everything that arrived is decided, and everything that is due lies in its mailbox. */
  untilAtRest(): Promise<void>
  /** Of what `work` makes arrive at least one mail is in the ledger, and all is at rest. */
  untilTaken(work: () => Promise<unknown>): Promise<void>
  /** The API as this user, who is there already. */
  apiOf(email: string): Promise<Client>
  stop(): Promise<void>
}

/** What the daemon does every now and then it does at once: a journey moves the clock and waits. */
const OFTEN: JobTimesMs = {
  housekeeping: 1_000,
  alerts: 1_000,
  digests: 200,
  wake: 200,
  retention: 3_600_000,
}
const PATIENCE_MS = 30_000

interface JourneySettings extends Record<string, unknown> {
  readonly address: string
  readonly dataDir: string
  /** Where a built one lies. */
  readonly dashboard?: string
  readonly clock?: MovableClock
  /** Laid over the one inbox. */
  readonly inbox?: object
}

/** @param settings the rest of it is what differs in the configuration from a desk with one inbox. */
export async function startJourneyDesk(
  servers: MailServers,
  settings: JourneySettings,
): Promise<JourneyDesk> {
  const { address, dataDir, dashboard, clock = movableClock(), inbox = {}, ...rest } = settings
  const config = configFrom(
    {
      listen: '127.0.0.1:0',
      data_dir: dataDir,
      agent_notices: { coalesce: '0s' },
      inboxes: [{ ...inboxOn(servers, 'Acme Support', address), ...inbox }],
      ...rest,
    },
    { env: {}, baseDir: dataDir },
  )
  const end = new AbortController()
  const daemon = await startDaemon(config, silentLog, end.signal, {
    clock,
    everyMs: OFTEN,
    ...(dashboard === undefined ? {} : { dashboard }),
  })
  return {
    daemon,
    clock,
    ...resting(daemon, clock, servers),
    apiOf: (email) => clientFor(daemon, email, clock.now()),
    stop: async () => {
      end.abort()
      await daemon.done
    },
  }
}

function resting(
  { workplace }: Daemon,
  clock: MovableClock,
  servers: MailServers,
): Pick<JourneyDesk, 'untilAtRest' | 'untilTaken'> {
  const { read } = workplace.store
  const fates = (): Promise<string[]> => read('inbound_messages').pluck('fate')
  const owed = (): Promise<Owed[]> =>
    read('outbox').select('outcome', 'rcpt_to', 'due_at', 'message_id')
  const waits = ({ outcome, due_at: dueAt }: Owed): boolean =>
    ['sending', 'ending'].includes(outcome) ||
    (outcome === 'queued' && (dueAt ?? 0) <= clock.now().getTime())
  const lies = (rows: readonly Owed[]): boolean =>
    servers.users().every((user) => {
      const got = servers.mailbox(user).messages()
      const ids = new Set(got.map((mail) => headerIn(mail, 'Message-ID')))
      const sent = rows.filter((row) => row.outcome === 'sent' && row.rcpt_to === user)
      return sent.every(({ message_id: id }) => ids.has(`<${id}>`))
    })
  const untilAtRest = async (): Promise<void> => {
    const rests = async (): Promise<boolean> => {
      // First: what a mail causes is owed by the time it has a fate.
      if ((await fates()).includes('pending')) return false
      const rows = await owed()
      return !rows.some(waits) && lies(rows)
    }
    await until('the mail to come to rest', rests, 30, PATIENCE_MS)
  }
  return {
    untilAtRest,
    async untilTaken(work) {
      await untilAtRest()
      const { length } = await fates()
      await work()
      const isThere = async (): Promise<boolean> => (await fates()).length > length
      await until('the mail to be fetched', isThere, 30, PATIENCE_MS)
      await untilAtRest()
    },
  }
}

interface Owed {
  readonly outcome: string
  readonly rcpt_to: string
  readonly due_at: number | null
  readonly message_id: string
}

async function clientFor({ url, workplace }: Daemon, email: string, at: Date): Promise<Client> {
  const token = await workplace.store.transaction(async (tx) => {
    const { id } = await getUserByEmail(tx, anAddress(email))
    return createToken(tx, { userId: id, name: 'journey', scopes: null }, at)
  })
  return new Client(url, token)
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
