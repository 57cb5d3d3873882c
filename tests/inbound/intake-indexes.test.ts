/** What taking in a mail asks of tables that grow for ever leads to a few rows by an index. */
import { expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { askedDuring, widePlans } from '../kit/wide-plans.ts'
import { afterMail, arrive, desk, replyFrom } from './intake-desk.ts'

const fresh = onSqlite(onDesk)

/** Waiting mail is what the intake is there for; the others are this test's own looks. */
const ALLOWED = [
  /min\(`due_at`\)/,
  /^select \* from `\w+` order by `id` desc limit \?$/,
  /^select `id` from `\w+`$/,
]

test('no statement of the intake looks at more rows the more mail there is', async () => {
  await afterMail(fresh, [])
  const asked = await askedDuring(async () => {
    await arrive(...everyKindOfMail())
    await arrive(await replyFrom('ana@customer.test', 'It still burns.'))
    desk.world.imap.folder(SUPPORT, 'INBOX').changeUidValidity(4_000_000_000)
    await arrive(aMail())
  })
  expect(asked.size).toBeGreaterThan(50)
  expect(await widePlans(desk.store, asked, ALLOWED)).toEqual([])
})

function everyKindOfMail(): string[] {
  const mail = aMail()
  const nameless = aMail({ headers: { 'Message-ID': null } })
  const another = aMail({ headers: { From: 'Eva <eva@customer.test>' } })
  return [mail, mail, nameless, nameless, another]
}
