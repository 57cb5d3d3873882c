/**
 * Which daemon fetches an inbox, and takes its mail in, where several share one PostgreSQL.
 *
 * Time is the database's: the clocks of daemons differ. A daemon that was stopped or cut off may
 * wake up long after another took over; it is found out by the epoch, which counts the holders,
 * and what it writes is refused.
 */
import type { Knex } from 'knex'
import { DATABASE_NOW as NOW } from './database-clock.ts'
import { isPostgres } from './dialect.ts'
import type { Queryable, Tx } from './open.ts'
import { rawRows } from './raw-rows.ts'

export interface Lease {
  readonly inboxId: number
  readonly owner: string
  readonly epoch: number
  /** Looks that were wanted by the time it was taken. */
  readonly looks: number
}

export interface TakenLease {
  readonly lease: Lease
  /** A daemon whose time ran out, and that holds no other inbox; null: there is none. */
  readonly deadOwner: string | null
}

interface LeaseRow {
  owner: string
  held_until: number
  epoch: number
  looks: number
  now: number
}

/**
 * Takes the lease of an inbox for `ms` milliseconds; null: another daemon holds it. A daemon
 * that was restarted gets its own back at once, as another holder.
 */
export async function takeLease(
  tx: Tx,
  { inboxId, owner, ms }: { inboxId: number; owner: string; ms: number },
): Promise<TakenLease | null> {
  await tx('inbox_leases')
    .insert({ inbox_id: inboxId, owner, held_until: 0, epoch: 0 })
    .onConflict('inbox_id')
    .ignore()
  const [held] = await rawRows<LeaseRow>(
    tx,
    `select owner, held_until, epoch, looks, ${NOW} as now
       from inbox_leases where inbox_id = ? for update`,
    [inboxId],
  )
  if (held === undefined) throw new Error('the lease is not there')
  if (held.owner !== owner && held.held_until > held.now) return null
  const epoch = held.epoch + 1
  await tx('inbox_leases')
    .where({ inbox_id: inboxId })
    .update({ owner, epoch, held_until: tx.raw(`${NOW} + ?`, [ms]) })
  const ranOut = held.owner !== owner && held.held_until > 0 && !(await isAlive(tx, held.owner))
  const lease = { inboxId, owner, epoch, looks: held.looks }
  return { lease, deadOwner: ranOut ? held.owner : null }
}

async function isAlive(tx: Tx, owner: string): Promise<boolean> {
  const row: unknown = await tx('inbox_leases')
    .where({ owner })
    .whereRaw(`held_until > ${NOW}`)
    .first('inbox_id')
  return row !== undefined
}

export interface Renewed {
  readonly looks: number
  /** The database's clock. */
  readonly now: Date
}

/** Holds it for `ms` more; null: somebody else has it. */
export async function renewLease(tx: Tx, lease: Lease, ms: number): Promise<Renewed | null> {
  const [row] = await rawRows<{ looks: number; now: number }>(
    tx,
    `update inbox_leases set held_until = ${NOW} + ?
      where inbox_id = ? and owner = ? and epoch = ? returning looks, ${NOW} as now`,
    [ms, lease.inboxId, lease.owner, lease.epoch],
  )
  return row === undefined ? null : { looks: row.looks, now: new Date(row.now) }
}

/** Given back, so that another daemon need not wait. One that is lost stays as it is. */
export async function releaseLease(tx: Tx, lease: Lease): Promise<void> {
  await tx('inbox_leases').where(keyOf(lease)).update({ held_until: 0 })
}

/** Is it still ours? Until the end of this transaction nobody can take it, if it is. */
export async function holdsLease(tx: Tx, lease: Lease): Promise<boolean> {
  const row: unknown = await tx('inbox_leases').where(keyOf(lease)).forShare().first('epoch')
  return row !== undefined
}

const keyOf = ({ inboxId, owner, epoch }: Lease) => ({ inbox_id: inboxId, owner, epoch })

/** Whoever holds the lease, on whichever daemon, looks with its next heartbeat. */
export async function orderLook(tx: Tx, inboxId: number): Promise<void> {
  await tx('inbox_leases').where({ inbox_id: inboxId }).increment('looks', 1)
}

/**
 * Narrows a query of `inbound_messages` to inboxes that no other daemon holds: who fetches an
 * inbox takes its mail in, in its order, or an answer could be decided before what it answers.
 */
export function notLeasedElsewhere(query: Knex.QueryBuilder, db: Queryable, owner: string): void {
  if (!isPostgres(db)) return
  void query.whereNotExists(
    db('inbox_leases')
      .whereRaw('inbox_leases.inbox_id = inbound_messages.inbox_id')
      .whereNot({ owner })
      .whereRaw(`held_until > ${NOW}`),
  )
}
