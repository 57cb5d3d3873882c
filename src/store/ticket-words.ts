/**
 * The words that tickets are found by, one row for each ticket under its id. SQLite keeps them in an
 * FTS5 table without content, PostgreSQL as tsvectors; both are given words, never text, so what
 * people type is no syntax to them. Newest first needs no sorting: the id is the order.
 */
import type { Knex } from 'knex'
import type { SearchTerm } from '../ticket/search-query.ts'
import { isPostgres } from './dialect.ts'
import type { Queryable, Tx } from './open.ts'

export interface TicketWords {
  readonly ticketId: number
  /** What its customers may find it by. */
  readonly shared: readonly string[]
  /** What only agents may: internal comments. */
  readonly internal: readonly string[]
}

/** A tsvector has 1 MB at most; its positions end at 16,383 as well. */
const VECTOR_BYTES_MAX = 900_000
const POSITION_MAX = 16_383
/** Between the two parts, so that no phrase goes from one to the other. */
const GAP = 2

/** Rows of one statement: a few, for they are long. */
const ROWS_MAX = 50

/** Takes the place of what was known of these tickets. */
export async function replaceWords(tx: Tx, all: readonly TicketWords[]): Promise<void> {
  await deleteWords(
    tx,
    all.map(({ ticketId }) => ticketId),
  )
  const [columns, row, rowOf] = isPostgres(tx)
    ? (['id, shared, everything', '(?, ?::tsvector, ?::tsvector)', vectorsOf] as const)
    : (['rowid, shared, internal', '(?, ?, ?)', columnsOf] as const)
  for (let start = 0; start < all.length; start += ROWS_MAX) {
    const part = all.slice(start, start + ROWS_MAX)
    const rows = part.map(() => row).join(', ')
    await tx.raw(
      `insert into ticket_words (${columns}) values ${rows}`,
      part.flatMap((words) => [words.ticketId, ...rowOf(words)]),
    )
  }
}

const columnsOf = ({ shared, internal }: TicketWords): [string, string] => [
  shared.join(' '),
  internal.join(' '),
]

function vectorsOf({ shared, internal }: TicketWords): [string, string] {
  const placedShared = placed(shared, 0)
  const placedInternal = placed(internal, shared.length + GAP)
  return [vectorOf(placedShared), vectorOf([...placedShared, ...placedInternal])]
}

/** Nobody finds these any more. */
export async function deleteWords(tx: Tx, ticketIds: readonly number[]): Promise<void> {
  const column = isPostgres(tx) ? 'id' : 'rowid'
  for (let start = 0; start < ticketIds.length; start += ROWS_MAX) {
    const part = ticketIds.slice(start, start + ROWS_MAX)
    const marks = part.map(() => '?').join(', ')
    await tx.raw(`delete from ticket_words where ${column} in (${marks})`, part)
  }
}

/** Words of deleted rows leave the file, too; takes as long as there are tickets. */
export async function forgetDeletedWords(tx: Tx): Promise<void> {
  if (isPostgres(tx)) return
  await tx.raw(`insert into ticket_words (ticket_words) values ('optimize')`)
}

const placed = (words: readonly string[], offset: number): [string, number][] =>
  words.map((word, index) => [word, Math.min(POSITION_MAX, offset + index + 1)])

/** Words have letters and digits only, so quotes around them are enough. */
function vectorOf(words: readonly [string, number][]): string {
  const places = new Map<string, number[]>()
  let bytes = 0
  for (const [word, position] of words) {
    const known = places.get(word)
    bytes += known === undefined ? Buffer.byteLength(word) + 10 : 2
    if (bytes > VECTOR_BYTES_MAX) break
    if (known === undefined) places.set(word, [position])
    else known.push(position)
  }
  return [...places].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ')
}

/**
 * Ids of tickets with all the terms, newest first: a subquery with one column.
 * @param wanted.limit how many matches are looked at, whatever else is asked of them.
 */
export function matching(
  db: Queryable,
  wanted: {
    readonly terms: readonly SearchTerm[]
    /** Of a customer: only among these tickets, a query for their ids; by what he may know. */
    readonly within: Knex.QueryBuilder | null
    readonly beforeId: number | null
    readonly limit: number
  },
): Knex.Raw {
  const { terms, within, limit } = wanted
  const before = wanted.beforeId ?? 2 ** 31 - 1
  // They are few: each is looked up, instead of all that match.
  const amongSql = within === null ? '' : ' and id in (?)'
  const amongIds = within === null ? [] : [within]
  if (isPostgres(db)) {
    const column = within === null ? 'everything' : 'shared'
    return db.raw(
      `select id from ticket_words where ${column} @@ ?::tsquery and id < ?${amongSql}
         order by id desc limit ?`,
      [terms.map(postgresTerm).join(' & '), before, ...amongIds, limit],
    )
  }
  const all = terms.map(sqliteTerm).join(' AND ')
  return db.raw(
    `select rowid as id from ticket_words where ticket_words match ? and rowid < ?${amongSql.replace('id', 'rowid')}
       order by rowid desc limit ?`,
    [within === null ? all : `shared : (${all})`, before, ...amongIds, limit],
  )
}

const sqliteTerm = ({ words, unfinished }: SearchTerm): string =>
  `"${words.join(' ')}"${unfinished ? ' *' : ''}`

const postgresTerm = ({ words, unfinished }: SearchTerm): string =>
  `(${words
    .map((word, index) => `'${word}'${unfinished && index === words.length - 1 ? ':*' : ''}`)
    .join(' <-> ')})`
