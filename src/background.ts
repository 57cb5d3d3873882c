/** What the daemon does by itself beside its work: it tidies up, keeps the index, looks for trouble. */
import type { Clock } from './clock.ts'
import type { DeskContext } from './desk/context.ts'
import type { Retention } from './config.ts'
import { forgetOld, sweep } from './desk/forget-old.ts'
import { TicketIndexer } from './desk/index-tickets.ts'
import { releaseAcknowledgements } from './desk/release-acknowledgements.ts'
import { sendDigests } from './desk/send-digests.ts'
import { observed, tendAlerts } from './desk/tend-alerts.ts'
import { wakeTickets } from './desk/wake-tickets.ts'
import { tidyUp } from './desk/tidy-up.ts'
import type { Events } from './events.ts'
import type { ConnectionState, Health } from './health.ts'
import { type Jobs, runJob } from './jobs.ts'
import type { AttemptDeps } from './outbound/attempt.ts'
import { recoverSending } from './outbound/recover.ts'
import { type Bell, pause } from './pause.ts'
import type { Loop } from './run-together.ts'
import { isDatabaseDown, stopIfCorrupt } from './store/database-errors.ts'
import { diskSpace } from './store/disk-space.ts'
import type { Store } from './store/open.ts'
import type { Inbox } from './ticket/inbox.ts'
import { FAILING_MS, type Observations } from './ticket/alert.ts'

export interface BackgroundDeps extends AttemptDeps {
  readonly store: Store
  readonly context: DeskContext
  readonly clock: Clock
  readonly events: Events
  readonly health: Health
  readonly jobs: Jobs
  /** Rung when there may be mail to send. */
  readonly outgoing: Bell
  readonly inboxes: readonly Inbox[]
  readonly retention: Retention
  /** Where its free space is looked at. */
  readonly dataDir: string
  readonly everyMs: JobTimesMs
}

export type BackgroundJob = 'housekeeping' | 'alerts' | 'digests' | 'wake' | 'retention'
/** How long each job waits between two runs, and before the first one. */
export type JobTimesMs = Readonly<Record<BackgroundJob, number>>

export const JOBS_EVERY_MS: JobTimesMs = {
  housekeeping: 30_000,
  alerts: 30_000,
  digests: 60_000,
  wake: 15_000,
  // Once an hour a little, rather than once a night a lot.
  retention: 3_600_000,
}

const INDEX_MS = 1_000

/** The job that runs most often. */
export const MOST_OFTEN: BackgroundJob = 'wake'

/** Loops that are jobs: what runs every now and then, and reports each run. */
export const BACKGROUND_JOBS: readonly string[] = Object.keys(JOBS_EVERY_MS)

export function backgroundLoops(deps: BackgroundDeps): Record<string, Loop> {
  return {
    housekeeping: (signal) => housekeeping(deps, signal),
    alerts: (signal) => watch(deps, signal),
    digests: (signal) => digests(deps, signal),
    wake: (signal) => wake(deps, signal),
    retention: (signal) => retain(deps, signal),
    index: (signal) => index(deps, signal),
  }
}

/** Deliveries of daemons that died elsewhere come back when their lease is over; leftovers go. */
async function housekeeping(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const work = async (): Promise<void> => {
    await recoverSending(deps, false)
    await deps.store.transaction((tx) => tidyUp(tx, deps.clock.now()))
    await sweep({ ...deps, blobs: deps.context.blobs })
  }
  await runJob(jobOf(deps, 'housekeeping'), work, signal)
}

/** Tickets that were put off come back, and mail that a storm held up leaves. */
async function wake(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const { store, context, clock, outgoing } = deps
  const work = async (): Promise<void> => {
    await wakeTickets(store, clock.now())
    const left = await store.transaction((tx) => releaseAcknowledgements(tx, context, clock.now()))
    if (left > 0) outgoing.ring()
  }
  await runJob(jobOf(deps, 'wake'), work, signal)
}

/** What is older than the configuration keeps it. */
async function retain(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const work = () => forgetOld({ ...deps, blobs: deps.context.blobs })
  await runJob(jobOf(deps, 'retention'), work, signal)
}

/** What is wrong for long becomes an alert, and ends as one when it is well again. */
async function watch(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const { store, context, clock, health, outgoing, dataDir, inboxes } = deps
  const work = async (): Promise<void> => {
    const at = clock.now()
    const seen = {
      ...(await observed(store.read, context.inboxes, at)),
      failing: health.failingFor(FAILING_MS, at),
      connected: inboxes
        .map(({ name }) => name)
        .filter((name) => health.of(name, 'imap')?.state === 'connected'),
      ...otherDesksSeen(deps, at),
      disk: await diskSpace(dataDir),
    }
    await store.transaction((tx) => tendAlerts(tx, context, seen, at))
    outgoing.ring()
  }
  await runJob(jobOf(deps, 'alerts'), work, signal)
}

/** By the daemon that looks for them: the others do not know. */
function otherDesksSeen(
  { context: { otherDesks }, health, inboxes }: BackgroundDeps,
  at: Date,
): Pick<Observations, 'elsewhere' | 'lookedFor'> {
  const names = inboxes.map(({ name }) => name)
  const isIn = (state: ConnectionState) => (name: string) =>
    health.of(name, 'imap')?.state === state
  const fetched = names.filter(isIn('connected'))
  const isOver = (name: string): boolean => !otherDesks.answer(name, at)
  return {
    elsewhere: fetched.filter((name) => !isOver(name)),
    lookedFor: [
      ...fetched.filter((name) => otherDesks.areLookedFor(name, at)),
      // Nobody looks, and nobody acknowledges.
      ...names.filter(isIn('paused')).filter(isOver),
    ],
  }
}

/** In the morning, of each working day. */
async function digests(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const { store, context, clock, outgoing } = deps
  const work = async (): Promise<void> => {
    try {
      await sendDigests(store, context, clock.now())
    } finally {
      outgoing.ring()
    }
  }
  await runJob(jobOf(deps, 'digests'), work, signal)
}

const jobOf = (deps: BackgroundDeps, name: BackgroundJob) => ({
  ...deps,
  name,
  everyMs: deps.everyMs[name],
  failed: (job: string, err: unknown) => report(deps, job, err),
})

/** Words and counts follow what is written within a second or two, without holding it up. */
async function index(deps: BackgroundDeps, signal: AbortSignal): Promise<void> {
  const indexer = new TicketIndexer(deps)
  while (!signal.aborted) {
    try {
      if ((await indexer.turn()) === 'done') await pause(INDEX_MS, signal)
    } catch (err) {
      report(deps, 'index', err)
      await pause(INDEX_MS, signal)
    }
  }
}

function report({ events }: BackgroundDeps, name: string, err: unknown): void {
  stopIfCorrupt(err)
  if (isDatabaseDown(err)) events.databaseUnavailable(name, err)
  else events.loopFailed(name, err)
}
