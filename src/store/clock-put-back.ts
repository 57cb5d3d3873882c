/**
 * When a clock that was ahead is put right, what was written meanwhile is due only when that time comes
 * again: a message or an answer would wait for as long as the clock was wrong. Neither can be due so late
 * by our own rules, or have been made later than now, so it shows, and is put right as well.
 *
 * Now is the later of this daemon's clock and the database's. By its own alone, a daemon that is behind
 * would see in all that the others make the traces of a wrong clock, and no slack is wide enough for every
 * clock; by the database's alone, daemons would undo their own holds if that one is behind.
 *
 * What is in somebody's hand is left alone: it comes back when that daemon is done with it, or dies.
 */
import { laterClockMs } from './database-clock.ts'
import type { Tx } from './open.ts'

/** Daemons of one database need not agree to the second. */
const SLACK_MS = 5 * 60_000
/** Longer than any pause of a message. */
const WAIT_MAX_MS = 3_600_000
/** Longer than the longest pause between two attempts of a delivery. */
const RETRY_MAX_MS = 5 * 3_600_000

export async function dueAgain(tx: Tx, at: Date): Promise<void> {
  const now = await laterClockMs(tx, at)
  await tx('inbound_messages')
    .where({ fate: 'pending', lease_owner: null })
    .where('due_at', '>', now + WAIT_MAX_MS)
    .update({ due_at: now })
  const queued = () => tx('outbox').where({ outcome: 'queued' })
  // What was to wait when it was made still does, from now on.
  await queued()
    .where('created_at', '>', now + SLACK_MS)
    .where('due_at', '>', now)
    .update({ due_at: tx.raw('due_at - created_at + ?', [now]), created_at: now })
  await queued()
    .where('attempts', '>', 0)
    .where('due_at', '>', now + RETRY_MAX_MS)
    .update({ due_at: now })
}
