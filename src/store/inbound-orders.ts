/** What people say about a message of the ledger: decide it again, release it, put it away. */
import type { InboundMessage, InboundRow, Release } from './inbound-rows.ts'
import { toJson } from './json.ts'
import type { Tx } from './open.ts'
import { toMs } from './time.ts'

/** The row as it was seen, and nothing was made of it: otherwise somebody was faster. */
const unchanged = ({ id, fate }: InboundMessage) => ({ id, fate, comment_id: null })

/**
 * The message waits again and is due at once; its attempts are counted anew. False: its fate
 * changed meanwhile.
 */
export async function putBackInbound(
  tx: Tx,
  message: InboundMessage,
  order: { release: Release | null; reason: string },
  at: Date,
): Promise<boolean> {
  const updated = await tx<InboundRow>('inbound_messages')
    .where(unchanged(message))
    .update({
      fate: 'pending',
      reasons: toJson([order.reason]),
      ticket_id: null,
      attempts: 0,
      failures: 0,
      due_at: toMs(at),
      lease_owner: null,
      released_by: order.release?.by ?? null,
      released_into: order.release?.into ?? null,
    })
  return updated === 1
}

/** The message stays, and so does its source; nobody needs to look at it any more. */
export async function discardInbound(
  tx: Tx,
  message: InboundMessage,
  reason: string,
): Promise<boolean> {
  const updated = await tx<InboundRow>('inbound_messages')
    .where({ id: message.id, fate: message.fate })
    .update({
      fate: 'ignored',
      reasons: toJson([reason, ...message.reasons]),
      evidence: toJson({ ...message.evidence, discarded: true }),
    })
  return updated === 1
}
