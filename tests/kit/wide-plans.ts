/**
 * Statements that look at more rows the more mail there is.
 *
 * SQLite's planner does not know how many rows share a value, and takes the index of a whole inbox
 * where a statement offers it: right, and slower with every mail. Every statement that is really
 * made is shown to the planner. (PostgreSQL counts, and cannot be asked on tables this small.)
 */
import { vi } from 'vitest'
import { KeptStatements } from '../../src/store/kept-statements.ts'
import type { Store } from '../../src/store/open.ts'
import { rawRows } from '../../src/store/raw-rows.ts'

const GROWING = ['inbound_messages', 'comments', 'tickets', 'outbox', 'events', 'users'] as const

/** Ways that lead to as many rows as an inbox, a folder, a fate or a kind of mail has. */
const WIDE =
  /^SCAN |\((?:inbox_id|fate|outcome|kind)=\?(?: AND folder=\?(?: AND uidvalidity=\?)?)?\)/

/** What SQLite is asked while `work` runs. */
export async function askedDuring(work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const run = vi.spyOn(KeptStatements.prototype, 'run')
  try {
    await work()
    return new Set(run.mock.calls.map(([, sql]) => sql))
  } finally {
    run.mockRestore()
  }
}

/**
 * Plans that look at too much of a growing table, each with its statement.
 * @param allowed statements, or plans, that are right as they are
 */
export async function widePlans(
  { read }: Pick<Store, 'read'>,
  asked: ReadonlySet<string>,
  allowed: readonly RegExp[],
): Promise<string[]> {
  const found: string[] = []
  const isAllowed = (text: string): boolean => allowed.some((each) => each.test(text))
  for (const sql of asked) {
    if (isAllowed(sql) || !/^\s*(?:select|update|delete|with)/i.test(sql)) continue
    const nulls = [...sql.matchAll(/\?/g)].map(() => null)
    const plan = await rawRows<{ detail: string }>(read, `explain query plan ${sql}`, nulls)
    const wide = plan.filter(
      ({ detail }) => isGrowing(detail) && WIDE.test(detail) && !isAllowed(detail),
    )
    found.push(...wide.map(({ detail }) => `${detail}: ${sql}`))
  }
  return found
}

const isGrowing = (detail: string): boolean =>
  GROWING.some((table) => detail.split(' ')[1] === table)
