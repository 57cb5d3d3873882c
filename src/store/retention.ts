/** What is older than somebody wants to keep: removed in small steps, so that nobody waits for it. */
import type { Knex } from 'knex'
import { discardBlobs } from './blob-garbage.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'
import { withdrawWhole } from './wanted-messages.ts'

/** Rows of one step. */
const STEP_MAX = 500

/** Fates of messages that nothing came of. */
const NOTHING = ['duplicate', 'system', 'ignored', 'quarantined']

/** One kind of what is forgotten. */
export interface Forget {
  /** Ids of some that are old enough: found before anybody has to wait for a transaction. */
  find(db: Queryable, before: Date): Promise<number[]>
  /** Removes those of them that are still to go. @returns how many */
  drop(tx: Tx, ids: readonly number[], at: Date): Promise<number>
}

type Rows = Knex.QueryBuilder

/** Messages as they came in. The ledger keeps its row, and tickets what was made of it. */
export const forgetSources: Forget = {
  find: (db, before) =>
    idsOf(sources(db('inbound_messages')).where('received_at', '<', toMs(before))),
  async drop(tx, ids, at) {
    const rows = () => sources(tx('inbound_messages').whereIn('id', [...ids]))
    await withdrawWhole(tx, ids, at)
    await discardSources(tx, rows(), at)
    return changed(rows().update({ sha256: null }))
  },
}

const sources = (messages: Rows): Rows =>
  messages.whereNotNull('sha256').whereNot({ fate: 'pending' })

const FORGOTTEN = toJson(['forgotten: older than the configuration keeps such messages'])

/** Of messages that nothing came of: what they were, and whose. */
export const forgetDiscarded: Forget = {
  find: (db, before) =>
    idsOf(discarded(db, db('inbound_messages')).where('received_at', '<', toMs(before))),
  async drop(tx, ids, at) {
    const rows = () => discarded(tx, tx('inbound_messages').whereIn('id', [...ids]))
    await discardSources(tx, rows(), at)
    const nothing = { sha256: null, sender: null, evidence: null, reasons: FORGOTTEN }
    return changed(rows().update(nothing))
  },
}

/** Without those that wait for their author to choose. */
const discarded = (db: Queryable, messages: Rows): Rows =>
  messages
    .whereIn('fate', NOTHING)
    .whereNot({ reasons: FORGOTTEN })
    .whereNotExists(
      db('held_replies')
        .whereNull('choice')
        .whereRaw('held_replies.inbound_id = inbound_messages.id')
        .select(db.raw('1')),
    )

async function discardSources(tx: Tx, messages: Rows, at: Date): Promise<void> {
  const rows = (await messages.select('sha256')) as { sha256: string | null }[]
  await discardBlobs(
    tx,
    rows.map(({ sha256 }) => sha256),
    at,
  )
}

/** Mail that may still go out, or be asked for again by a person. */
const OPEN = ['held', 'queued', 'sending', 'ending', 'uncertain', 'failed']

/** Our copies of mail that is done with. */
export const forgetSent: Forget = {
  find: (db, before) =>
    idsOf(
      db('outbox_sources')
        .join('outbox', 'outbox.id', 'outbox_sources.outbox_id')
        .whereNotIn('outcome', OPEN)
        .where('created_at', '<', toMs(before)),
    ),
  drop(tx, ids) {
    const done = tx('outbox')
      .whereIn('id', [...ids])
      .whereNotIn('outcome', OPEN)
      .select('id')
    return changed(tx('outbox_sources').whereIn('outbox_id', done).delete())
  },
}

/** Events have ids in the order of their time: the oldest stand at the beginning. */
export const forgetEvents: Forget = {
  async find(db, before) {
    const rows = await db('events')
      .orderBy('id')
      .limit(STEP_MAX)
      .select<{ id: number; created_at: number }[]>('id', 'created_at')
    return rows.filter((row) => row.created_at < toMs(before)).map(({ id }) => id)
  },
  drop: (tx, ids) =>
    changed(
      tx('events')
        .whereIn('id', [...ids])
        .delete(),
    ),
}

async function idsOf(rows: Rows): Promise<number[]> {
  const found = (await rows.limit(STEP_MAX).select('id')) as { id: number }[]
  return found.map(({ id }) => id)
}

const changed = async (rows: Rows): Promise<number> => Number(await rows)
