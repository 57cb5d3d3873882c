/** What the mere arrival of a message proves about mail of ours, whatever is done with it. */
import { settleAnswered } from '../desk/settle-answered.ts'
import type { Tx } from '../store/open.ts'
import { releaseSuppression } from '../store/suppressions.ts'
import { nearestAncestors } from './thread.ts'
import type { Understood } from './write.ts'

export async function heedProofs(tx: Tx, understood: Understood, at: Date): Promise<void> {
  await releaseWriter(tx, understood)
  const { message, threading } = understood
  // Nobody can name a Message-ID of ours who has not got it: they cannot be guessed.
  if (threading.token !== null) await settleAnswered(tx, nearestAncestors(message), at)
}

/** Whoever really writes from an address has that mailbox, whatever a server said. */
async function releaseWriter(tx: Tx, understood: Understood): Promise<void> {
  const { verdict, message, proven, verified } = understood
  const address = message.from?.address ?? null
  if (verdict.kind !== 'person' || address === null || !(proven || verified)) return
  await releaseSuppression(tx, { address, reason: 'hard_bounce' })
}
