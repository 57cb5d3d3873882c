/** The rows that a raw statement gave back: the drivers wrap them differently. */
import type { Queryable } from './open.ts'

export async function rawRows<Row>(
  db: Queryable,
  sql: string,
  bindings: readonly (string | number | boolean | null)[],
): Promise<Row[]> {
  const result: unknown = await db.raw(sql, [...bindings])
  return (Array.isArray(result) ? result : (result as { rows: unknown[] }).rows) as Row[]
}
