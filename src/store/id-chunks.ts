/** Rows by their ids or other keys, however many: so many at once as a statement takes on either database. */
import type { Queryable } from './open.ts'

/** SQLite takes 32,766 values in a statement. */
const AT_ONCE = 5_000

export function* chunksOf<Key>(keys: readonly Key[]): Generator<Key[]> {
  for (let from = 0; from < keys.length; from += AT_ONCE) yield keys.slice(from, from + AT_ONCE)
}

/** Ids of the rows of `table` that have one of these values in `column`. */
export async function idsWhere(
  db: Queryable,
  table: string,
  [column, values]: readonly [column: string, values: readonly number[]],
): Promise<number[]> {
  const found: number[] = []
  for (const some of chunksOf(values)) {
    const rows = (await db(table).whereIn(column, some).select('id')) as { id: number }[]
    found.push(...rows.map(({ id }) => id))
  }
  return found
}
