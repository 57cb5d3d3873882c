/**
 * Inbound step 1: watches one inbox folder and brings what is new into custody.
 *
 * One IMAP session per inbox: IDLE tells at once, a look every minute finds what IDLE did not
 * tell, and a comparison of the server's UIDs with the ledger at every connect and every quarter
 * of an hour finds what anything missed. A broken session is replaced, with growing patience.
 */
import type { Clock } from '../clock.ts'
import type { InboxConfig } from '../config.ts'
import type { DeskContext } from '../desk/context.ts'
import type { Events } from '../events.ts'
import { passing } from '../fault-points.ts'
import type { Health } from '../health.ts'
import { type Bell, pause } from '../pause.ts'
import type { Blobs } from '../store/blobs.ts'
import { listUnmarked, setMarked } from '../store/folder-contents.ts'
import { type FolderCursor, insertCursor, listCursors } from '../store/inboxes.ts'
import { setLeftOut } from '../store/left-out.ts'
import type { Store } from '../store/open.ts'
import { isDatabaseDown, stopIfCorrupt } from '../store/database-errors.ts'
import { failureOf, waitAfter } from './fetch-failure.ts'
import { PATIENCE, type Patience } from './fetch-options.ts'
import { ImapSession } from './fetch-session.ts'
import { Missing } from './fetch-missing.ts'
import type { Moved } from './fetch-move.ts'
import { RebuiltFolders } from './fetch-rebuilt.ts'
import { reconcile } from './fetch-reconcile.ts'
import { Throttled } from './fetch-throttled.ts'
import { elapsedOf, type Elapsing, type StoreDeps } from './fetch-rows.ts'
import { demandRoom } from './fetch-room.ts'
import { storeNew } from './fetch-store.ts'
import { Streak } from './fetch-streak.ts'
import { OtherDeskLooks } from './fetch-others.ts'
import { WholeFetches } from './fetch-whole.ts'

export interface FetchDeps extends Elapsing {
  readonly clock: Clock
  readonly random: () => number
  readonly store: Store
  readonly blobs: Blobs
  readonly events: Events
  readonly health: Health
  readonly arrived: Bell
  readonly context: DeskContext
  /** How long a server is waited for; default: {@link PATIENCE}. */
  readonly patience?: Patience
}

const RECONCILE_MS = 15 * 60_000
const MARKS_PER_COMMAND = 100
const DATABASE_PAUSE_MS = 1_000

export async function runFetch(
  deps: FetchDeps,
  inbox: InboxConfig,
  inboxId: number,
  signal: AbortSignal,
): Promise<void> {
  const now = (): Date => deps.clock.now()
  const beside = { ...deps, inbox, inboxId, now }
  const whole = new WholeFetches(beside, signal)
  const others = new OtherDeskLooks(beside, signal)
  try {
    await fetchUntil(deps, { inbox, inboxId, whole, others, rebuilt: new RebuiltFolders() }, signal)
  } finally {
    await Promise.all([whole.close(), others.close()])
  }
}

interface Fetching {
  readonly inbox: InboxConfig
  readonly inboxId: number
  readonly whole: WholeFetches
  readonly others: OtherDeskLooks
  readonly rebuilt: RebuiltFolders
}

/** Session after session. */
async function fetchUntil(deps: FetchDeps, fetching: Fetching, signal: AbortSignal): Promise<void> {
  const { inbox } = fetching
  const [missing, streak] = [new Missing(), new Streak()]
  while (!signal.aborted) {
    // Not every end of the last session is held against what it was fetching.
    missing.connecting()
    streak.connecting()
    deps.health.connecting(inbox.name, 'imap', deps.clock.now())
    try {
      await watch(deps, fetching, { missing, streak }, signal)
    } catch (err) {
      if (signal.aborted) return
      stopIfCorrupt(err)
      if (isDatabaseDown(err)) {
        deps.events.databaseUnavailable(`fetch ${inbox.name}`, err)
        await pause(DATABASE_PAUSE_MS, signal)
        continue
      }
      // No message is to blame for a server that is asked too much.
      if (!(err instanceof Throttled)) missing.connectionBroke(elapsedOf(deps))
      await backOff(deps, inbox, err, streak.failed(), signal)
    }
  }
}

async function backOff(
  deps: FetchDeps,
  inbox: InboxConfig,
  err: unknown,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const server = `${inbox.imap.host}:${inbox.imap.port}`
  const failure = failureOf(err, { server, folder: inbox.imap.folder })
  const retryInMs = waitAfter(failure, failures, deps.random())
  const now = deps.clock.now()
  const nextAt = new Date(now.getTime() + retryInMs)
  const state = failure.kind === 'reauth' ? 'needs_reauth' : 'error'
  deps.health.failed(
    inbox.name,
    'imap',
    { error: failure.sentence, nextRetryAt: nextAt, state },
    now,
  )
  deps.events.inboxFailed(inbox.name, new Error(failure.sentence), retryInMs, failure.kind)
  await pause(retryInMs, signal)
}

/** One session, until it breaks (throws) or the signal stops it. */
async function watch(
  deps: FetchDeps,
  { inbox, inboxId, whole, others, rebuilt }: Fetching,
  { missing, streak }: { missing: Missing; streak: Streak },
  signal: AbortSignal,
): Promise<void> {
  // A database that is away must not cost a login each time we look.
  await listCursors(deps.store.read, inboxId, inbox.imap.folder)
  await passing('imap.connecting')
  const { patience = PATIENCE } = deps
  const session = await ImapSession.open(inbox.imap, { signal, patience })
  const abort = (): void => session.abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await passing('imap.selected')
    missing.inGeneration(session.uidValidity)
    deps.events.inboxConnected(inbox.name)
    const store: StoreDeps = {
      ...deps,
      inbox,
      inboxId,
      now: () => deps.clock.now(),
      arrived: () => deps.arrived.ring(),
      leftOut: (cursor, uid) => deps.store.transaction((tx) => setLeftOut(tx, cursor, uid)),
    }
    await demandRoom(deps.store)
    let comparedAt = elapsedOf(deps)
    await reconcile(store, session, await cursorOf(store, session, rebuilt), missing)
    while (!signal.aborted) {
      const cursor = await cursorOf(store, session, rebuilt)
      const lookedAt = performance.now()
      await demandRoom(store.store)
      const retryAt = await storeNew(store, session, cursor, missing)
      deps.events.inboxLooked(inbox.name, performance.now() - lookedAt)
      deps.health.succeeded(inbox.name, 'imap', deps.clock.now())
      streak.served(deps.clock.now().getTime())
      await markStored(store, session, cursor)
      whole.look()
      others.look()
      if (elapsedOf(deps) - comparedAt >= RECONCILE_MS) {
        comparedAt = elapsedOf(deps)
        await reconcile(store, session, cursor, missing)
      }
      const { pollMs } = patience
      const untilRetry = retryAt === null ? pollMs : retryAt - elapsedOf(deps)
      const waitMs = Math.max(50, Math.min(pollMs, untilRetry))
      if (await session.waitForNews(waitMs, signal)) deps.events.inboxWoken(inbox.name)
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await session.close()
  }
}

/** The cursor of the folder's present generation; made when we see it for the first time. */
async function cursorOf(
  deps: StoreDeps,
  session: ImapSession,
  rebuilt: RebuiltFolders,
): Promise<FolderCursor> {
  const { folder } = deps.inbox.imap
  const cursors = await listCursors(deps.store.read, deps.inboxId, folder)
  const current = cursors.find(({ uidValidity }) => uidValidity === session.uidValidity)
  if (current !== undefined) return current
  const { inboxId, store } = deps
  const generation = { inboxId, folder, uidValidity: session.uidValidity }
  // Only the very first generation has a backlog: later ones are matched with the ledger.
  if (cursors.length > 0) await rebuilt.check(store.read, session, generation, elapsedOf(deps))
  const backlogUid = cursors.length === 0 ? await session.highestUid() : 0
  await store.transaction((tx) => insertCursor(tx, { ...generation, backlogUid, at: deps.now() }))
  return cursorOf(deps, session, rebuilt)
}

/** Flags or moves what is stored. Repeating it does no harm; failing never stops the fetching. */
async function markStored(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
): Promise<void> {
  const { done } = deps.inbox.imap
  if (done.do === 'keep') return
  try {
    for (;;) {
      const tasks = await listUnmarked(deps.store.read, cursor, MARKS_PER_COMMAND)
      if (tasks.length === 0) return
      await passing('mark.beginning')
      const marked = await markOnServer(
        session,
        done,
        tasks.map(({ uid }) => uid),
      )
      await passing('mark.done')
      const ids = tasks.filter(({ uid }) => marked.uids.includes(uid)).map(({ id }) => id)
      await deps.store.transaction((tx) => setMarked(tx, ids, 'done'))
      if (marked.refused !== null) {
        deps.events.markFailed(deps.inbox.name, new Error(marked.refused))
      }
      if (ids.length < tasks.length) throw new Error('some messages could not be marked')
    }
  } catch (err) {
    if (isDatabaseDown(err)) throw err
    deps.events.markFailed(deps.inbox.name, err)
  }
}

async function markOnServer(
  session: ImapSession,
  done: Exclude<InboxConfig['imap']['done'], { do: 'keep' }>,
  uids: readonly number[],
): Promise<Moved> {
  if (done.do === 'seen') {
    await session.flagSeen(uids)
    return { uids, refused: null }
  }
  const moved = await session.move(uids, done.folder)
  if (moved.uids.length > 0) return moved
  // The target may not exist yet; MOVE to a missing folder fails without a reason.
  await session.createFolder(done.folder)
  return session.move(uids, done.folder)
}
