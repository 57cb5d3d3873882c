/**
 * The whole folder against the ledger: every message that the server shows must have its row. Finds
 * what IDLE did not tell and what a look by UID passed over.
 */
import { knownAmong } from '../store/folder-contents.ts'
import { type FolderCursor, markReconciled } from '../store/inboxes.ts'
import type { Queryable } from '../store/open.ts'
import type { UidRange } from './fetch-batches.ts'
import type { Missing } from './fetch-missing.ts'
import type { StoreDeps } from './fetch-rows.ts'
import type { ImapSession, MessageMeta } from './fetch-session.ts'
import { storeMessages } from './fetch-store.ts'

/** After the first full comparison only recent arrivals are compared. */
const RECONCILE_SINCE_MS = 30 * 24 * 3_600_000

export interface Comparison {
  /** Messages the server shows, of those that were asked for. */
  readonly onServer: number
  /** Arrived since the last look: the next one takes them. */
  readonly fresh: number
  /** Below the cursor and without a row. */
  readonly lost: readonly MessageMeta[]
}

/** `since` null: all that the folder holds. Changes nothing. */
export async function compareFolder(
  db: Queryable,
  session: ImapSession,
  cursor: FolderCursor,
  since: Date | null,
  looked: (onServer: number) => void = () => {},
): Promise<Comparison> {
  const found = { onServer: 0, fresh: 0 }
  const lost: MessageMeta[] = []
  for await (const part of comparisons(db, session, cursor, since)) {
    found.onServer += part.onServer
    found.fresh += part.fresh
    lost.push(...part.lost)
    looked(found.onServer)
  }
  return { ...found, lost }
}

const WHOLE: UidRange = { from: 1, to: null }
/** So many at a time are looked up in the ledger, and listed by one command, which must not be too long. */
const UIDS_AT_A_TIME = 500

/**
 * All of it range by range: nobody has to hold a folder of millions in memory. What arrived since a
 * day is asked for at once: it is little, and a folder of millions has a thousand ranges.
 */
async function* comparisons(
  db: Queryable,
  session: ImapSession,
  cursor: FolderCursor,
  since: Date | null,
): AsyncGenerator<Comparison> {
  for (const range of since === null ? session.ranges(1) : [WHOLE]) {
    const found = await session.uids(range, since)
    for (let start = 0; start < found.length; start += UIDS_AT_A_TIME) {
      const uids = found.slice(start, start + UIDS_AT_A_TIME)
      const here = uids.filter((uid) => uid <= cursor.uid)
      const lost = await lostAmong(db, session, cursor, here)
      yield { onServer: uids.length, fresh: uids.length - here.length, lost }
    }
  }
}

/** Those without a row; one that is gone from the server meanwhile is not lost. */
async function lostAmong(
  db: Queryable,
  session: ImapSession,
  cursor: FolderCursor,
  uids: readonly number[],
): Promise<readonly MessageMeta[]> {
  if (uids.length === 0) return []
  const known = await knownAmong(db, cursor, uids)
  const lost = uids.filter((uid) => !known.has(uid))
  return lost.length === 0 ? [] : session.listOnly(lost)
}

/** Takes what is below the cursor and has no row. */
export async function reconcile(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  missing: Missing,
): Promise<void> {
  if (cursor.uid > 0) {
    const since =
      cursor.reconciledAt === null ? null : new Date(deps.now().getTime() - RECONCILE_SINCE_MS)
    for await (const { lost } of comparisons(deps.store.read, session, cursor, since)) {
      if (lost.length > 0) await storeMessages(deps, session, cursor, lost, missing)
    }
  }
  await deps.store.transaction((tx) => markReconciled(tx, cursor.id, deps.now()))
}
