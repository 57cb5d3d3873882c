/** The same message arriving twice: finding the one that was taken in before. */
import type { InboundMessage, InboundRow } from './inbound-messages.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

/** PostgreSQL: two daemons must not look for each other's copy at the same time. */
export async function lockTwins(tx: Tx, message: InboundMessage): Promise<void> {
  const key = `${message.inboxId} ${message.messageId ?? ''} ${message.bodyHash ?? ''}`
  await tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [key])
}

/**
 * Another, already settled message of the same inbox that is the same: equal Message-ID and body.
 * Without a Message-ID only the same bytes in an older generation of the same folder count:
 * programs do write the same nameless mail twice.
 */
export async function findTwin(db: Queryable, message: InboundMessage): Promise<number | null> {
  if (message.bodyHash === null) return null
  const query = db<InboundRow>('inbound_messages')
    .where({ inbox_id: message.inboxId })
    .whereNot({ id: message.id })
    .whereIn('fate', ['ticket', 'comment', 'system', 'quarantined', 'ignored'])
    .orderBy('id')
  if (message.messageId === null) {
    void query
      .where({ sha256: message.sha256, folder: message.folder })
      .where({ internal_at: message.internalAt === null ? null : toMs(message.internalAt) })
      .whereNot({ uidvalidity: message.uidValidity })
  } else {
    void query.where({ message_id: message.messageId, body_hash: message.bodyHash })
  }
  return (await query.first('id'))?.id ?? null
}
