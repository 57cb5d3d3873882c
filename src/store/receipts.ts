/** What tickets were before commands changed them, so that `#undo` can revert that. */
import type { Ticket } from '../ticket/ticket.ts'
import { recordFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMsOrNull, toMs } from './time.ts'

/** What can be reverted. */
const MEMBERS = [
  'status',
  'priority',
  'category',
  'tags',
  'inboxId',
  'assigneeId',
  'mergedInto',
  'snoozedUntil',
] as const

export type Reverted = Partial<Pick<Ticket, (typeof MEMBERS)[number]>>

interface ReceiptRow {
  id: number
  ticket_id: number
  agent_id: number
  version: number
  before: string
  created_at: number
  undone_at: number | null
}

export interface Receipt {
  readonly id: number
  /** Of the ticket when the commands were done. */
  readonly version: number
  /** The members that changed, as they were. */
  readonly before: Reverted
  readonly undoneAt: Date | null
}

export async function insertReceipt(
  tx: Tx,
  { before, after, agentId }: { before: Ticket; after: Ticket; agentId: number },
  at: Date,
): Promise<void> {
  const changed = MEMBERS.filter(
    (member) => JSON.stringify(before[member]) !== JSON.stringify(after[member]),
  )
  await tx<ReceiptRow>('receipts').insert({
    ticket_id: after.id,
    agent_id: agentId,
    version: after.version,
    before: toJson(Object.fromEntries(changed.map((member) => [member, before[member]]))),
    created_at: toMs(at),
  })
}

/** JSON knows no dates. */
function revertedFrom(text: string): Reverted {
  const record = recordFrom(text)
  const until = record['snoozedUntil']
  const snoozedUntil = typeof until === 'string' ? new Date(until) : null
  return ('snoozedUntil' in record ? { ...record, snoozedUntil } : record) as Reverted
}

/** The newest one of this agent about this ticket. */
export async function findReceipt(
  db: Queryable,
  { ticketId, agentId }: { ticketId: number; agentId: number },
): Promise<Receipt | null> {
  const row = await db<ReceiptRow>('receipts')
    .where({ ticket_id: ticketId, agent_id: agentId })
    .orderBy('id', 'desc')
    .first()
  if (row === undefined) return null
  return {
    id: row.id,
    version: row.version,
    before: revertedFrom(row.before),
    undoneAt: fromMsOrNull(row.undone_at),
  }
}

export async function markUndone(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<ReceiptRow>('receipts')
    .where({ id })
    .update({ undone_at: toMs(at) })
}
