/**
 * Custody: new messages of one folder become stored sources and ledger rows. Bytes and rows are
 * durable before anything changes on the server; the cursor moves in the rows' transaction.
 */
import { passing } from '../fault-points.ts'
import { knownUids } from '../store/folder-contents.ts'
import { insertInbound, type NewInbound } from '../store/inbound-messages.ts'
import { advanceCursor, type FolderCursor } from '../store/inboxes.ts'
import { tooLarge } from '../ticket/not-whole.ts'
import { storingFailure } from './fetch-failure.ts'
import { MESSAGE_BYTES_MAX, TAKEN_BYTES_MAX } from './fetch-options.ts'
import type { ImapSession, MessageMeta } from './fetch-session.ts'
import { batches, type UidRange } from './fetch-batches.ts'
import type { Missing } from './fetch-missing.ts'
import { elapsedOf, poison, rowOf, type StoreDeps, withoutSource } from './fetch-rows.ts'
import { fingerprintOf } from './fingerprint.ts'

/** Larger ones are streamed to the store one by one. */
const STREAM_ABOVE_BYTES = 1024 * 1024
/** Of a message that is too large, this much is taken: headers and usually the text. */
const BEGINNING_BYTES = 256 * 1024

/** Stores what is new in the folder. Returns when the next retry of a missing one is due, or null. */
export async function storeNew(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  missing: Missing,
): Promise<number | null> {
  for (const range of session.ranges(cursor.uid + 1)) {
    await storeRange(deps, session, cursor, range, missing)
  }
  await missing.tellLeftOut((uid) => deps.leftOut(cursor, uid), true)
  return missing.nextAt()
}

async function storeRange(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  range: UidRange,
  missing: Missing,
): Promise<void> {
  const listed = await session.list(range)
  await passing('imap.listed')
  const known = await knownUids(deps.store.read, cursor, range)
  const highest = listed.at(-1)?.uid ?? cursor.uid
  const fresh = listed.filter(({ uid }) => !known.has(uid))
  const overdue = await overdueOf(deps, session, cursor, listed, missing)
  await storeMessages(deps, session, cursor, [...overdue, ...fresh], missing)
  const complete = missing.completeUpTo(highest)
  await deps.store.transaction((tx) => advanceCursor(tx, cursor.id, complete))
}

/** Before later ones are stored: an answer among them has to know that something is missing. */
const noteLeftOut = (deps: StoreDeps, cursor: FolderCursor, missing: Missing): Promise<void> =>
  missing.tellLeftOut((uid) => deps.leftOut(cursor, uid))

/** What is still to be asked for but no longer listed; what the server no longer has gets its row. */
async function overdueOf(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  listed: readonly MessageMeta[],
  missing: Missing,
): Promise<MessageMeta[]> {
  const here = new Set(listed.map(({ uid }) => uid))
  const overdue: MessageMeta[] = []
  for (const meta of missing.due(elapsedOf(deps))) {
    if (here.has(meta.uid)) continue
    const isGone = meta.uid > cursor.uid && !(await session.has(meta.uid))
    if (isGone) await giveUp(deps, session, cursor, meta, missing)
    else overdue.push(meta)
  }
  return overdue
}

/** Stores these messages, whatever each needs: a batch, a stream, a beginning, only a row. */
export async function storeMessages(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  fresh: readonly MessageMeta[],
  missing: Missing,
): Promise<void> {
  await noteLeftOut(deps, cursor, missing)
  const nowMs = elapsedOf(deps)
  const due = fresh.filter(({ uid }) => missing.isDue(uid, nowMs))
  const rows = [
    ...(await withoutSource(deps, session, cursor, due)),
    ...due.filter(({ uid }) => missing.isHopeless(uid)).map((meta) => poison(deps, cursor, meta)),
  ]
  await insert(deps, rows)
  const rowed = new Set(rows.map(({ uid }) => uid))
  for (const uid of rowed) missing.settled(uid)
  const wanted = due.filter(({ uid }) => !rowed.has(uid))
  for (const some of inOrder(wanted, missing)) {
    const [first] = some
    const isLarge = first !== undefined && first.size > STREAM_ABOVE_BYTES
    if (isLarge) await storeLarge(deps, session, cursor, first, missing)
    else await storeBatch(deps, session, cursor, some, missing)
  }
}

/**
 * What is fetched at once, in the order of arrival: an answer must not come before what it answers.
 * Only what is known to break connections has to let all the others go first.
 */
function* inOrder(wanted: readonly MessageMeta[], missing: Missing): Generator<MessageMeta[]> {
  const all = wanted.toSorted((a, b) => a.uid - b.uid)
  const isAlone = ({ uid, size }: MessageMeta): boolean =>
    size > STREAM_ABOVE_BYTES || missing.isSuspect(uid)
  yield* batches(
    all.filter(({ uid }) => !missing.breaksConnections(uid)),
    isAlone,
  )
  for (const meta of all) if (missing.breaksConnections(meta.uid)) yield [meta]
}

async function storeBatch(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  batch: readonly MessageMeta[],
  missing: Missing,
): Promise<void> {
  missing.asking(batch)
  const sources = await session.sources(batch)
  await passing('fetch.received')
  missing.answered()
  const found = batch.flatMap((meta) => {
    const source = sources.get(meta.uid)
    return source === undefined ? [] : [{ meta, source }]
  })
  const blobs = await storing(deps.blobs.putAll(found.map(({ source }) => source)))
  await passing('fetch.stored')
  const rows = found.map(({ meta, source }, index) => ({
    ...rowOf(deps, cursor, meta),
    ...fingerprintOf(source),
    sha256: blobs[index]?.sha256 ?? null,
  }))
  const nowMs = elapsedOf(deps)
  const hopeless = batch
    .filter(({ uid }) => !sources.has(uid))
    .filter((meta) => !missing.notDelivered(meta, nowMs))
  await noteLeftOut(deps, cursor, missing)
  await insert(deps, rows)
  for (const { uid } of rows) missing.settled(uid)
  for (const meta of hopeless) await giveUp(deps, session, cursor, meta, missing)
}

async function storeLarge(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  meta: MessageMeta,
  missing: Missing,
): Promise<void> {
  if (meta.size > MESSAGE_BYTES_MAX) {
    return storeBeginning(deps, session, cursor, { meta, size: meta.size }, missing)
  }
  missing.asking([meta])
  const stored = await session.download(meta, (content) =>
    deps.blobs.putStream(content, TAKEN_BYTES_MAX).catch((err: unknown) => {
      if (err === content.errored) throw err
      // Not the server failed, which sent what it was asked for: this says nothing about the message.
      missing.answered()
      if (err instanceof RangeError) return 'too large' as const
      throw storingFailure(err)
    }),
  )
  missing.answered()
  if (stored === 'too large') {
    return storeBeginning(deps, session, cursor, { meta, size: TAKEN_BYTES_MAX }, missing)
  }
  if (stored === null || stored.size === 0) return noteMissing(deps, session, cursor, meta, missing)
  const source = await storing(deps.blobs.get(stored.sha256))
  if (source === null) throw new Error('a stored source vanished')
  const row = rowOf(deps, cursor, meta)
  await insert(deps, [{ ...row, ...fingerprintOf(source), sha256: stored.sha256 }])
  missing.settled(meta.uid)
}

/** Of a message that is too large: it has `size` bytes, or more than its server says. */
async function storeBeginning(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  { meta, size }: { readonly meta: MessageMeta; readonly size: number },
  missing: Missing,
): Promise<void> {
  missing.asking([meta])
  const beginning = await session.beginning(meta.uid, BEGINNING_BYTES)
  missing.answered()
  if (beginning === null || beginning.length === 0)
    return noteMissing(deps, session, cursor, meta, missing)
  const { sha256 } = await storing(deps.blobs.put(beginning))
  const row = rowOf(deps, cursor, meta)
  const reasons = [...row.reasons, tooLarge(size)]
  await insert(deps, [{ ...row, ...fingerprintOf(beginning), sha256, reasons, marked: 'none' }])
  missing.settled(meta.uid)
}

async function storing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (err) {
    throw storingFailure(err)
  }
}

async function insert(deps: StoreDeps, rows: readonly NewInbound[]): Promise<void> {
  if (rows.length === 0) return
  await deps.store.transaction(async (tx) => {
    await insertInbound(tx, rows, deps.now())
    await passing('fetch.inserting')
  })
  await passing('fetch.committed')
  const bytes = rows.reduce((sum, { size }) => sum + size, 0)
  deps.events.messagesStored(deps.inbox.name, rows.length, bytes)
  deps.arrived()
}

/** Announced, but not in the answer: asked again, then either gone or not fetchable. Never silent. */
async function noteMissing(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  meta: MessageMeta,
  missing: Missing,
): Promise<void> {
  if (missing.notDelivered(meta, elapsedOf(deps))) {
    await noteLeftOut(deps, cursor, missing)
    return
  }
  await giveUp(deps, session, cursor, meta, missing)
}

async function giveUp(
  deps: StoreDeps,
  session: ImapSession,
  cursor: FolderCursor,
  meta: MessageMeta,
  missing: Missing,
): Promise<void> {
  const row = { ...rowOf(deps, cursor, meta), marked: 'none' as const }
  if (await session.has(meta.uid)) {
    const reasons = ['the server announces this message but does not deliver it']
    await insert(deps, [{ ...row, fate: 'quarantined', reasons }])
    deps.events.messageUnfetchable(deps.inbox.name, meta.uid, new Error('not delivered'))
  } else {
    const reasons = ['vanished from the server before it could be fetched']
    await insert(deps, [{ ...row, fate: 'ignored', reasons }])
  }
  missing.settled(meta.uid)
}
