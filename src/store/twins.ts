/** The same message arriving twice: finding the one that was taken in before. */
import { erasedMark } from './erased-mark.ts'
import { eachOf, gathered } from './gather.ts'
import type { InboundMessage, InboundRow } from './inbound-messages.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

/** Where a copy is looked for: in the message's own inbox, or in all of them. */
export type TwinScope = 'inbox' | 'desk'

/** PostgreSQL: two daemons must not look for each other's copy at the same time. */
export async function lockTwins(
  tx: Tx,
  { inboxId, messageId, bodyHash }: InboundMessage,
  scope: TwinScope,
): Promise<void> {
  const where = scope === 'inbox' ? String(inboxId) : 'any'
  await lockGathered(tx, `${where} ${messageId ?? ''} ${bodyHash ?? ''}`)
}

const lockGathered = gathered(async (db, keys: readonly string[]) => {
  const locks = keys.map(() => 'pg_advisory_xact_lock(hashtextextended(?, 0))').join(', ')
  // In one order, so that two who lock the same ones never wait for each other.
  await db.raw(`select ${locks}`, keys.toSorted())
  return keys.map(() => null)
})

/**
 * Another, already settled message that is the same: equal Message-ID and body. One of the same inbox
 * comes first; one whose words were erased is known by its mark. Without a Message-ID only the same
 * bytes in an older generation of the same folder count: programs do write the same nameless mail twice.
 *
 * Asked for every mail of a ledger that only grows. `coalesce` around a column says that its index,
 * shared by thousands of rows, must not be the way to these few.
 */
export async function findTwin(
  db: Queryable,
  message: InboundMessage,
  scope: TwinScope = 'inbox',
): Promise<number | null> {
  if (message.bodyHash === null) return null
  return message.messageId === null
    ? findSameBytes(db, message)
    : findSameId(db, { ...message, scope })
}

const TAKEN = ['ticket', 'comment', 'system', 'quarantined', 'ignored'] as const

const findSameId = gathered(async (db, all: readonly (InboundMessage & { scope: TwinScope })[]) => {
  const found = await eachOf<{ id: number }>(
    db,
    all.map(({ id, inboxId, messageId, bodyHash, sha256, scope }) => ({
      sql: `select id from inbound_messages where id <> ?
        and message_id in (?, ?) and (body_hash = ? or message_id = ?)
        and coalesce(fate, '') in (${TAKEN.map(() => '?').join(', ')})
        ${scope === 'inbox' ? 'and coalesce(inbox_id, 0) = ?' : ''}
        order by case when inbox_id = ? then 0 else 1 end, id limit 1`,
      bindings: [
        id,
        messageId,
        erasedMark({ messageId, bodyHash, sha256 }),
        bodyHash,
        erasedMark({ messageId, bodyHash, sha256 }),
        ...TAKEN,
        ...(scope === 'inbox' ? [inboxId] : []),
        inboxId,
      ],
    })),
  )
  return found.map(([twin]) => twin?.id ?? null)
})

async function findSameBytes(db: Queryable, message: InboundMessage): Promise<number | null> {
  const twin = await db<InboundRow>('inbound_messages')
    .whereRaw("coalesce(inbox_id, 0) = ? and coalesce(folder, '') = ?", [
      message.inboxId,
      message.folder,
    ])
    .where((q) => {
      void q.where({ sha256: message.sha256 })
      const mark = erasedMark(message)
      if (mark !== null) void q.orWhere({ message_id: mark })
    })
    .where({ internal_at: message.internalAt === null ? null : toMs(message.internalAt) })
    .whereNot({ id: message.id })
    .whereNot({ uidvalidity: message.uidValidity })
    .whereRaw(`coalesce(fate, '') in (${TAKEN.map(() => '?').join(', ')})`, [...TAKEN])
    .orderBy('id')
    .first('id')
  return twin?.id ?? null
}

/** Is there no other copy of `twin` in the inbox of `message`, which bears the same Message-ID? */
export async function isFirstCopy(
  db: Queryable,
  message: InboundMessage,
  twin: number,
): Promise<boolean> {
  const other = await db<InboundRow>('inbound_messages')
    .where({ message_id: message.messageId, duplicate_of: twin })
    .whereRaw("coalesce(inbox_id, 0) = ? and coalesce(fate, '') = 'duplicate'", [message.inboxId])
    .whereNot({ id: message.id })
    .first('id')
  return other === undefined
}
