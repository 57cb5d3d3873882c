/** Messages of which only the beginning was taken, and that somebody wants as a whole. */
import { discardBlobs } from './blob-garbage.ts'
import type { Generation } from './folder-contents.ts'
import { chunksOf } from './id-chunks.ts'
import type { InboundMessage, InboundRow } from './inbound-rows.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

interface WantedRow {
  inbound_id: number
  attempts: number
  asked_at: number
  note_id: number | null
}

const wantedRows = (db: Queryable) => db<WantedRow>('wanted_messages')

export interface Wanted {
  readonly inboundId: number
  readonly uid: number
  readonly uidValidity: number
  /** So often it was tried in vain. */
  readonly attempts: number
}

/** Asking again changes nothing. */
export async function wantMessage(tx: Tx, inboundId: number, at: Date): Promise<void> {
  await wantedRows(tx)
    .insert({ inbound_id: inboundId, attempts: 0, asked_at: toMs(at) })
    .onConflict('inbound_id')
    .ignore()
}

/** The one that was wanted first of a folder, in whichever generation; null: none. */
export async function nextWanted(
  db: Queryable,
  { inboxId, folder }: Pick<Generation, 'inboxId' | 'folder'>,
): Promise<Wanted | null> {
  const row = await db('wanted_messages as w')
    .join('inbound_messages as i', 'i.id', 'w.inbound_id')
    .where({ 'i.inbox_id': inboxId, 'i.folder': folder })
    .whereNull('w.note_id')
    .orderBy([{ column: 'w.attempts' }, { column: 'w.asked_at' }, { column: 'w.inbound_id' }])
    .first<Pick<InboundRow, 'uid' | 'uidvalidity'> & Pick<WantedRow, 'inbound_id' | 'attempts'>>(
      'w.inbound_id',
      'w.attempts',
      'i.uid',
      'i.uidvalidity',
    )
  if (row === undefined) return null
  const { inbound_id: inboundId, attempts, uid, uidvalidity: uidValidity } = row
  return { inboundId, attempts, uid, uidValidity }
}

/** Another try begins (1), or one that was cut short does not count (-1). */
export async function countAttempt(tx: Tx, inboundId: number, by: 1 | -1): Promise<void> {
  await wantedRows(tx).where({ inbound_id: inboundId }).increment('attempts', by)
}

/** Nobody waits for it any more. False: nobody did. */
export async function settleWanted(tx: Tx, inboundId: number): Promise<boolean> {
  const waiting = wantedRows(tx).where({ inbound_id: inboundId, note_id: null })
  return (await waiting.del()) === 1
}

/** Remembers which note has it, so that it goes where the message goes. */
export async function keepWhole(
  tx: Tx,
  { inboundId, noteId }: { readonly inboundId: number; readonly noteId: number },
  at: Date,
): Promise<void> {
  const row = { inbound_id: inboundId, attempts: 0, asked_at: toMs(at), note_id: noteId }
  await wantedRows(tx).insert(row)
}

/** The notes that have these messages as files. */
export async function notesWithWhole(
  db: Queryable,
  inboundIds: readonly number[],
): Promise<number[]> {
  const found: number[] = []
  for (const some of chunksOf(inboundIds)) {
    const ids = await wantedRows(db)
      .whereIn('inbound_id', some)
      .whereNotNull('note_id')
      .pluck('note_id')
    found.push(...(ids as number[]))
  }
  return found
}

/** What they said is withdrawn: nobody gets them any more, and the files go, on whichever ticket they are. */
export async function withdrawWhole(
  tx: Tx,
  inboundIds: readonly number[],
  at: Date,
): Promise<void> {
  const notes = await notesWithWhole(tx, inboundIds)
  const files = () => tx('attachments').whereIn('comment_id', notes)
  const shas = (await files().pluck('sha256')) as string[]
  await discardBlobs(tx, shas, at)
  await files().delete()
  for (const some of chunksOf(inboundIds)) {
    await wantedRows(tx).whereIn('inbound_id', some).whereNull('note_id').del()
  }
}

/** Of all mail of a ticket that is about to go. */
export async function withdrawWholeOfTicket(tx: Tx, ticketId: number, at: Date): Promise<void> {
  const ids = await tx<InboundRow>('inbound_messages').where({ ticket_id: ticketId }).pluck('id')
  await withdrawWhole(tx, ids as number[], at)
}

/** What the ledger says of a message, in other words: its fate stays. */
export async function setReasons(
  tx: Tx,
  { id }: Pick<InboundMessage, 'id'>,
  reasons: readonly string[],
): Promise<void> {
  await tx<InboundRow>('inbound_messages')
    .where({ id })
    .update({ reasons: toJson(reasons) })
}
