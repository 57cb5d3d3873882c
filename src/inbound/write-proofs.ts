/** What the mere arrival of a message proves about mail of ours, whatever is done with it. */
import { settleAnswered } from '../desk/settle-answered.ts'
import type { Tx } from '../store/open.ts'
import { releaseSuppression } from '../store/suppressions.ts'
import type { Understood } from './write.ts'

/** A mail answers one other; some programs name a few. */
const ANSWERED_MAX = 5

export async function heedProofs(tx: Tx, understood: Understood, at: Date): Promise<void> {
  await releaseWriter(tx, understood)
  const { message, threading, verdict } = understood
  // References name mails before it, which may be lost for all that; a machine answers without a reader.
  if (threading.token !== null && verdict.kind === 'person') {
    await settleAnswered(tx, message.inReplyTo.slice(0, ANSWERED_MAX), at)
  }
}

/** Whoever really writes from an address has that mailbox, whatever a server said. */
async function releaseWriter(tx: Tx, understood: Understood): Promise<void> {
  const { verdict, message, proven, verified } = understood
  const address = message.from?.address ?? null
  if (verdict.kind !== 'person' || address === null || !(proven || verified)) return
  await releaseSuppression(tx, { address, reason: 'hard_bounce' })
}
