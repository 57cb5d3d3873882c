/** How much mail went out, and when: what limits on automatic mail are measured by. */
import type { Address } from '../mail/address.ts'
import { eachOf, gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import type { NoticeKind } from './outbox.ts'
import { fromMs, toMs } from './time.ts'

export interface AutomaticTo {
  readonly rcptTo: Address
  readonly since: Date
  readonly limit: number
}

/** When automatic mail of ours was handed over to somebody, newest first. */
export const automaticSentAt: (db: Queryable, to: AutomaticTo) => Promise<Date[]> = gathered(
  async (db, all: readonly AutomaticTo[]) => {
    const found = await eachOf<{ sent_at: number }>(
      db,
      all.map(({ rcptTo, since, limit }) => ({
        sql: `select sent_at from outbox where rcpt_to = ? and automatic = ? and created_at > ?
          and sent_at is not null order by sent_at desc limit ?`,
        bindings: [rcptTo, true, toMs(since), limit],
      })),
    )
    return found.map((rows) =>
      rows.map((row) => fromMs(row.sent_at)).toSorted((a, b) => b.getTime() - a.getTime()),
    )
  },
)

export interface CountFilter {
  readonly kind?: NoticeKind
  readonly automatic?: boolean
  readonly rcptTo?: string
  readonly rcptDomain?: string
  readonly verified?: boolean
  readonly since: Date
}

/** How many messages were really owed (not suppressed, held or discarded) since an instant. */
export const countOutbox: (db: Queryable, filter: CountFilter) => Promise<number> = gathered(
  async (db, all: readonly CountFilter[]) => {
    const found = await eachOf<{ count: number }>(db, all.map(countSelect))
    return found.map(([row]) => Number(row?.count ?? 0))
  },
)

function countSelect({ since, kind, automatic, rcptTo, rcptDomain, verified }: CountFilter) {
  const wanted = { kind, automatic, rcpt_to: rcptTo, rcpt_domain: rcptDomain, verified }
  const conditions = Object.entries(wanted).filter(([, value]) => value !== undefined)
  return {
    sql: `select count(*) as count from outbox
      where created_at > ? and outcome not in ('suppressed', 'held', 'discarded')
      ${conditions.map(([name]) => `and ${name} = ?`).join(' ')}`,
    bindings: [toMs(since), ...conditions.map(([, value]) => value as string | boolean)],
  }
}

/** How many acknowledgements to somebody were not sent for one of these reasons. */
export async function countNotSentTo(
  db: Queryable,
  { rcptTo, details, since }: { rcptTo: Address; details: readonly string[]; since: Date },
): Promise<number> {
  const row = await db('outbox')
    .where({ rcpt_to: rcptTo, kind: 'acknowledgement', outcome: 'suppressed' })
    .whereIn('detail', [...details])
    .where('created_at', '>', toMs(since))
    .count({ count: '*' })
    .first<{ count: number }>()
  return Number(row?.count ?? 0)
}

/** A held acknowledgement is owed from now on, and counts from now on. False: it is held no more. */
export async function letGo(tx: Tx, id: number, at: Date): Promise<boolean> {
  const now = toMs(at)
  const updated = await tx('outbox')
    .where({ id, outcome: 'held' })
    .update({ outcome: 'queued', detail: null, due_at: now, created_at: now })
  return updated === 1
}

export interface HeldAcknowledgement {
  readonly id: number
  readonly ticketId: number | null
  readonly rcptTo: Address
  readonly verified: boolean
  readonly createdAt: Date
}

/**
 * Held acknowledgements, the oldest first. `coalesce` around the kind says that its index, shared by
 * every acknowledgement there ever was, must not be the way to the few that are held.
 */
export async function heldAcknowledgements(
  db: Queryable,
  limit: number,
): Promise<HeldAcknowledgement[]> {
  const rows = await db('outbox')
    .where({ outcome: 'held' })
    .whereRaw("coalesce(kind, '') = 'acknowledgement'")
    .orderBy('id')
    .limit(limit)
    .select<HeldRow[]>('id', 'ticket_id', 'rcpt_to', 'verified', 'created_at')
  return rows.map((row) => ({
    id: row.id,
    ticketId: row.ticket_id,
    rcptTo: row.rcpt_to as Address,
    verified: Boolean(row.verified),
    createdAt: fromMs(row.created_at),
  }))
}

interface HeldRow {
  id: number
  ticket_id: number | null
  rcpt_to: string
  verified: boolean | number
  created_at: number
}
