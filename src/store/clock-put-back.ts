/**
 * When a clock that was ahead is put right, what was written meanwhile is due only when that time comes
 * again: a message or an answer would wait for as long as the clock was wrong. Neither can be due so late
 * by our own rules, or have been made later than now, so it shows, and is put right as well. A delivery
 * under way is left alone: its lease may be that of another daemon, whose clock is right.
 */
import type { Tx } from './open.ts'
import { toMs } from './time.ts'

/** Daemons of one database need not agree to the second. */
const SLACK_MS = 5 * 60_000
/** Longer than any claim or pause of a message. */
const HELD_MAX_MS = 3_600_000
/** Longer than the longest pause between two attempts of a delivery. */
const RETRY_MAX_MS = 5 * 3_600_000

export async function dueAgain(tx: Tx, at: Date): Promise<void> {
  const now = toMs(at)
  await tx('inbound_messages')
    .where({ fate: 'pending' })
    .where('due_at', '>', now + HELD_MAX_MS)
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
