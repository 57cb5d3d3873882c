/** Tells the agents, once, that a machine answered our automatic mail and gets no more of it. */
import type { DeskContext } from '../desk/context.ts'
import type { Tx } from '../store/open.ts'
import { countNotSentTo } from '../store/outbox-counts.ts'
import type { User } from '../ticket/user.ts'
import { REPEATED_DETAILS, type Restraint, SAME_WORDS_WINDOW_MS } from './restraint.ts'
import { addSystemNote } from '../desk/system-note.ts'

/**
 * A note on the ticket whose acknowledgement is the first that is not sent, and none on those that
 * follow: a loop that goes on for days would fill the desk with them. To be called when that
 * acknowledgement is in the outbox; it is mailed to nobody.
 */
export async function noteLoopStopped(
  tx: Tx,
  context: DeskContext,
  { ticketId, requester, restraint }: Stopped,
  at: Date,
): Promise<void> {
  if (restraint?.reason !== 'repeated' || requester === null) return
  const since = new Date(at.getTime() - SAME_WORDS_WINDOW_MS)
  const about = { rcptTo: requester.email, details: REPEATED_DETAILS, since }
  if ((await countNotSentTo(tx, about)) !== 1) return
  const text = `A loop was stopped: ${requester.email} wrote ${restraint.detail}. Nothing automatic is sent there for as long as that goes on; answers of agents are.`
  await addSystemNote(tx, context, { ticketId, text }, at)
}

interface Stopped {
  readonly ticketId: number
  readonly requester: User | null
  readonly restraint: Restraint | null
}
