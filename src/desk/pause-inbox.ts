/** Pausing an inbox: nothing is fetched until it goes on; what is owed is sent all the same. */
import { insertEvents } from '../store/events.ts'
import { pauseInbox } from '../store/inboxes.ts'
import type { Tx } from '../store/open.ts'
import type { Actor } from '../ticket/comment.ts'

/** @returns false: it was so already, and nothing happened */
export async function setInboxPaused(
  tx: Tx,
  { inboxId, paused, actor }: { inboxId: number; paused: boolean; actor: Actor },
  at: Date,
): Promise<boolean> {
  if (!(await pauseInbox(tx, inboxId, paused ? at : null))) return false
  const data = { inbox_id: inboxId, paused }
  const event = { type: 'inbox.changed', ticketId: null, commentId: null, actor, data } as const
  await insertEvents(tx, [event], at)
  return true
}
