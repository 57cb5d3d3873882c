/**
 * The life of a delivery: queued -> sending -> ending -> sent, each step compare-and-set.
 *
 * `sending` is safe to send again: the server cannot have the message. `ending` is durable before
 * the final dot can be written: after a crash there, nobody knows, and the row is `uncertain`.
 */
import type { Queryable, Tx } from './open.ts'
import { type OutboxMessage, type OutboxRow, type Outcome, toOutbox } from './outbox.ts'
import { fromMsOrNull, toMs } from './time.ts'

/** Longer than one honest attempt: RFC 5321 §4.5.3.2.6 waits 10 minutes after the dot. */
const LEASE_MS = 15 * 60_000
const ASTRAY_AT_ONCE = 3

/**
 * Takes the next due rows of an inbox for this daemon, oldest first. Compare-and-set: of two
 * daemons that saw the same row one gets it.
 */
export async function claimDue(
  tx: Tx,
  claim: { inboxId: number; owner: string; limit: number; at: Date },
): Promise<OutboxMessage[]> {
  const now = toMs(claim.at)
  const due = await tx<OutboxRow>('outbox')
    .where({ inbox_id: claim.inboxId, outcome: 'queued' })
    .where('due_at', '<=', now)
    .orderBy([{ column: 'due_at' }, { column: 'id' }])
    .limit(claim.limit)
    .select('id')
  if (due.length === 0) return []
  const rows = await tx<OutboxRow>('outbox')
    .whereIn(
      'id',
      due.map((row) => row.id),
    )
    .where({ outcome: 'queued' })
    .where('due_at', '<=', now)
    .update({
      outcome: 'sending',
      attempts: tx.raw('attempts + 1'),
      lease_owner: claim.owner,
      lease_until: now + LEASE_MS,
    })
    .returning('*')
  return rows.map(toOutbox).toSorted((a, b) => a.id - b.id)
}

/** One attempt: a later one of the same daemon is another, should its lease have run out. */
export interface Attempt {
  readonly id: number
  readonly owner: string
  readonly attempts: number
}

const heldBy = ({ id, owner, attempts }: Attempt) => ({ id, lease_owner: owner, attempts })

/** Claimed, and not begun: they are due again, as if nobody had claimed them. */
export async function giveBack(tx: Tx, attempts: readonly Attempt[]): Promise<void> {
  for (const attempt of attempts) {
    await tx<OutboxRow>('outbox')
      .where({ ...heldBy(attempt), outcome: 'sending' })
      .update({
        outcome: 'queued',
        attempts: tx.raw('attempts - 1'),
        lease_owner: null,
        lease_until: null,
      })
  }
}

/** For an attempt that takes longer than others. False: the row is no longer ours, so do not send. */
export async function keepLease(tx: Tx, attempt: Attempt, until: Date): Promise<boolean> {
  const updated = await tx<OutboxRow>('outbox')
    .where({ ...heldBy(attempt), outcome: 'sending' })
    .update({ lease_until: toMs(until) + LEASE_MS })
  return updated === 1
}

/** Before the final dot. False: the row is no longer ours, so do not send. */
export async function markEnding(tx: Tx, attempt: Attempt, at: Date): Promise<boolean> {
  const updated = await tx<OutboxRow>('outbox')
    .where({ ...heldBy(attempt), outcome: 'sending' })
    // The server has ten minutes from here on.
    .update({ outcome: 'ending', lease_until: toMs(at) + LEASE_MS })
  return updated === 1
}

export interface Outcomes {
  readonly outcome: Outcome
  readonly detail: string | null
  /** Null: never by itself. */
  readonly dueAt: Date | null
  readonly sentAt?: Date
}

/** Records what became of an attempt. False: the row was taken from us meanwhile. */
export async function settleAttempt(tx: Tx, attempt: Attempt, result: Outcomes): Promise<boolean> {
  const settle = (rows: ReturnType<typeof rowsOf>) =>
    rows.update({
      outcome: result.outcome,
      detail: result.detail,
      due_at: result.dueAt === null ? null : toMs(result.dueAt),
      lease_owner: null,
      lease_until: null,
      ...(result.sentAt === undefined ? {} : { sent_at: toMs(result.sentAt) }),
    })
  const held = rowsOf(tx).where(heldBy(attempt)).whereIn('outcome', ['sending', 'ending'])
  if ((await settle(held)) === 1) return true
  if (result.outcome !== 'sent') return false
  // We were taken for dead, and the same attempt is uncertain or waits to be handed over again: it is
  // known now that the server has it.
  const { id, attempts } = attempt
  const doubted = rowsOf(tx).where({ id, attempts, lease_owner: null })
  return (await settle(doubted.whereIn('outcome', ['uncertain', 'queued']))) === 1
}

const rowsOf = (tx: Tx) => tx<OutboxRow>('outbox')

/** Changes a row from one outcome to another. False: it had another one already. */
export async function changeOutcome(
  tx: Tx,
  id: number,
  from: readonly Outcome[],
  change: Outcomes,
): Promise<boolean> {
  const updated = await tx<OutboxRow>('outbox')
    .where({ id })
    .whereIn('outcome', [...from])
    .update({
      outcome: change.outcome,
      detail: change.detail,
      due_at: change.dueAt === null ? null : toMs(change.dueAt),
      ...(change.sentAt === undefined ? {} : { sent_at: toMs(change.sentAt) }),
    })
  return updated === 1
}

export interface Recovered {
  readonly requeued: number
  readonly uncertain: OutboxMessage[]
}

export interface Recovery {
  readonly owner: string | null
  readonly at: Date
  readonly lookAt: Date
  /**
   * Of a daemon that lives: only rows of this inbox, and none of those it works on. What was tried
   * {@link ASTRAY_AT_ONCE} times is due at `againAt`: nothing goes astray for ever without a pause.
   */
  readonly astray?: {
    readonly inboxId: number
    readonly inHand: readonly number[]
    readonly againAt: Date
  }
}

/**
 * What a daemon that died was sending: this one's own rows at once (`owner`), others' when their
 * lease ran out. `sending` is queued again; `ending` becomes uncertain, to be looked at at
 * `lookAt`.
 */
export async function recoverDeliveries(tx: Tx, recovery: Recovery): Promise<Recovered> {
  const dead = (query: ReturnType<typeof rows>) =>
    query.where((q) => {
      const { owner, at, astray } = recovery
      void q.where('lease_until', '<=', toMs(at))
      if (owner === null) return
      void q.orWhere((own) => {
        void own.where({ lease_owner: owner })
        if (astray === undefined) return
        void own.where({ inbox_id: astray.inboxId }).whereNotIn('id', [...astray.inHand])
      })
    })
  const rows = () => tx<OutboxRow>('outbox')
  const requeued = await dead(rows())
    .where({ outcome: 'sending' })
    .update({
      outcome: 'queued',
      due_at: dueAgain(tx, recovery),
      lease_owner: null,
      lease_until: null,
    })
  const uncertain = await dead(rows())
    .where({ outcome: 'ending' })
    .update({
      outcome: 'uncertain',
      detail: 'the daemon stopped while the server was taking the message',
      due_at: toMs(recovery.lookAt),
      lease_owner: null,
      lease_until: null,
    })
    .returning('*')
  return { requeued, uncertain: (uncertain as OutboxRow[]).map(toOutbox) }
}

const dueAgain = (tx: Tx, { at, astray }: Recovery) =>
  astray === undefined
    ? toMs(at)
    : tx.raw('case when attempts >= ? then cast(? as bigint) else cast(? as bigint) end', [
        ASTRAY_AT_ONCE,
        toMs(astray.againAt),
        toMs(at),
      ])

/** Are there uncertain deliveries of an inbox whose time to be decided has come? */
export async function hasUndecided(db: Queryable, inboxId: number, at: Date): Promise<boolean> {
  const row = await undecided(db, inboxId, at).first('id')
  return row !== undefined
}

/** Takes them for this daemon `until` then: nobody else decides them meanwhile. */
export async function claimUndecided(
  tx: Tx,
  claim: { inboxId: number; at: Date; until: Date; limit: number },
): Promise<OutboxMessage[]> {
  const { inboxId, at, until, limit } = claim
  const due = await undecided(tx, inboxId, at).orderBy('id').limit(limit).select('id')
  const rows = await undecided(tx, inboxId, at)
    .whereIn(
      'id',
      due.map(({ id }) => id),
    )
    .update({ due_at: toMs(until) })
    .returning('*')
  return (rows as OutboxRow[]).map(toOutbox).toSorted((a, b) => a.id - b.id)
}

/**
 * Those of these Message-IDs (without angle brackets) of which nobody knows whether they arrived, also
 * when they wait to be handed over once more.
 */
export async function uncertainAmong(
  db: Queryable,
  messageIds: readonly string[],
): Promise<OutboxMessage[]> {
  const rows = await db<OutboxRow>('outbox')
    .whereIn('message_id', [...messageIds])
    .where((q) => {
      void q.where({ outcome: 'uncertain' }).orWhere({ outcome: 'queued', resends: 1 })
    })
    .orderBy('id')
    .select()
  return rows.map(toOutbox)
}

const undecided = (db: Queryable, inboxId: number, at: Date) =>
  db<OutboxRow>('outbox')
    .where({ inbox_id: inboxId, outcome: 'uncertain' })
    .where('due_at', '<=', toMs(at))

/** Hands an uncertain delivery over again, byte for byte, once. */
export async function resendUncertain(tx: Tx, id: number, at: Date): Promise<boolean> {
  const updated = await tx<OutboxRow>('outbox')
    .where({ id, outcome: 'uncertain', resends: 0 })
    .update({
      outcome: 'queued',
      resends: 1,
      due_at: toMs(at),
      detail: 'handed over again: it may arrive twice',
    })
  return updated === 1
}

/** When the next queued or uncertain row of an inbox is due, or null. */
export async function nextDeliveryDue(db: Queryable, inboxId: number): Promise<Date | null> {
  const row = await db<OutboxRow>('outbox')
    .where({ inbox_id: inboxId })
    .whereIn('outcome', ['queued', 'uncertain'])
    .whereNotNull('due_at')
    .min({ due: 'due_at' })
    .first<{ due: number | null }>()
  return fromMsOrNull(row?.due ?? null)
}
