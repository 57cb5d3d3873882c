/**
 * What taking in a mail asks of tables that grow for ever leads to a few rows by an index.
 *
 * SQLite's planner does not know how many rows share a value, and takes the index of a whole inbox
 * where a statement offers it: right, and slower with every mail. Every statement that is really
 * made is shown to the planner. (PostgreSQL counts, and cannot be asked on tables this small.)
 */
import { expect, test, vi } from 'vitest'
import { KeptStatements } from '../../src/store/kept-statements.ts'
import { rawRows } from '../../src/store/raw-rows.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, replyFrom } from './intake-desk.ts'

const fresh = onSqlite(onDesk)

const GROWING = ['inbound_messages', 'comments', 'tickets', 'outbox', 'events', 'users'] as const

/** Ways that lead to as many rows as an inbox, a folder or a fate has. */
const WIDE = /^SCAN |\((?:inbox_id|fate|outcome)=\?(?: AND folder=\?(?: AND uidvalidity=\?)?)?\)/

/** Waiting mail is what the intake is there for; the others are this test's own looks. */
const ALLOWED = [
  /min\(`due_at`\)/,
  /^select \* from `\w+` order by `id` desc limit \?$/,
  /^select `id` from `\w+`$/,
]

test('no statement of the intake looks at more rows the more mail there is', async () => {
  await afterMail(fresh, [])
  const run = vi.spyOn(KeptStatements.prototype, 'run')
  await arrive(...everyKindOfMail())
  await arrive(await replyFrom('ana@customer.test', 'It still burns.'))
  desk.world.imap.folder(SUPPORT, 'INBOX').changeUidValidity(4_000_000_000)
  await arrive(aMail())
  const asked = new Set(run.mock.calls.map(([, sql]) => sql))
  run.mockRestore()
  expect(asked.size).toBeGreaterThan(50)
  expect(await widePlans(asked)).toEqual([])
})

function everyKindOfMail(): string[] {
  const mail = aMail()
  const nameless = aMail({ headers: { 'Message-ID': null } })
  const another = aMail({ headers: { From: 'Eva <eva@customer.test>' } })
  return [mail, mail, nameless, nameless, another]
}

/** Plans that look at too much of a growing table, each with its statement. */
async function widePlans(asked: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = []
  for (const sql of [...asked].filter((one) => !ALLOWED.some((allowed) => allowed.test(one)))) {
    if (!/^\s*(?:select|update|delete|with)/i.test(sql)) continue
    const nulls = [...sql.matchAll(/\?/g)].map(() => null)
    const plan = await rawRows<{ detail: string }>(
      desk.store.read,
      `explain query plan ${sql}`,
      nulls,
    )
    const wide = plan.filter(({ detail }) => isGrowing(detail) && WIDE.test(detail))
    found.push(...wide.map(({ detail }) => `${detail}: ${sql}`))
  }
  return found
}

const isGrowing = (detail: string): boolean =>
  GROWING.some((table) => detail.split(' ')[1] === table)
