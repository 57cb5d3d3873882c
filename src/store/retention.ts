/** What is older than somebody wants to keep: removed in small steps, so that nobody waits for it. */
import { discardBlobs } from './blob-garbage.ts'
import { toJson } from './json.ts'
import type { Tx } from './open.ts'
import { toMs } from './time.ts'

/** Rows of one step. */
const STEP_MAX = 500

/** Fates of messages that nothing came of. */
const NOTHING = ['duplicate', 'system', 'ignored', 'quarantined']

/** Removes some. @returns how many; 0: no more. */
export type Forget = (tx: Tx, before: Date, at: Date) => Promise<number>

/** Messages as they came in. The ledger keeps its row, and tickets what was made of it. */
export const forgetSources: Forget = async (tx, before, at) => {
  const rows = await tx('inbound_messages')
    .whereNotNull('sha256')
    .whereNot({ fate: 'pending' })
    .where('received_at', '<', toMs(before))
    .limit(STEP_MAX)
    .select<{ id: number; sha256: string }[]>('id', 'sha256')
  await discardBlobs(
    tx,
    rows.map(({ sha256 }) => sha256),
    at,
  )
  await tx('inbound_messages').whereIn('id', idsOf(rows)).update({ sha256: null })
  return rows.length
}

const FORGOTTEN = toJson(['forgotten: older than the configuration keeps such messages'])

/** Of messages that nothing came of: what they were, and whose. */
export const forgetDiscarded: Forget = async (tx, before, at) => {
  const rows = await tx('inbound_messages')
    .whereIn('fate', NOTHING)
    .where('received_at', '<', toMs(before))
    .whereNot({ reasons: FORGOTTEN })
    .limit(STEP_MAX)
    .select<{ id: number; sha256: string | null }[]>('id', 'sha256')
  await discardBlobs(
    tx,
    rows.map(({ sha256 }) => sha256),
    at,
  )
  await tx('inbound_messages')
    .whereIn('id', idsOf(rows))
    .update({ sha256: null, sender: null, evidence: null, reasons: FORGOTTEN })
  return rows.length
}

/** Mail that may still go out, or be asked for again by a person. */
const OPEN = ['held', 'queued', 'sending', 'ending', 'uncertain', 'failed']

/** Our copies of mail that is done with. */
export const forgetSent: Forget = async (tx, before) => {
  const rows = await tx('outbox_sources as s')
    .join('outbox as o', 'o.id', 's.outbox_id')
    .whereNotIn('o.outcome', OPEN)
    .where('o.created_at', '<', toMs(before))
    .limit(STEP_MAX)
    .select<{ id: number }[]>('o.id')
  await tx('outbox_sources').whereIn('outbox_id', idsOf(rows)).delete()
  return rows.length
}

/** Events have ids in the order of their time: the oldest stand at the beginning. */
export const forgetEvents: Forget = async (tx, before) => {
  const rows = await tx('events')
    .orderBy('id')
    .limit(STEP_MAX)
    .select<{ id: number; created_at: number }[]>('id', 'created_at')
  const old = rows.filter((row) => row.created_at < toMs(before))
  await tx('events').whereIn('id', idsOf(old)).delete()
  return old.length
}

const idsOf = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id)
