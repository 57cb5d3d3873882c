/** Mail of agents that was held: what they said, until they say what is to become of it. */
import type { HeldChoice } from '../ticket/held.ts'
import type { InboundRow, Settled } from './inbound-messages.ts'
import { recordFrom, stringsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

interface HeldRow {
  id: number
  inbound_id: number
  ticket_id: number
  agent_id: number
  said: string | null
  told: boolean | number
  held_at: number
  choice: HeldChoice | null
  chosen_at: number | null
}

export interface HeldReply {
  readonly id: number
  readonly inboundId: number
  /** Null: nothing proved that the agent wrote it. */
  readonly said: Readonly<Record<string, unknown>> | null
}

export interface NewHeldReply {
  readonly inboundId: number
  readonly ticketId: number
  readonly agentId: number
  readonly said: object | null
  readonly told: boolean
}

/** Returns its number. */
export async function insertHeldReply(tx: Tx, held: NewHeldReply, at: Date): Promise<number> {
  const row = {
    inbound_id: held.inboundId,
    ticket_id: held.ticketId,
    agent_id: held.agentId,
    said: held.said === null ? null : toJson(held.said),
    told: held.told,
    held_at: toMs(at),
  }
  const [inserted] = await tx<HeldRow>('held_replies').insert(row).returning('id')
  if (inserted === undefined) throw new Error('the held mail was not noted')
  return inserted.id
}

/**
 * One of this agent on this ticket that nothing was chosen for, here or in the desk: the one of
 * this number, or the newest.
 */
export async function findHeldReply(
  db: Queryable,
  { ticketId, agentId, id = null }: { ticketId: number; agentId: number; id?: number | null },
): Promise<HeldReply | null> {
  const row = await db<HeldRow>('held_replies')
    .where((one) => (id === null ? undefined : void one.where('held_replies.id', id)))
    .join('inbound_messages', 'inbound_messages.id', 'held_replies.inbound_id')
    .where({ 'held_replies.ticket_id': ticketId, agent_id: agentId, fate: 'quarantined' })
    .whereNull('choice')
    .orderBy('held_replies.id', 'desc')
    .first<HeldRow | undefined>('held_replies.*')
  if (row === undefined) return null
  return {
    id: row.id,
    inboundId: row.inbound_id,
    said: row.said === null ? null : recordFrom(row.said),
  }
}

/** How many mails about held ones an agent was owed since an instant. */
export async function countTold(
  db: Queryable,
  { agentId, since }: { agentId: number; since: Date },
): Promise<number> {
  const row = await db<HeldRow>('held_replies')
    .where({ agent_id: agentId, told: true })
    .where('held_at', '>', toMs(since))
    .count({ count: '*' })
    .first<{ count: number }>()
  return Number(row?.count ?? 0)
}

/** False: somebody chose already. */
export async function chooseForHeld(
  tx: Tx,
  { id, choice }: { id: number; choice: HeldChoice },
  at: Date,
): Promise<boolean> {
  const updated = await tx<HeldRow>('held_replies')
    .where({ id })
    .whereNull('choice')
    .update({ choice, chosen_at: toMs(at) })
  return updated === 1
}

/** What was chosen for a held message; null: nothing, or it was not held for its author. */
export async function choiceForInbound(
  db: Queryable,
  inboundId: number,
): Promise<HeldChoice | null> {
  const row = await db<HeldRow>('held_replies').where({ inbound_id: inboundId }).first('choice')
  return row?.choice ?? null
}

/** What is held on a ticket waits on the one that it became part of. */
export async function moveHeld(tx: Tx, fromTicketId: number, intoTicketId: number): Promise<void> {
  await tx<HeldRow>('held_replies')
    .where({ ticket_id: fromTicketId })
    .whereNull('choice')
    .update({ ticket_id: intoTicketId })
}

/** The message is decided about anew, and may be held anew. */
export async function forgetHeld(tx: Tx, inboundId: number): Promise<void> {
  await tx<HeldRow>('held_replies').where({ inbound_id: inboundId }).delete()
}

/** What became of a message that was held: the ledger keeps why it had been. */
export async function settleHeld(
  tx: Tx,
  inboundId: number,
  settled: Pick<Settled, 'fate' | 'ticketId' | 'commentId'> & { readonly because: string },
): Promise<void> {
  const row = await tx<InboundRow>('inbound_messages')
    .where({ id: inboundId })
    .first('reasons', 'evidence')
  await tx<InboundRow>('inbound_messages')
    .where({ id: inboundId, fate: 'quarantined' })
    .update({
      fate: settled.fate,
      ticket_id: settled.ticketId,
      comment_id: settled.commentId,
      reasons: toJson([settled.because, ...stringsFrom(row?.reasons ?? null)]),
      ...(settled.fate === 'ignored'
        ? { evidence: toJson({ ...recordFrom(row?.evidence ?? null), discarded: true }) }
        : {}),
    })
}
