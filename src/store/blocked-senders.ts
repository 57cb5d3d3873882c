/** Senders whose mail is put away unread: addresses and whole domains. */
import { type Address, domainOf } from '../mail/address.ts'
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export interface BlockedSender {
  readonly id: number
  /** An address, or `@` and a domain. */
  readonly sender: string
  readonly note: string | null
  readonly blockedBy: number | null
  readonly createdAt: Date
}

interface SenderRow {
  id: number
  sender: string
  note: string | null
  blocked_by: number | null
  created_at: number
}

const toSender = (row: SenderRow): BlockedSender => ({
  id: row.id,
  sender: row.sender,
  note: row.note,
  blockedBy: row.blocked_by,
  createdAt: fromMs(row.created_at),
})

/** One that is blocked already stays as it is. */
export async function insertBlockedSender(
  tx: Tx,
  blocked: Pick<BlockedSender, 'sender' | 'note' | 'blockedBy'>,
  at: Date,
): Promise<BlockedSender> {
  const { sender, note, blockedBy } = blocked
  await tx<SenderRow>('blocked_senders')
    .insert({ sender, note, blocked_by: blockedBy, created_at: toMs(at) })
    .onConflict('sender')
    .ignore()
  const row = await tx<SenderRow>('blocked_senders').where({ sender }).first()
  if (row === undefined) throw new Error('the sender was not blocked')
  return toSender(row)
}

/** Newest first. */
export async function listBlockedSenders(
  db: Queryable,
  filter: { beforeId?: number; limit: number },
): Promise<BlockedSender[]> {
  const query = db<SenderRow>('blocked_senders').orderBy('id', 'desc').limit(filter.limit)
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query.select()).map(toSender)
}

/** Is this address, or its domain, blocked? */
export const isBlocked: (db: Queryable, address: Address) => Promise<boolean> = gathered(
  async (db, all: readonly Address[]) => {
    const asked = all.flatMap((address) => [address, `@${domainOf(address)}`])
    const rows = await db<SenderRow>('blocked_senders').whereIn('sender', asked).select('sender')
    const blocked = new Set(rows.map(({ sender }) => sender))
    return all.map((address) => blocked.has(address) || blocked.has(`@${domainOf(address)}`))
  },
)

/** False: there is none. */
export async function deleteBlockedSender(tx: Tx, id: number): Promise<boolean> {
  return (await tx<SenderRow>('blocked_senders').where({ id }).del()) > 0
}
