/**
 * `postroom reconcile`: each folder, whole, against the ledger. What the server shows and the ledger
 * does not know is stored; the daemon, which may run meanwhile, takes it in like any other mail.
 */
import type { Config, InboxConfig } from '../config.ts'
import { EXIT } from '../errors.ts'
import { eventsOf } from '../events.ts'
import { failureOf } from '../inbound/fetch-failure.ts'
import { Missing } from '../inbound/fetch-missing.ts'
import { compareFolder } from '../inbound/fetch-reconcile.ts'
import { ImapSession } from '../inbound/fetch-session.ts'
import type { StoreDeps } from '../inbound/fetch-rows.ts'
import { storeMessages } from '../inbound/fetch-store.ts'
import { openLog } from '../log.ts'
import { type FolderCursor, listCursors } from '../store/inboxes.ts'
import type { Workplace } from '../workplace.ts'
import type { ExplainIo } from './explain.ts'
import { type Progress, withProgress } from './progress.ts'
import { settleRebuilt, type UnknownChoice } from './reconcile-rebuilt.ts'
import { wantedInboxes, withWorkplace } from './with-workplace.ts'

interface Wishes {
  /** Null: all of them. */
  readonly inbox: string | null
  readonly dryRun: boolean
  readonly json: boolean
  /** Of a folder that the server made anew; null: nothing was said. */
  readonly unknown: UnknownChoice | null
}

interface Result {
  readonly inbox: string
  readonly folder: string
  /** Null: the folder could not be compared, for the reason in `problem`. */
  readonly on_server: number | null
  readonly not_yet_fetched: number
  /** Had no row in the ledger. */
  readonly missing: number
  /** Of those, have one now. */
  readonly stored: number
  readonly problem: string | null
}

/** Exit code 0 when the ledger knows every message, 1 when it does not, 69 when a server was away. */
export async function runReconcile(config: Config, wishes: Wishes, io: ExplainIo): Promise<number> {
  return withWorkplace(config, async (workplace) => {
    const results: Result[] = []
    for (const { config: inbox, id } of wantedInboxes(workplace, wishes.inbox)) {
      const result = await withProgress(io.stderr, (progress) =>
        reconcileInbox(workplace, { inbox, id }, wishes, progress),
      )
      results.push(result)
      if (!wishes.json) io.stdout.write(`${sentenceOf(result, wishes)}\n`)
    }
    if (wishes.json) io.stdout.write(`${JSON.stringify(results)}\n`)
    if (results.some(({ problem }) => problem !== null)) return EXIT.unavailable
    return results.every(({ missing, stored }) => missing === stored) ? 0 : EXIT.failure
  })
}

async function reconcileInbox(
  workplace: Workplace,
  { inbox, id }: { inbox: InboxConfig; id: number },
  { dryRun, unknown }: Wishes,
  progress: Progress,
): Promise<Result> {
  const { imap, name } = inbox
  const base = { inbox: name, folder: imap.folder, not_yet_fetched: 0, missing: 0, stored: 0 }
  const failed = (problem: string): Result => ({ ...base, on_server: null, problem })
  let session: ImapSession | null = null
  const compare = (at: ImapSession, cursor: FolderCursor) =>
    compareFolder(workplace.store.read, at, cursor, null, (onServer) =>
      progress.show(`${name} (${imap.folder})`, onServer),
    )
  try {
    progress.show(`${name} (${imap.folder})`)
    session = await ImapSession.open(imap)
    const { uidValidity } = session
    const cursors = await listCursors(workplace.store.read, id, imap.folder)
    const cursor = cursors.find((one) => one.uidValidity === uidValidity)
    if (cursor === undefined) {
      const isRebuilt = cursors.length > 0
      if (!isRebuilt || unknown === null || dryRun) return failed(neverSeen(isRebuilt))
      const deps = depsOf(workplace, inbox, id)
      const stored = await settleRebuilt(deps, session, unknown)
      return { ...base, on_server: session.exists, missing: stored, stored, problem: null }
    }
    const before = await compare(session, cursor)
    if (!dryRun) await take(workplace, { session, cursor, inbox }, before.lost)
    const left = dryRun ? before.lost.length : (await compare(session, cursor)).lost.length
    return {
      ...base,
      on_server: before.onServer,
      not_yet_fetched: before.fresh,
      missing: before.lost.length,
      stored: before.lost.length - left,
      problem: null,
    }
  } catch (err) {
    const server = `${imap.host}:${imap.port}`
    return failed(failureOf(err, { server, folder: imap.folder }).sentence)
  } finally {
    await session?.close()
  }
}

const neverSeen = (before: boolean): string =>
  before
    ? 'the server made this folder anew (another UIDVALIDITY); the daemon compares it with what it knows at its next look; should it refuse to take anything, choose --unknown take, import or skip'
    : 'the daemon has never looked at this folder; start it first'

async function take(
  workplace: Workplace,
  at: { session: ImapSession; cursor: FolderCursor; inbox: InboxConfig },
  lost: Parameters<typeof storeMessages>[3],
): Promise<void> {
  const deps = depsOf(workplace, at.inbox, at.cursor.inboxId)
  await storeMessages(deps, at.session, at.cursor, lost, new Missing())
}

const depsOf = ({ store, context }: Workplace, inbox: InboxConfig, inboxId: number): StoreDeps => ({
  store,
  blobs: context.blobs,
  events: eventsOf(openLog('warn', 2)),
  inbox,
  inboxId,
  now: () => new Date(),
  arrived: () => {},
  // Only who fetches on can say when it is there: a daemon would neither know of this gap nor clear it.
  leftOut: () => Promise.resolve(),
})

function sentenceOf(result: Result, { dryRun }: Wishes): string {
  const { inbox, folder, problem } = result
  if (problem !== null) return `${inbox} (${folder}): ${problem}`
  const fresh =
    result.not_yet_fetched === 0 ? '' : ` ${result.not_yet_fetched} are to be fetched yet.`
  const missing =
    result.missing === 0
      ? 'the ledger knows all that were fetched.'
      : `${result.missing} had no row in the ledger; ${dryRun ? 'nothing was changed' : `${result.stored} are stored now`}.`
  return `${inbox} (${folder}): ${result.on_server} on the server; ${missing}${fresh}`
}
