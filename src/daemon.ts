/**
 * The composition root: opens the workplace, builds every part, runs the loops together. The
 * only file that sees everything. Start-up is also recovery: what a dead daemon left behind is
 * taken up again before anything new begins.
 */
import path from 'node:path'
import { hostname } from 'node:os'
import { startApi } from './api/server.ts'
import { checkImap, checkSmtp } from './cli/check-servers.ts'
import {
  BACKGROUND_JOBS,
  backgroundLoops,
  JOBS_EVERY_MS,
  type JobTimesMs,
  MOST_OFTEN,
} from './background.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { addUser } from './desk/manage-users.ts'
import { connectionTeller } from './desk/tell-connections.ts'
import { undelivered } from './desk/undelivered.ts'
import { Passwords } from './desk/passwords.ts'
import { OperatorError } from './errors.ts'
import { type Events, eventsOf } from './events.ts'
import { Health } from './health.ts'
import { InboxOrders } from './inbox-orders.ts'
import { Jobs } from './jobs.ts'
import { turning } from './supervisor.ts'
import { randomId } from './ids.ts'
import { LEASE, type LeaseDeps, type LeaseTimes } from './inbound/fetch-lease.ts'
import { runFetchAsOrdered } from './inbound/fetch-orders.ts'
import { copiesIn } from './inbound/fetch-sent.ts'
import { runIntake } from './inbound/intake.ts'
import { openParser, timedParser } from './inbound/parse.ts'
import type { Logger } from './log.ts'
import type { AttemptDeps } from './outbound/attempt.ts'
import { recoverSending } from './outbound/recover.ts'
import { runSend } from './outbound/send.ts'
import { Metrics } from './metrics.ts'
import { notedEvents } from './noted-events.ts'
import { packageVersion } from './package-root.ts'
import { Bell } from './pause.ts'
import { type Loop, runTogether } from './run-together.ts'
import { explained } from './store/explain-failure.ts'
import { releaseInbound } from './store/release-inbound.ts'
import { RecentBlobs } from './store/recent-blobs.ts'
import { lockFile, type ProcessLock } from './store/single-process.ts'
import { resolveByDns, allowedTargets } from './webhooks/targets.ts'
import { runWebhooks } from './webhooks/run.ts'
import { openWatched } from './watched-workplace.ts'
import type { Workplace } from './workplace.ts'

export interface Daemon {
  readonly url: string
  readonly workplace: Workplace
  /** Resolves after a clean stop; rejects when a loop failed. */
  readonly done: Promise<void>
  /** Does its work go on? What a watchdog asks. */
  readonly isTurning: () => boolean
}

/** One parser beside the main process; a second one for when the first is busy. */
const PARSER_PROCESSES = 2

export interface DaemonOptions {
  /** A directory the dashboard was built to, instead of the usual one. */
  readonly dashboard?: string
  /** How long inboxes are held, on PostgreSQL. */
  readonly lease?: LeaseTimes
  /** What time it is; how long a pause lasts is not up to it. */
  readonly clock?: Clock
  /** How often it looks after things by itself. */
  readonly everyMs?: JobTimesMs
}

/** Starts everything; resolves when the API answers. Stops when `signal` aborts. */
export async function startDaemon(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  options: DaemonOptions = {},
): Promise<Daemon> {
  const { clock = systemClock, lease = LEASE, everyMs = JOBS_EVERY_MS, ...forApi } = options
  const metrics = new Metrics({ version: packageVersion, database: config.database.kind })
  const jobs = new Jobs((name) => metrics.jobRan(name, 'ok'))
  const events = notedEvents(eventsOf(log), { jobs, metrics, clock })
  for (const warning of config.warnings) events.configWarning(warning)
  const workplace = await openWatched(config, { events, metrics })
  const closers: (() => Promise<void>)[] = [() => workplace.close()]
  try {
    const { owner, lock } = await ownerOf(config)
    if (lock !== null) closers.push(() => lock.release())
    const scratchDir = path.join(config.dataDir, 'scratch')
    const pool = openParser({ processes: PARSER_PROCESSES, scratchDir })
    const parser = timedParser(pool, (seconds) => metrics.parsed(seconds))
    closers.push(() => parser.close())
    parser.warm()
    const parts = partsOf(workplace, { owner, parser, events, clock, jobs, metrics })
    await takeUpAgain(parts, config)
    const senders = config.inboxes.map(() => new Bell())
    const outgoing = ringAll(senders)
    const api = await startApi({
      ...parts,
      config,
      outgoing,
      passwords: new Passwords(),
      version: packageVersion,
      inboxes: workplace.inboxes,
      testServers: testServersOf(config),
      draining: () => signal.aborted,
      ...forApi,
    })
    closers.push(() => api.close())
    const died = (owner: string) => takeUp({ ...parts, owner })
    const waits = { lease, died, everyMs }
    const loops = loopsOf({ ...parts, ...waits, outgoing, senders }, workplace)
    const done = serve(loops, signal, closers, events)
    const url = `http://${api.host.includes(':') ? `[${api.host}]` : api.host}:${api.port}`
    events.daemonStarted({
      version: packageVersion,
      database: workplace.store.kind,
      listen: url,
      inboxes: config.inboxes.length,
    })
    const isTurning = turning(() => jobs.lastRunOf(MOST_OFTEN), clock)
    return { url, workplace, done, isTurning }
  } catch (err) {
    await closeAll(closers)
    throw explained(config.database, err)
  }
}

const partsOf = (
  { store, context, inboxes }: Workplace,
  own: Pick<Parts, 'owner' | 'parser' | 'events' | 'clock' | 'jobs' | 'metrics'>,
): Parts => ({
  ...own,
  random: Math.random,
  store,
  blobs: new RecentBlobs(context.blobs, Date.now),
  context,
  undelivered: deskHears(context),
  health: new Health(
    connectionTeller({
      store,
      inboxes,
      failed: (err) => own.events.databaseUnavailable('connections', err),
    }),
  ),
  arrived: new Bell(),
  webhooksDue: new Bell(),
  inboxOrders: new InboxOrders(),
})

/** One login at each server of an inbox. */
const testServersOf =
  ({ inboxes }: Config) =>
  async (name: string) => {
    const inbox = inboxes.find((one) => one.name === name)
    if (inbox === undefined) throw new Error(`no inbox ${name}`)
    const [imap, smtp] = await Promise.all([checkImap(inbox), checkSmtp(inbox)])
    return { imap, smtp }
  }

/** One ring for every sender: which inbox a message leaves through is the outbox's business. */
function ringAll(bells: readonly Bell[]): Bell {
  const all = new Bell()
  all.ring = () => {
    for (const bell of bells) bell.ring()
  }
  return all
}

/**
 * Who we are in claims and leases. On SQLite there is one daemon per file, kept so by a lock; on
 * PostgreSQL a data directory names its daemon, so that a restart takes its own work back. By a name that
 * was drawn for it: machines that were made alike have the same host name and the same paths.
 */
async function ownerOf(config: Config): Promise<{ owner: string; lock: ProcessLock | null }> {
  if (config.database.kind === 'sqlite') {
    return { owner: 'daemon', lock: await lockFile(config.database.file, process.pid) }
  }
  const place = path.join(config.dataDir, 'daemon')
  try {
    const lock = await lockFile(place, process.pid)
    return { owner: `${hostname()} ${place} ${lock.name}`, lock }
  } catch (err) {
    if (!(err instanceof OperatorError)) throw err
    // Another daemon lives in this directory: this one gets a name that dies with it.
    return { owner: `${hostname()} ${randomId(8)}`, lock: null }
  }
}

/** Sending knows no desk; what failed for good is the desk's business all the same. */
const deskHears =
  (context: Workplace['context']): AttemptDeps['undelivered'] =>
  (tx, failure, at) =>
    undelivered(tx, context, failure, at)

interface Parts {
  readonly owner: string
  readonly parser: ReturnType<typeof openParser>
  readonly events: Events
  readonly clock: Clock
  readonly random: () => number
  readonly store: Workplace['store']
  /** Sources on their way from fetch to intake. */
  readonly blobs: RecentBlobs
  readonly context: Workplace['context']
  readonly undelivered: AttemptDeps['undelivered']
  readonly health: Health
  readonly arrived: Bell
  readonly webhooksDue: Bell
  readonly inboxOrders: InboxOrders
  readonly jobs: Jobs
  readonly metrics: Metrics
}

/** What this daemon was doing when it died, and the agents the configuration names. */
async function takeUpAgain(parts: Parts, config: Config): Promise<void> {
  const { store, clock } = parts
  await takeUp(parts)
  for (const { email, name } of config.agents) {
    await store.transaction((tx) => addUser(tx, { email, name, role: 'agent' }, clock.now()))
  }
}

/** Of the daemon that is named `owner`: it died. */
async function takeUp(parts: Parts): Promise<void> {
  const { store, clock, owner } = parts
  await store.transaction((tx) => releaseInbound(tx, owner, clock.now(), { giveBack: false }))
  await recoverSending(parts, true)
}

function loopsOf(
  parts: Parts &
    Pick<LeaseDeps, 'lease' | 'died'> & {
      everyMs: JobTimesMs
      outgoing: Bell
      senders: readonly Bell[]
    },
  { config, inboxes }: Workplace,
): Record<string, Loop> {
  const loops: Record<string, Loop> = {
    intake: (signal) => runIntake(parts, signal),
    ...backgroundLoops({
      ...parts,
      inboxes,
      dataDir: config.dataDir,
      retention: config.retention,
    }),
    webhooks: (signal) => runWebhooks(webhookDepsOf(parts, config), signal),
  }
  for (const [index, inbox] of config.inboxes.entries()) {
    const id = inboxes[index]?.id
    const outgoing = parts.senders[index]
    if (id === undefined || outgoing === undefined) continue
    const fetched = { inbox, inboxId: id, order: parts.inboxOrders.of(id) }
    loops[`fetch ${inbox.name}`] = (signal) => runFetchAsOrdered(parts, fetched, signal)
    const findCopies = copiesIn(inbox.imap)
    loops[`send ${inbox.name}`] = (signal) =>
      runSend({ ...parts, outgoing, findCopies }, inbox, id, signal)
  }
  for (const name of Object.keys(loops)) {
    if (BACKGROUND_JOBS.includes(name)) parts.jobs.scheduled(name)
    else parts.jobs.looping(name, parts.clock.now())
  }
  return loops
}

const webhookDepsOf = (parts: Parts, { publicUrl, webhooks }: Config) => ({
  ...parts,
  publicUrl,
  allowed: allowedTargets(webhooks.allowPrivate),
  resolve: resolveByDns,
  version: packageVersion,
  count: (result: string) => parts.metrics.webhookTold(result),
})

async function serve(
  loops: Record<string, Loop>,
  signal: AbortSignal,
  closers: (() => Promise<void>)[],
  events: Events,
): Promise<void> {
  try {
    await runTogether(loops, signal)
  } finally {
    await closeAll(closers)
    events.daemonStopped()
  }
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers.toReversed()) {
    // We are leaving anyway.
    await close().catch(() => {})
  }
}
