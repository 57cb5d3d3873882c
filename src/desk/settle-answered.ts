/** Whoever answers a mail of ours has it: then it is not in doubt any more whether it was delivered. */
import { settleTaken } from '../outbound/decide-uncertain.ts'
import type { Tx } from '../store/open.ts'
import { uncertainAmong } from '../store/outbox-delivery.ts'

/** @param messageIds what the answer names in In-Reply-To, without angle brackets */
export async function settleAnswered(
  tx: Tx,
  messageIds: readonly string[],
  at: Date,
): Promise<void> {
  for (const row of await uncertainAmong(tx, messageIds)) {
    await settleTaken(tx, row, 'its reader has answered it', at)
  }
}
