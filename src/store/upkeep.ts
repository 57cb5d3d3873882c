/** What operators do to look after a desk, so that it can tell when that fails or is forgotten. */
import type { Queryable, Store } from './open.ts'
import type { UpkeepTask } from '../ticket/alert.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export interface Upkeep {
  readonly task: UpkeepTask
  readonly endedAt: Date
  /** Null: it never went well. */
  readonly succeededAt: Date | null
  /** What was wrong the last time, for people; null: nothing. */
  readonly found: string | null
}

interface UpkeepRow {
  task: UpkeepTask
  ended_at: number
  succeeded_at: number | null
  found: string | null
}

/** A task that was never done is not in it. */
export async function listUpkeep(db: Queryable): Promise<Upkeep[]> {
  const rows = await db<UpkeepRow>('upkeep').select()
  return rows.map((row) => ({
    task: row.task,
    endedAt: fromMs(row.ended_at),
    succeededAt: fromMsOrNull(row.succeeded_at),
    found: row.found,
  }))
}

/** A database that is still of an older version has no place for it: a backup comes before its migration. */
export async function noteUpkeep(
  store: Store,
  { task, found }: Pick<Upkeep, 'task' | 'found'>,
  at: Date,
): Promise<void> {
  if (!(await store.read.schema.hasTable('upkeep'))) return
  const now = { ended_at: toMs(at), found, ...(found === null ? { succeeded_at: toMs(at) } : {}) }
  await store.transaction(async (tx) => {
    await tx<UpkeepRow>('upkeep')
      .insert({ task, ...now })
      .onConflict('task')
      .merge(now)
  })
}
