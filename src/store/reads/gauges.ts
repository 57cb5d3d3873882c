/** What /metrics asks the database: counts that indexes answer, however many rows there are. */
import { stat } from 'node:fs/promises'
import type { StoredGauges } from '../../metric-gauges.ts'
import { contentionsSoFar } from '../database-errors.ts'
import { recordFrom } from '../json.ts'
import type { Queryable, Store } from '../open.ts'
import { toMs } from '../time.ts'
import { listUpkeep } from '../upkeep.ts'

/** Owed, or waiting for a word: settled ones are as many as there ever were. */
const OPEN_STATES = ['held', 'queued', 'sending', 'ending', 'uncertain', 'failed'] as const
/** A message that is not decided for so long has a reason. */
const STUCK_MS = 10 * 60_000

/** @param file of SQLite; null: PostgreSQL */
export async function readGauges(
  { read, kind }: Pick<Store, 'read' | 'kind'>,
  of: { inboxIds: readonly number[]; statuses: readonly string[]; file: string | null },
  at: Date,
): Promise<StoredGauges> {
  const pending = (db: Queryable) => db('inbound_messages').where({ fate: 'pending' })
  const queued = read('outbox')
    .whereIn('inbox_id', [...of.inboxIds])
    .where({ outcome: 'queued' })
  return {
    ticketsByStatus: await counted(read('tickets').whereNull('deleted_at'), {
      column: 'status',
      values: of.statuses,
    }),
    oldestWaitingS: await age(
      read('tickets').where({ status_category: 'open' }).whereNull('deleted_at'),
      'waiting_since',
      at,
    ),
    outboxByState: await counted(
      read('outbox')
        .whereIn('inbox_id', [...of.inboxIds])
        .whereIn('outcome', [...OPEN_STATES]),
      { column: 'outcome', values: OPEN_STATES },
    ),
    outboxOldestS: await age(queued, 'created_at', at),
    quarantined: await count(read('inbound_messages').where({ fate: 'quarantined' })),
    stuck: await count(pending(read).where('received_at', '<', toMs(at) - STUCK_MS)),
    webhookQueue: await count(read('webhook_deliveries').where({ state: 'pending' })),
    databaseBytes: kind === 'postgres' ? await sizeOfPostgres(read) : await sizeOf(of.file),
    contentions: contentionsSoFar(),
    walBytes: await sizeOf(of.file === null ? null : `${of.file}-wal`),
    upkeepAt: new Map(
      (await listUpkeep(read)).flatMap(({ task, succeededAt }): [string, number][] =>
        succeededAt === null ? [] : [[task, toMs(succeededAt)]],
      ),
    ),
  }
}

type Rows = ReturnType<Queryable>

/** Every value is there, with 0 if need be: a series that vanishes looks like trouble. */
async function counted(
  rows: Rows,
  { column, values }: { column: string; values: readonly string[] },
): Promise<Map<string, number>> {
  const counts = new Map(values.map((value) => [value, 0]))
  const found = (await rows.groupBy(column).select(column).count({ count: '*' })) as Record<
    string,
    string | number
  >[]
  for (const row of found) counts.set(String(row[column]), Number(row['count']))
  return counts
}

async function count(rows: Rows): Promise<number> {
  const row = (await rows.count({ count: '*' }).first()) as { count: number } | undefined
  return Number(row?.count ?? 0)
}

/** Seconds since the least instant in a column; 0: there is none. */
async function age(rows: Rows, column: string, at: Date): Promise<number> {
  const row = (await rows.min({ least: column }).first()) as { least: number | null } | undefined
  const least = row?.least ?? null
  return least === null ? 0 : Math.max(0, (toMs(at) - Number(least)) / 1_000)
}

async function sizeOfPostgres(db: Queryable): Promise<number> {
  const { rows } = await db.raw<{ rows: { size: string }[] }>(
    'select pg_database_size(current_database())::text as size',
  )
  return Number(rows[0]?.size ?? 0)
}

async function sizeOf(file: string | null): Promise<number> {
  if (file === null) return 0
  try {
    return (await stat(file)).size
  } catch {
    // There is no log right after a checkpoint.
    return 0
  }
}

/** How tickets moved between two events: opened by source, closed, and opened again. */
export interface TicketMoves {
  readonly created: Map<string, number>
  readonly closed: number
  readonly reopened: number
  /** Seconds from the opening of a ticket to the first answer, of those that got one. */
  readonly firstResponsesS: readonly number[]
}

/** More are counted the next time. */
const EVENTS_MAX = 10_000
const TICKETS_AT_ONCE = 500

/** @param isClosed of a status @returns `lastId`: how far was read */
export async function ticketMovesAfter(
  db: Queryable,
  part: { afterId: number; upToId: number },
  isClosed: (status: string) => boolean,
): Promise<TicketMoves & { lastId: number }> {
  const rows = await db<MovesRow>('events')
    .where('id', '>', part.afterId)
    .where('id', '<=', part.upToId)
    .orderBy('id')
    .limit(EVENTS_MAX)
    .select('id', 'type', 'data', 'ticket_id', 'created_at')
  const created = new Map<string, number>()
  let closed = 0
  let reopened = 0
  for (const row of rows) {
    const { source, from, to } = recordFrom(row.data)
    if (row.type === 'ticket.created') {
      created.set(String(source), (created.get(String(source)) ?? 0) + 1)
    }
    if (row.type !== 'ticket.status_changed') continue
    if (isClosed(String(to)) && !isClosed(String(from))) closed += 1
    if (isClosed(String(from)) && !isClosed(String(to))) reopened += 1
  }
  const isFull = rows.length === EVENTS_MAX
  const lastId = isFull ? (rows.at(-1)?.id ?? part.upToId) : part.upToId
  const firstResponsesS = await firstResponses(db, rows)
  return { created, closed, reopened, firstResponsesS, lastId }
}

interface MovesRow {
  id: number
  type: string
  data: string
  ticket_id: number | null
  created_at: number
}

/** The comment that is as old as the first answer of its ticket is this answer. */
async function firstResponses(db: Queryable, rows: readonly MovesRow[]): Promise<number[]> {
  const comments = rows.filter(({ type }) => type === 'comment.created')
  const ids = [...new Set(comments.map(({ ticket_id: id }) => id))].filter((id) => id !== null)
  const said = new Set(comments.map((row) => `${row.ticket_id} ${row.created_at}`))
  const found: number[] = []
  for (let from = 0; from < ids.length; from += TICKETS_AT_ONCE) {
    const tickets = await db<{ id: number; created_at: number; first_answered_at: number | null }>(
      'tickets',
    )
      .whereIn('id', ids.slice(from, from + TICKETS_AT_ONCE))
      .whereNotNull('first_answered_at')
      .select('id', 'created_at', 'first_answered_at')
    for (const { id, created_at: openedAt, first_answered_at: answeredAt } of tickets) {
      if (said.has(`${id} ${answeredAt}`)) {
        found.push((Number(answeredAt) - Number(openedAt)) / 1_000)
      }
    }
  }
  return found
}
