/** Ledger rows of fetched messages, and of those whose source is not taken: old, known, or not to be had. */
import type { InboxConfig } from '../config.ts'
import type { Events } from '../events.ts'
import type { Blobs } from '../store/blobs.ts'
import { findAlias } from '../store/folder-contents.ts'
import type { NewInbound } from '../store/inbound-messages.ts'
import { type FolderCursor, hasOlderCursor } from '../store/inboxes.ts'
import type { Store } from '../store/open.ts'
import { IMPORTED } from './decide.ts'
import type { ImapSession, MessageMeta } from './fetch-session.ts'

/** For what is waited for. */
export interface Elapsing {
  /** Milliseconds that nobody puts back, as a clock may be; default: since the process started. */
  readonly elapsedMs?: () => number
}

export const elapsedOf = ({ elapsedMs = () => performance.now() }: Elapsing): number => elapsedMs()

export interface StoreDeps extends Elapsing {
  readonly store: Store
  readonly blobs: Blobs
  readonly events: Events
  readonly inbox: InboxConfig
  readonly inboxId: number
  readonly now: () => Date
  /** Rung when something was stored. */
  readonly arrived: () => void
  /** Told the lowest UID that later ones are stored before; null: none. */
  readonly leftOut: (cursor: FolderCursor, uid: number | null) => Promise<void>
}

/** Older mail found at the first connection is not new. */
const RECENT_MS = 24 * 3_600_000

/** The row of a message whose delivery breaks the connection, every time. */
export function poison(deps: StoreDeps, cursor: FolderCursor, meta: MessageMeta): NewInbound {
  deps.events.messageUnfetchable(deps.inbox.name, meta.uid, new Error('breaks the connection'))
  const reasons = ['the connection breaks whenever this message is fetched']
  return { ...rowOf(deps, cursor, meta), fate: 'quarantined', reasons, marked: 'none' }
}

/** Rows for messages whose source is not taken: old mail, or known from another generation. */
export async function withoutSource(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  fresh: readonly MessageMeta[],
): Promise<NewInbound[]> {
  const old = fresh.filter((meta) => isBacklog(deps, cursor, meta) === 'ignore')
  const aliased = await hasOlderCursor(deps.store.read, cursor)
  const candidates = aliased ? fresh : old
  const ids = await session.messageIds(candidates.map(({ uid }) => uid))
  const rows: NewInbound[] = []
  for (const meta of candidates) {
    const messageId = ids.get(meta.uid) ?? null
    const { size, internalAt } = meta
    const alias = aliased
      ? await findAlias(deps.store.read, cursor, { messageId, size, internalAt })
      : null
    const base = { ...rowOf(deps, cursor, meta), messageId, marked: 'none' as const }
    if (alias !== null) {
      const reasons = [`the folder was rebuilt; this is message ${alias}`]
      rows.push({ ...base, fate: 'duplicate', duplicateOf: alias, reasons })
    } else if (old.includes(meta)) {
      const reasons = ['was there before the first connection (backlog)']
      rows.push({ ...base, fate: 'ignored', reasons })
    }
  }
  return rows
}

/** What the backlog policy says about a message that was there before us; null: it is new. */
function isBacklog(
  deps: StoreDeps,
  cursor: FolderCursor,
  { uid, internalAt }: MessageMeta,
): 'ignore' | 'import' | null {
  if (uid > cursor.backlogUid) return null
  if (deps.inbox.backlog === 'ignore') return 'ignore'
  const recent =
    internalAt !== null && cursor.createdAt.getTime() - internalAt.getTime() < RECENT_MS
  if (recent) return null
  return deps.inbox.backlog === 'import' ? 'import' : 'ignore'
}

export function rowOf(deps: StoreDeps, cursor: FolderCursor, meta: MessageMeta): NewInbound {
  return {
    inboxId: deps.inboxId,
    folder: cursor.folder,
    uidValidity: cursor.uidValidity,
    uid: meta.uid,
    sha256: null,
    size: meta.size,
    messageId: null,
    bodyHash: null,
    internalAt: meta.internalAt,
    fate: 'pending',
    reasons: isBacklog(deps, cursor, meta) === 'import' ? [IMPORTED] : [],
    duplicateOf: null,
    marked: deps.inbox.imap.done.do === 'keep' ? 'none' : 'pending',
  }
}
