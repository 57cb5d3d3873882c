/**
 * Counts that are kept: what changes takes a ticket out where it was counted and puts it in where it
 * belongs now, so that asking costs the same with a thousand tickets and with a million.
 */
import type { StatusCategory } from '../ticket/lifecycle.ts'
import type { Counted } from '../ticket/counting.ts'
import type { Priority } from '../ticket/ticket.ts'
import { toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'

export const MEASURES = ['first_response', 'resolution'] as const
export type Measure = (typeof MEASURES)[number]

/** Counts these tickets as given; those that are not in `now` are not counted any more. */
export async function recount(
  tx: Tx,
  ids: readonly number[],
  now: ReadonlyMap<number, Counted>,
): Promise<void> {
  if (ids.length === 0) return
  const rows = await tx('counted_tickets')
    .whereIn('id', [...ids])
    .select<{ id: number; counted: string }[]>('id', 'counted')
  const before = new Map(rows.map((row) => [row.id, row.counted]))
  const changed = ids.filter((id) => before.get(id) !== textOf(now.get(id)))
  const deltas = new Deltas()
  for (const id of changed) {
    const old = before.get(id)
    const counted = now.get(id)
    if (old !== undefined) deltas.add(JSON.parse(old) as Counted, -1)
    if (counted !== undefined) deltas.add(counted, 1)
  }
  await deltas.write(tx)
  await tx('counted_tickets').whereIn('id', changed).del()
  const counted = changed.flatMap((id) => {
    const text = textOf(now.get(id))
    return text === undefined ? [] : [{ id, counted: text }]
  })
  for (let start = 0; start < counted.length; start += ROWS_MAX) {
    await tx('counted_tickets').insert(counted.slice(start, start + ROWS_MAX))
  }
}

/** SQLite compiles a multi-row insert to a compound select with at most 500 terms. */
const ROWS_MAX = 100

const textOf = (counted: Counted | undefined): string | undefined =>
  counted === undefined ? undefined : toJson(counted)

/** What is added to which counter; what cancels out is not written. */
class Deltas {
  readonly #sums = new Map<string, number>()

  add(counted: Counted, by: number): void {
    const [, , , , , inboxId] = counted.now
    this.#sum(['tally', ...counted.now], by)
    this.#sum(['created', counted.created, inboxId], by)
    if (counted.resolved !== null) this.#sum(['resolved', counted.resolved, inboxId], by)
    const { answered, resolution, resolved } = counted
    if (answered !== null) {
      this.#sum(['time', answered.day, inboxId, 'first_response', answered.bucket], by)
    }
    if (resolution !== null && resolved !== null) {
      this.#sum(['time', resolved, inboxId, 'resolution', resolution], by)
    }
  }

  #sum(key: readonly (string | number)[], by: number): void {
    const text = JSON.stringify(key)
    this.#sums.set(text, (this.#sums.get(text) ?? 0) + by)
  }

  async write(tx: Tx): Promise<void> {
    // Always in the same order: two daemons that wait for each other would wait for ever.
    const entries = [...this.#sums].filter(([, by]) => by !== 0)
    for (const [text, by] of entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [kind, ...key] = JSON.parse(text) as [keyof typeof COUNTERS, ...(string | number)[]]
      await tx.raw(COUNTERS[kind], [...key, by])
    }
  }
}

const TALLY = 'status, status_category, category, priority, assignee_id, inbox_id'

const COUNTERS = {
  tally: `insert into ticket_tallies (${TALLY}, count) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (${TALLY}) do update set count = ticket_tallies.count + excluded.count`,
  created: `insert into daily_counts (day, inbox_id, created, resolved) values (?, ?, ?, 0)
    on conflict (day, inbox_id) do update set created = daily_counts.created + excluded.created`,
  resolved: `insert into daily_counts (day, inbox_id, resolved, created) values (?, ?, ?, 0)
    on conflict (day, inbox_id) do update set resolved = daily_counts.resolved + excluded.resolved`,
  time: `insert into daily_times (day, inbox_id, measure, bucket, count) values (?, ?, ?, ?, ?)
    on conflict (day, inbox_id, measure, bucket)
    do update set count = daily_times.count + excluded.count`,
} as const

/** How many tickets agree in all of these. */
export interface TicketCount {
  readonly status: string
  readonly statusCategory: StatusCategory
  readonly category: string | null
  readonly priority: Priority
  readonly assigneeId: number | null
  readonly count: number
}

interface TallyRow {
  status: string
  status_category: StatusCategory
  category: string
  priority: Priority
  assignee_id: number
  count: number
}

/** Of all tickets that are not deleted. */
export async function listTallies(db: Queryable): Promise<TicketCount[]> {
  const rows = await db<TallyRow>('ticket_tallies').whereNot({ count: 0 }).select()
  return rows.map((row) => ({
    status: row.status,
    statusCategory: row.status_category,
    category: row.category === '' ? null : row.category,
    priority: row.priority,
    assigneeId: row.assignee_id === 0 ? null : row.assignee_id,
    count: row.count,
  }))
}

export interface DaySpan {
  readonly from: string
  readonly to: string
  /** Null: of all inboxes. */
  readonly inboxId: number | null
}

export interface DayCount {
  readonly day: string
  readonly created: number
  readonly resolved: number
}

/** Days on which something happened, the first one first; with the sum of all days before. */
export async function listDayCounts(
  db: Queryable,
  { from, to, inboxId }: DaySpan,
): Promise<{ before: number; days: DayCount[] }> {
  const counts = () => {
    const query = db('daily_counts')
    return inboxId === null ? query : query.where({ inbox_id: inboxId })
  }
  const earlier = await counts()
    .where('day', '<', from)
    .sum({ created: 'created', resolved: 'resolved' })
    .first<{ created: number | null; resolved: number | null }>()
  const rows = await counts()
    .whereBetween('day', [from, to])
    .groupBy('day')
    .orderBy('day')
    .sum({ created: 'created', resolved: 'resolved' })
    .select<{ day: string; created: number; resolved: number }[]>('day')
  return {
    before: Number(earlier.created ?? 0) - Number(earlier.resolved ?? 0),
    days: rows.map((row) => ({
      day: row.day,
      created: Number(row.created),
      resolved: Number(row.resolved),
    })),
  }
}

export interface DayTimes {
  readonly day: string
  readonly measure: Measure
  readonly bucket: number
  readonly count: number
}

/** Of days, or of months: those are named by their first day. */
export async function listTimes(
  db: Queryable,
  { from, to, inboxId }: DaySpan,
  per: 'day' | 'month',
): Promise<DayTimes[]> {
  const name = per === 'day' ? 'day' : `substr(day, 1, 7) || '-01'`
  const times = db('daily_times')
    .whereBetween('day', [from, to])
    .whereNot({ count: 0 })
    .select('measure', 'bucket', 'count', db.raw(`${name} as named`))
  if (inboxId !== null) void times.where({ inbox_id: inboxId })
  const rows = await db(times.as('times'))
    .groupBy('named', 'measure', 'bucket')
    .sum({ total: 'count' })
    .select<{ named: string; measure: Measure; bucket: number; total: number }[]>(
      'named',
      'measure',
      'bucket',
    )
  return rows.map(({ named, measure, bucket, total }) => ({
    day: named,
    measure,
    bucket,
    count: Number(total),
  }))
}
