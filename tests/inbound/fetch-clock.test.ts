/** What fetching waits for comes in its time, also when the clock is put back meanwhile. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-clock')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000
const putBack = (): void => desk.clock.setTo(new Date(Date.now() - 60 * MINUTE))

test('a message that was not delivered is asked for again', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.world.imap.faults.add({ on: /^UID FETCH .*BODY/, do: 'nil_body' })
  desk.arrives(aMail())
  desk.start('fetch', 'intake')
  await until('it to be left out', () =>
    desk.store.read('folder_cursors').whereNotNull('left_out_uid').first('id'),
  )
  putBack()
  expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
})

test('the folder is compared with the ledger every quarter of an hour', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.arrives(aMail())
  desk.start('fetch', 'intake')
  await desk.untilSettled(1)
  putBack()
  desk.clock.advance(16 * MINUTE)
  const compared = desk.world.imap.untilCommand(/^UID SEARCH/)
  desk.arrives(aMail())
  await compared
  expect(desk.events.filter((event) => event === 'inbox.connected')).toHaveLength(1)
})
