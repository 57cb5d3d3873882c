/**
 * When a clock that was ahead is put right, what was written meanwhile is due only when that time comes
 * again: a message, an answer or a notice would wait for as long as the clock was wrong. None can be due so
 * late by our own rules, or have been made later than now, so it shows, and is put right as well.
 *
 * Now is the later of this daemon's clock and the database's. By its own alone, a daemon that is behind
 * would see in all that the others make the traces of a wrong clock, and no slack is wide enough for every
 * clock; by the database's alone, daemons would undo their own holds if that one is behind.
 *
 * What is in somebody's hand is left alone: it comes back when that daemon is done with it, or dies.
 */
import type { Knex } from 'knex'
import { laterClockMs } from './database-clock.ts'
import type { Tx } from './open.ts'

type Rows = Knex.QueryBuilder

const HOUR_MS = 3_600_000
/** Daemons of one database need not agree to the second. */
const SLACK_MS = 5 * 60_000

/** What waits in nobody's hand, and longer than the longest time it may. */
const WAITING: readonly (readonly [string, (rows: Rows) => void, number])[] = [
  ['inbound_messages', (q) => void q.where({ fate: 'pending', lease_owner: null }), HOUR_MS],
  // Until somebody looks whether it arrived.
  ['outbox', (q) => void q.where({ outcome: 'uncertain' }), HOUR_MS],
  // Until the next attempt; before the first one it may be held for as long as people want.
  ['outbox', (q) => void q.where({ outcome: 'queued' }).where('attempts', '>', 0), 5 * HOUR_MS],
  ['webhook_deliveries', (q) => void pendingNotices(q).where({ attempts: 0 }), SLACK_MS],
  // A receiver may ask for a day, and the last pause is one and a fifth.
  ['webhook_deliveries', (q) => void pendingNotices(q).where('attempts', '>', 0), 29 * HOUR_MS],
]

/** Settled ones are kept for weeks: the way to the few that wait is by their webhooks. */
const pendingNotices = (rows: Rows): Rows =>
  rows
    .whereRaw('webhook_id in (select id from webhooks)')
    .where({ state: 'pending', lease_owner: null })

export async function dueAgain(tx: Tx, at: Date): Promise<void> {
  const now = await laterClockMs(tx, at)
  await madeNow(tx, tx('outbox').where({ outcome: 'queued' }), now)
  await madeNow(tx, pendingNotices(tx('webhook_deliveries')), now)
  for (const [table, narrow, waitMaxMs] of WAITING) {
    await tx(table)
      .modify(narrow)
      .where('due_at', '>', now + waitMaxMs)
      .update({ due_at: now })
  }
}

/** What was to wait when it was made, later than now, still does, from now on. */
async function madeNow(tx: Tx, rows: Rows, now: number): Promise<void> {
  await rows
    .where('created_at', '>', now + SLACK_MS)
    .where('due_at', '>', now)
    .update({ due_at: tx.raw('due_at - created_at + ?', [now]), created_at: now })
}
