/**
 * A folder that the server made anew (another UIDVALIDITY) is matched with what is known. When much of
 * it is unknown, as after a move to another server or of old mail into the folder, nobody but the
 * operator can say whether that is new mail: until then nothing is taken.
 */
import { findAlias, isTakenElsewhere } from '../store/folder-contents.ts'
import type { FolderCursor } from '../store/inboxes.ts'
import type { Queryable } from '../store/open.ts'
import type { ImapSession } from './fetch-session.ts'

/** Fewer messages are an hour's work at most. */
const MESSAGES_MIN = 100
/** More than mail that came while nobody looked. */
const UNKNOWN_PART = 0.2
const LOOK_AGAIN_MS = 3_600_000

export class RebuiltFolder extends Error {
  override readonly name = 'RebuiltFolder'
  readonly unknown: number
  readonly total: number

  constructor({ unknown, total }: { unknown: number; total: number }) {
    super(`${unknown} of ${total} messages are unknown`)
    this.unknown = unknown
    this.total = total
  }
}

type Generation = Pick<FolderCursor, 'inboxId' | 'folder' | 'uidValidity'>

/** Remembers what it found: a large folder is not gone through at each attempt. */
export class RebuiltFolders {
  #found: {
    readonly uidValidity: number
    readonly at: number
    readonly err: RebuiltFolder
  } | null = null

  /** @throws RebuiltFolder when too much of it is unknown */
  async check(
    db: Queryable,
    session: ImapSession,
    generation: Generation,
    elapsedMs: number,
  ): Promise<void> {
    const found = this.#found
    const isFresh = found !== null && elapsedMs - found.at < LOOK_AGAIN_MS
    if (isFresh && found.uidValidity === generation.uidValidity) throw found.err
    const counted = await countUnknown(db, session, generation)
    const { total, unknown } = counted
    if (total <= MESSAGES_MIN || unknown <= total * UNKNOWN_PART) return
    const err = new RebuiltFolder(counted)
    this.#found = { uidValidity: generation.uidValidity, at: elapsedMs, err }
    throw err
  }
}

async function countUnknown(
  db: Queryable,
  session: ImapSession,
  generation: Generation,
): Promise<{ total: number; unknown: number }> {
  const counted = { total: 0, unknown: 0 }
  for (const range of session.ranges(1)) {
    const listed = await session.list(range)
    const ids = await session.messageIds(listed.map(({ uid }) => uid))
    counted.total += listed.length
    for (const { uid, size, internalAt } of listed) {
      const messageId = ids.get(uid) ?? null
      const alias = await findAlias(db, generation, { messageId, size, internalAt })
      if (alias !== null) continue
      // Another date, or a header more: its bytes are compared when it is taken.
      const isTaken = messageId !== null && (await isTakenElsewhere(db, generation, messageId))
      if (!isTaken) counted.unknown += 1
    }
  }
  return counted
}
