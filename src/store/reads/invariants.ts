/**
 * What must be true of every desk, as questions to the database. Each answers with ids of rows
 * that break it; none means that it holds. Daemons may write meanwhile: every question is one
 * statement, so it sees one moment.
 */
import type { Knex } from 'knex'
import type { Lifecycle } from '../../ticket/lifecycle.ts'
import type { Queryable, Store } from '../open.ts'

export interface Broken {
  /** What should be true. */
  readonly invariant: string
  /** Of the rows that break it, at most {@link EXAMPLES_MAX}. */
  readonly examples: readonly (string | number)[]
}

export const EXAMPLES_MAX = 10

interface Invariant {
  readonly says: string
  readonly violations: (db: Queryable, lifecycle: Lifecycle) => Knex.QueryBuilder
}

const missing = (db: Queryable, table: string, column: string, target: string) =>
  db(`${table} as x`)
    .whereNotNull(`x.${column}`)
    .whereNotExists(
      db(`${target} as y`)
        .select(db.raw('1'))
        .whereRaw('?? = ??', ['y.id', `x.${column}`]),
    )
    .select('x.id')

/** In the order a reader would ask. */
const INVARIANTS: readonly Invariant[] = [
  {
    says: 'a message that became a ticket or a comment names one that is there',
    violations: (db) =>
      db('inbound_messages as x')
        .whereIn('x.fate', ['ticket', 'comment'])
        .whereNotExists(db('comments as y').select(db.raw('1')).whereRaw('y.id = x.comment_id'))
        .select('x.id'),
  },
  {
    says: 'a message became one comment at most, and that comment knows it',
    violations: (db) =>
      db('inbound_messages as x')
        .join('comments as y', 'y.inbound_id', 'x.id')
        .whereRaw('x.comment_id is null or x.comment_id <> y.id')
        .select('x.id'),
  },
  {
    says: 'a message that still waits has its source',
    violations: (db) =>
      db('inbound_messages').where({ fate: 'pending', sha256: null }).select('id'),
  },
  {
    says: 'a duplicate names the message it repeats',
    violations: (db) => missing(db, 'inbound_messages', 'duplicate_of', 'inbound_messages'),
  },
  {
    says: 'a ticket has its opening comment',
    violations: (db) =>
      db('tickets as x')
        .whereNotExists(db('comments as y').select(db.raw('1')).whereRaw('y.ticket_id = x.id'))
        .select('x.id'),
  },
  {
    says: 'a ticket counts its comments right',
    violations: (db) =>
      db('tickets as x')
        .whereRaw(
          'x.comments_count <> (select count(*) from comments as y where y.ticket_id = x.id)',
        )
        .select('x.id'),
  },
  {
    says: 'a ticket is closed exactly as long as it has a time of closing',
    violations: (db) =>
      db('tickets')
        .whereRaw(`(status_category = 'closed') <> (closed_at is not null)`)
        .select('id'),
  },
  {
    says: 'a ticket has a status of the lifecycle, in its category',
    violations: (db, { statuses }) =>
      db('tickets')
        .whereNot((q) => {
          for (const { name, category } of statuses.values()) {
            void q.orWhere({ status: name, status_category: category })
          }
        })
        .select('id'),
  },
  {
    says: 'a requester takes part in his ticket, unless his account was deleted',
    violations: (db) =>
      db('tickets as x')
        .whereNotNull('x.requester_id')
        .whereNotExists(
          db('users as z')
            .select(db.raw('1'))
            .whereRaw('z.id = x.requester_id and z.deleted_at is not null'),
        )
        .whereNotExists(
          db('participants as y')
            .select(db.raw('1'))
            .whereRaw('y.ticket_id = x.id and y.user_id = x.requester_id'),
        )
        .select('x.id'),
  },
  {
    says: 'a merged ticket leads to another one that is there',
    violations: (db) => missing(db, 'tickets', 'merged_into', 'tickets'),
  },
  {
    says: 'mail that is owed has its bytes',
    violations: (db) =>
      db('outbox as x')
        .whereIn('x.outcome', ['held', 'queued', 'sending', 'ending', 'uncertain'])
        .whereNotExists(
          db('outbox_sources as y').select(db.raw('1')).whereRaw('y.outbox_id = x.id'),
        )
        .select('x.id'),
  },
  {
    says: 'a ticket got one acknowledgement at most',
    violations: (db) =>
      db('outbox')
        .where({ kind: 'acknowledgement' })
        .whereNotIn('outcome', ['suppressed', 'discarded'])
        .whereNotNull('ticket_id')
        .groupBy('ticket_id')
        .havingRaw('count(*) > 1')
        .select('ticket_id as id'),
  },
]

/** How many invariants there are, for the report. */
export const INVARIANTS_COUNT = INVARIANTS.length

/** The invariants that do not hold. */
export async function brokenInvariants(db: Queryable, lifecycle: Lifecycle): Promise<Broken[]> {
  const broken: Broken[] = []
  for (const { says, violations } of INVARIANTS) {
    const rows = (await violations(db, lifecycle).limit(EXAMPLES_MAX)) as { id: number }[]
    if (rows.length > 0) broken.push({ invariant: says, examples: rows.map(({ id }) => id) })
  }
  return broken
}

export const UNDAMAGED = 'the database file is undamaged'

/** SQLite's own view of its file; PostgreSQL looks after itself. */
export const damageOf = async (store: Store): Promise<Broken[]> => [
  ...(await brokenPages(store)),
  ...(await brokenReferences(store)),
]

export async function brokenPages(store: Store): Promise<Broken[]> {
  if (store.kind === 'postgres') return []
  const rows = await store.read.raw<{ integrity_check: string }[]>('PRAGMA integrity_check(10)')
  const found = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
  return found.length === 0 ? [] : [{ invariant: UNDAMAGED, examples: found }]
}

export async function brokenReferences(store: Store): Promise<Broken[]> {
  if (store.kind === 'postgres') return []
  const rows = await store.read.raw<{ table: string; rowid: number }[]>('PRAGMA foreign_key_check')
  const examples = rows.slice(0, EXAMPLES_MAX).map((row) => `${row.table} ${row.rowid}`)
  return rows.length === 0 ? [] : [{ invariant: 'every reference leads somewhere', examples }]
}

const NAMES_PER_QUERY = 500

/** At most `limit` names of stored bytes, in order, after `after`. */
export type ListNames = (db: Queryable, after: string, limit: number) => Promise<string[]>

/** All that `list` lists after `after`, page by page as they are wanted. */
export async function* namesOf(db: Queryable, list: ListNames, after = ''): AsyncGenerator<string> {
  for (let last: string | undefined = after; last !== undefined; ) {
    const names: string[] = await list(db, last, NAMES_PER_QUERY)
    yield* names
    last = names.at(-1)
  }
}

/** Names of stored bytes that something refers to. */
export async function referredBlobs(
  db: Queryable,
  after: string,
  limit: number,
): Promise<string[]> {
  const next = (table: string): Promise<string[]> =>
    db(table)
      .where('sha256', '>', after)
      .whereNotNull('sha256')
      .distinct('sha256')
      .orderBy('sha256')
      .limit(limit)
      .pluck('sha256')
  const rows = [...(await next('inbound_messages')), ...(await next('attachments'))]
  const held = (await namedByHeld(db)).filter((sha256) => sha256 > after)
  const names = new Set([...rows, ...held])
  return [...names].toSorted((a, b) => (a < b ? -1 : 1)).slice(0, limit)
}

/** Files of mail that its author may still send: until he chooses, no row of their own names them. */
async function namedByHeld(db: Queryable): Promise<string[]> {
  const held = await db('held_replies')
    .whereNull('choice')
    .whereNotNull('said')
    .select<{ said: string }[]>('said')
  return held.flatMap(({ said }) =>
    [...said.matchAll(/"sha256":"([0-9a-f]{64})"/g)].map(([, sha256 = '']) => sha256),
  )
}
