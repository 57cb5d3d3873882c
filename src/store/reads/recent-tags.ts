/** Which tags are in use: of the newest tickets, so that it costs the same with a million. */
import { stringsFrom } from '../json.ts'
import type { Queryable } from '../open.ts'

const TICKETS_MAX = 2_000
const TAGS_MAX = 200

/** The most used first. */
export async function recentTags(db: Queryable): Promise<{ name: string; count: number }[]> {
  const newest = db('tickets')
    .whereNull('deleted_at')
    .orderBy('id', 'desc')
    .limit(TICKETS_MAX)
    .select('tags')
    .as('newest')
  const rows = await db(newest).whereNot({ tags: '[]' }).select<{ tags: string }[]>('tags')
  const counts = new Map<string, number>()
  for (const tag of rows.flatMap(({ tags }) => stringsFrom(tags))) {
    counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, TAGS_MAX)
}
